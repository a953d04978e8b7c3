/* A trainer checks its rates once, when it is made, so that no step can fail. In a step it asks the
 * schedule for the rates of the moment, works out in double what is the same for all elements, and
 * has the threads update the parameters part by part. The arithmetic of one element is a page of
 * the book (sgd.c, adam.c). */
#include "trainer.h"

#include "execute.h"
#include "memory.h"
#include "power.h"
#include "profile.h"

#include <math.h>
#include <stdlib.h>

/* False for NaN. */
static bool within(double value, double low, double high) {
    return value >= low && value <= high;
}

/* What is wrong, or NULL. 1e9 keeps rates far from the end of what a float holds. */
static const char *check_optimizer(const cnn_optimizer *o) {
    if (!cnn_optimizer_kind_name(o->kind))
        return "no such kind of optimiser";
    if (!within(o->lr, 0, 1e9))
        return "the learning rate must be 0 or more";
    if (!within(o->weight_decay, 0, 1e9))
        return "the weight decay must be 0 or more";
    if (o->kind == CNN_SGD && !within(o->momentum, 0, 1))
        return "the momentum must be 0 to 1";
    /* Nesterov's step looks ahead along the momentum; torch refuses it without one, too. */
    if (o->kind == CNN_SGD && o->nesterov && o->momentum == 0)
        return "Nesterov needs momentum";
    /* At 1, the divisor 1 - beta^t of the bias correction would be 0. */
    if (o->kind != CNN_SGD && !(within(o->beta1, 0, 1) && o->beta1 < 1))
        return "beta1 must be 0 or more and below 1";
    if (o->kind != CNN_SGD && !(within(o->beta2, 0, 1) && o->beta2 < 1))
        return "beta2 must be 0 or more and below 1";
    if (o->kind != CNN_SGD && !within(o->epsilon, 0, 1e9))
        return "epsilon must be 0 or more";
    return NULL;
}

/* As above: what is wrong, or NULL. */
static const char *check_cycle(const cnn_schedule *s, const cnn_optimizer *o) {
    const double most = fmax(s->base_momentum, s->max_momentum);
    if (!within(s->warmup, 0, 1))
        return "warmup must be 0 to 1";
    if (!(s->div_factor > 0 && s->final_div_factor > 0))
        return "the division factors must be above 0";
    if (!within(o->lr / s->div_factor, 0, 1e9) ||
        !within(o->lr / s->div_factor / s->final_div_factor, 0, 1e9))
        return "the division factors make the rate too large";
    if (!within(s->base_momentum, 0, 1) || !within(s->max_momentum, 0, 1))
        return "the momenta of a cycle must be 0 to 1";
    /* Adam divides by 1 - beta1. */
    return o->kind != CNN_SGD && most == 1 ? "beta1 must stay below 1 in a cycle" : NULL;
}

/* Of fields that the kind does not use any number is fine, as in a zeroed schedule. */
static const char *check_schedule(const cnn_schedule *s, const cnn_optimizer *o) {
    if (!cnn_schedule_kind_name(s->kind))
        return "no such kind of schedule";
    if (s->kind == CNN_STEP && s->step_size == 0)
        return "a step schedule needs step_size";
    if ((s->kind == CNN_COSINE || s->kind == CNN_ONECYCLE) && s->total_steps == 0)
        return "this schedule needs total_steps";
    if (s->kind == CNN_STEP && !within(s->gamma, 0, 1e9))
        return "gamma must be 0 or more";
    if (s->kind == CNN_COSINE && !within(s->min_lr, 0, 1e9))
        return "the lowest learning rate must be 0 or more";
    return s->kind == CNN_ONECYCLE ? check_cycle(s, o) : NULL;
}

/* Also of what is not used: a checkpoint holds every field, and can hold numbers only. */
static bool all_finite(const cnn_optimizer *o, const cnn_schedule *s) {
    const double reals[] = {o->lr,
                            o->momentum,
                            o->weight_decay,
                            o->beta1,
                            o->beta2,
                            o->epsilon,
                            s->gamma,
                            s->min_lr,
                            s->warmup,
                            s->div_factor,
                            s->final_div_factor,
                            s->base_momentum,
                            s->max_momentum};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        if (!isfinite(reals[i]))
            return false;
    return true;
}

const char *trainer_problem(const cnn_optimizer *optimizer, const cnn_schedule *schedule) {
    const char *reason = check_optimizer(optimizer);
    if (!reason)
        reason = check_schedule(schedule, optimizer);
    if (!reason && !all_finite(optimizer, schedule))
        reason = "a setting of the optimiser or schedule is not finite";
    return reason;
}

