/* Learning rates over time, as in torch.optim.lr_scheduler. Formulas: docs/math/schedules.md. A
 * rate depends only on the number of the step, not on the previous rate: there is no state to save
 * or restore, and rounding errors do not accumulate. */
#include "kinds.h"

#include "explog.h"
#include "ipow.h"

#include <math.h>

/* From a at share 0 to b at share 1 along half a cosine. */
static double anneal(double a, double b, double share) {
    return b + (a - b) * (1 + portable_cos_pi(share)) / 2;
}

static const char *step_problem(const cnn_schedule *s, const cnn_optimizer *o) {
    (void)o;
    if (s->step_size == 0)
        return "a step schedule needs step_size";
    return within(s->gamma, 0, 1e9) ? NULL : "gamma must be 0 or more";
}

/* A trainer refuses a step_size of 0; direct callers must not divide by it either. */
static void step(const cnn_schedule *schedule, uint64_t step, cnn_optimizer *optimizer) {
    if (schedule->step_size)
        optimizer->lr *= ipow(schedule->gamma, step / schedule->step_size);
}

static const char *cosine_problem(const cnn_schedule *s, const cnn_optimizer *o) {
    (void)o;
    if (s->total_steps == 0)
        return "this schedule needs total_steps";
    return within(s->min_lr, 0, 1e9) ? NULL : "the lowest learning rate must be 0 or more";
}

/* Constant after the end: the cosine would rise again. */
static void cosine(const cnn_schedule *schedule, uint64_t step, cnn_optimizer *optimizer) {
    const bool over = step >= schedule->total_steps;
    const double share = over ? 1 : (double)step / (double)schedule->total_steps;
    optimizer->lr = over ? schedule->min_lr : anneal(optimizer->lr, schedule->min_lr, share);
}

static const char *onecycle_problem(const cnn_schedule *s, const cnn_optimizer *o) {
    const double most = fmax(s->base_momentum, s->max_momentum);
    if (s->total_steps == 0)
        return "this schedule needs total_steps";
    if (!within(s->warmup, 0, 1))
        return "warmup must be 0 to 1";
    if (!(s->div_factor > 0 && s->final_div_factor > 0))
        return "the division factors must be above 0";
    if (!within(o->lr / s->div_factor, 0, 1e9) ||
        !within(o->lr / s->div_factor / s->final_div_factor, 0, 1e9))
        return "the division factors make the rate too large";
    if (!within(s->base_momentum, 0, 1) || !within(s->max_momentum, 0, 1))
        return "the momenta of a cycle must be 0 to 1";
    /* Limits of the base value hold for the maximum too: Adam divides by 1 - beta1. */
    cnn_optimizer greatest = *o;
    *optimizer_momentum(&greatest) = most;
    return optimizer_rows[o->kind].problem(&greatest) ? "beta1 must stay below 1 in a cycle" : NULL;
}

/* Rises to the maximum at step `peak` (not always an integer), then falls until the last step and
 * stays there. Steps count from 0, hence the - 1. A warm-up of a single step is at the maximum at
 * once: share is 1, not 0/0. Momentum is low where the rate is high: both together would overshoot.
 * Adam's beta1 is its momentum. */
static void onecycle(const cnn_schedule *schedule, uint64_t step, cnn_optimizer *optimizer) {
    const double last = (double)schedule->total_steps - 1;
    const double peak = schedule->warmup * (double)schedule->total_steps - 1;
    const double first_lr = optimizer->lr / schedule->div_factor;
    const double now = (double)step < last ? (double)step : last;
    const bool rising = now <= peak;
    const double share = !rising ? (now - peak) / (last - peak) : peak > 0 ? now / peak : 1;
    /* Both ends are relative to the first rate: PyTorch too divides that again and not the
     * maximum. */
    const double low = rising ? first_lr : first_lr / schedule->final_div_factor;
    const double momentum =
        anneal(rising ? schedule->max_momentum : schedule->base_momentum,
               rising ? schedule->base_momentum : schedule->max_momentum, share);
    optimizer->lr = anneal(rising ? low : optimizer->lr, rising ? optimizer->lr : low, share);
    *optimizer_momentum(optimizer) = momentum;
}

const schedule_row schedule_rows[] = {
    [CNN_SCHEDULE_CONSTANT] = {.name = "constant"},
    [CNN_SCHEDULE_STEP] = {"step", step_problem, step},
    [CNN_SCHEDULE_COSINE] = {"cosine", cosine_problem, cosine},
    [CNN_SCHEDULE_ONECYCLE] = {"onecycle", onecycle_problem, onecycle},
};

const size_t schedule_row_count = sizeof schedule_rows / sizeof *schedule_rows;

/* An unknown optimizer has no rate that could cycle. */
void cnn_schedule_apply(const cnn_schedule *schedule, uint64_t step, cnn_optimizer *optimizer) {
    if (schedule && optimizer && cnn_schedule_kind_name(schedule->kind) &&
        cnn_optimizer_kind_name(optimizer->kind) && schedule_rows[schedule->kind].apply)
        schedule_rows[schedule->kind].apply(schedule, step, optimizer);
}
