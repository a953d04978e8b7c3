/* Learning rates over time, as torch.optim.lr_scheduler. Formulas: docs/math/schedules.md. A rate
 * follows from the number of the step alone and not from the rate before: there is no state to keep
 * or to restore, and roundings do not pile up. */
#include "cnn.h"

#include "explog.h"
#include "power.h"

/* From a at share 0 to b at share 1 along half a cosine. */
static double anneal(double a, double b, double share) {
    return b + (a - b) * (1 + plain_cos_pi(share)) / 2;
}

/* A trainer refuses a step_size of 0; whoever calls without one must not divide by it either. */
static double step_lr(const cnn_schedule *schedule, uint64_t step, double lr) {
    return schedule->step_size ? lr * power(schedule->gamma, step / schedule->step_size) : lr;
}

/* Stays at the end when it gets there: the cosine by itself would climb again. */
static double cosine_lr(const cnn_schedule *schedule, uint64_t step, double lr) {
    if (step >= schedule->total_steps)
        return schedule->min_lr;
    return anneal(lr, schedule->min_lr, (double)step / (double)schedule->total_steps);
}

/* Up to the peak at step `peak` (not always whole), then down to the last step, where it stays.
 * Steps count from 0, hence the - 1. A warm-up of just one step is at the peak at once: share is 1,
 * not 0/0. Momentum is low where the rate is high: both together would overshoot. Adam's beta1 is
 * its momentum. */
static void onecycle(const cnn_schedule *schedule, uint64_t step, cnn_optimizer *optimizer) {
    const double last = (double)schedule->total_steps - 1;
    const double peak = schedule->warmup * (double)schedule->total_steps - 1;
    const double first_lr = optimizer->lr / schedule->div_factor;
    const double now = (double)step < last ? (double)step : last;
    const bool rising = now <= peak;
    const double share = !rising ? (now - peak) / (last - peak) : peak > 0 ? now / peak : 1;
    /* Both ends go by the first rate: torch, too, divides that one again and not the peak. */
    const double low = rising ? first_lr : first_lr / schedule->final_div_factor;
    const double momentum =
        anneal(rising ? schedule->max_momentum : schedule->base_momentum,
               rising ? schedule->base_momentum : schedule->max_momentum, share);
    optimizer->lr = anneal(rising ? low : optimizer->lr, rising ? optimizer->lr : low, share);
    if (optimizer->kind == CNN_SGD)
        optimizer->momentum = momentum;
    else
        optimizer->beta1 = momentum;
}

void cnn_schedule_apply(const cnn_schedule *schedule, uint64_t step, cnn_optimizer *optimizer) {
    if (!schedule || !optimizer)
        return;
    switch (schedule->kind) {
    case CNN_CONSTANT:
        break;
    case CNN_STEP:
        optimizer->lr = step_lr(schedule, step, optimizer->lr);
        break;
    case CNN_COSINE:
        optimizer->lr = cosine_lr(schedule, step, optimizer->lr);
        break;
    case CNN_ONECYCLE:
        onecycle(schedule, step, optimizer);
        break;
    }
}