cnn_trainer *cnn_trainer_create(cnn_model *model, const cnn_optimizer *optimizer,
                                const cnn_schedule *schedule, cnn_error *error) {
    const cnn_schedule constant = CNN_SCHEDULE_DEFAULT;
    const cnn_schedule *chosen = schedule ? schedule : &constant;
    if (!given(model, "model", error) || !given(optimizer, "optimizer", error))
        return NULL;
    const char *reason = trainer_problem(optimizer, chosen);
    if (reason) {
        error_set(error, CNN_BAD_ARGUMENT, "%s", reason);
        return NULL;
    }
    cnn_trainer *trainer = memory_new(1, sizeof *trainer, error);
    if (!trainer)
        return NULL;
    *trainer = (cnn_trainer){.model = model, .optimizer = *optimizer, .schedule = *chosen};
    /* Cleared, as both rules start from 0. SGD then begins with the bare gradient, as torch does,
     * and has no use for `second`. */
    trainer->first = memory_new(model->parameters_size, sizeof(float), error);
    /* Only Adam keeps a second one. */
    const size_t second = optimizer->kind == CNN_SGD ? 0 : model->parameters_size;
    trainer->second = memory_new(second, sizeof(float), error);
    if (!trainer->first || !trainer->second) {
        cnn_trainer_free(trainer);
        return NULL;
    }
    return trainer;
}

void cnn_trainer_free(cnn_trainer *trainer) {
    if (!trainer)
        return;
    free(trainer->first);
    free(trainer->second);
    free(trainer);
}

/* Everything in double until here, so that a schedule's rates are rounded once. */
static void update_sgd(const cnn_trainer *t, range elements) {
    const sgd_rates rates = {.lr = (float)t->now.lr,
                             .momentum = (float)t->now.momentum,
                             .weight_decay = (float)t->now.weight_decay,
                             .nesterov = t->now.nesterov};
    t->model->ops->sgd(&rates, t->model->parameters, t->model->gradients, t->first, elements);
}

/* As in torch.optim, whatever does not depend on the element is worked out in double first. The
 * bias correction takes the beta1 of this step, which a schedule may have moved, also for the steps
 * before: so does torch. */
static void update_adam(const cnn_trainer *t, range elements) {
    const cnn_optimizer *o = &t->now;
    const bool decoupled = o->kind == CNN_ADAMW;
    const adam_rates rates = {.shrink = decoupled ? (float)(1 - o->lr * o->weight_decay) : 1,
                              .weight_decay = decoupled ? 0 : (float)o->weight_decay,
                              .beta2 = (float)o->beta2,
                              .new1 = (float)(1 - o->beta1),
                              .new2 = (float)(1 - o->beta2),
                              .step = (float)(o->lr / (1 - power(o->beta1, t->steps))),
                              .root = (float)(1 / sqrt(1 - power(o->beta2, t->steps))),
                              .epsilon = (float)o->epsilon};
    t->model->ops->adam(&rates, t->model->parameters, t->model->gradients, t->first, t->second,
                        elements);
}

static void update(void *context, range elements) {
    const cnn_trainer *trainer = context;
    if (trainer->now.kind == CNN_SGD)
        update_sgd(trainer, elements);
    else
        update_adam(trainer, elements);
}

/* Elements do not meet, so the number of parts changes no bit. */
enum { UPDATE_PARTS = 8 };

/* One of UPDATE_PARTS stretches of all parameters, whatever layers they belong to. */
static void update_part(void *context, size_t part, size_t worker) {
    const cnn_model *model = ((const cnn_trainer *)context)->model;
    const uint64_t begun = profile_begin(model);
    update(context, range_part(model->parameters_size, UPDATE_PARTS, part));
    profile_end(model, begun, worker, profile_part_row(model, PART_UPDATE), PASS_WEIGHTS,
                part ? 0 : model->n);
}

/* The schedule counts steps from 0 and Adam's correction from 1. Set before the threads begin, and
 * only read by them. */
static void begin_update(cnn_trainer *trainer) {
    trainer->now = trainer->optimizer;
    cnn_schedule_apply(&trainer->schedule, trainer->steps, &trainer->now);
    trainer->model->training_steps = trainer->steps++;
}

void cnn_trainer_update(cnn_trainer *trainer) {
    if (!trainer)
        return;
    begin_update(trainer);
    profile_run(trainer->model, UPDATE_PARTS, update_part, trainer);
    model_moved(trainer->model);
}

double cnn_train_step(cnn_trainer *trainer) {
    if (!trainer || trainer->model->state == BATCH_NONE || !trainer->model->labelled)
        return NAN;
    begin_update(trainer);
    execute(trainer->model, CNN_PROGRAM_TRAIN, update, trainer);
    trainer->model->state = BATCH_MOVED;
    return cnn_model_loss(trainer->model);
}
