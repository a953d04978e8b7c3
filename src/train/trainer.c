/* Applies optimizer steps. A trainer checks its rates once, when it is made, so that no step can
 * fail. In a step it gets the current rates from the schedule, and the threads update the
 * parameters part by part with the function in the optimizer's row (optimizers.c). */
#include "trainer.h"

#include "execute.h"
#include "kinds.h"
#include "memory.h"
#include "profile.h"

#include <math.h>
#include <stdlib.h>

/* The error, or NULL. 1e9 keeps rates far below the range of a float. */
static const char *check_optimizer(const cnn_optimizer *o) {
    if (!cnn_optimizer_kind_name(o->kind))
        return "no such kind of optimizer";
    if (!within(o->lr, 0, 1e9))
        return "the learning rate must be 0 or more";
    if (!within(o->weight_decay, 0, 1e9))
        return "the weight decay must be 0 or more";
    return optimizer_rows[o->kind].problem(o);
}

/* Fields that the kind does not use may have any value, as in a zeroed schedule. */
static const char *check_schedule(const cnn_schedule *s, const cnn_optimizer *o) {
    if (!cnn_schedule_kind_name(s->kind))
        return "no such kind of schedule";
    const schedule_row *row = &schedule_rows[s->kind];
    return row->problem ? row->problem(s, o) : NULL;
}

/* Includes unused fields: a checkpoint holds every field, and can hold finite numbers only. */
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
        reason = "a setting of the optimizer or schedule is not finite";
    return reason;
}

cnn_trainer *cnn_trainer_create(cnn_model *model, const cnn_optimizer *optimizer,
                                const cnn_schedule *schedule, cnn_error *error) {
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    const cnn_schedule constant = CNN_SCHEDULE_DEFAULT;
    const cnn_schedule *chosen = schedule ? schedule : &constant;
    optimizer = optimizer ? optimizer : &adam;
    if (!given(model, "model", error) || !reserved_unused(optimizer->reserved, error) ||
        !reserved_unused(chosen->reserved, error))
        return NULL;
    const char *reason = trainer_problem(optimizer, chosen);
    if (reason) {
        error_set(error, CNN_STATUS_BAD_ARGUMENT, "%s", reason);
        return NULL;
    }
    cnn_trainer *trainer = memory_new(1, sizeof *trainer, error);
    if (!trainer)
        return NULL;
    *trainer = (cnn_trainer){.model = model, .optimizer = *optimizer, .schedule = *chosen};
    /* Cleared, as all rules start from 0: the first step of SGD uses the gradient alone, as in
     * PyTorch. */
    const char *const *kept = optimizer_rows[optimizer->kind].kept;
    trainer->moment1 = memory_new(kept[0] ? model->parameters_size : 0, sizeof(float), error);
    trainer->moment2 = memory_new(kept[1] ? model->parameters_size : 0, sizeof(float), error);
    if (!trainer->moment1 || !trainer->moment2) {
        cnn_trainer_free(trainer);
        return NULL;
    }
    return trainer;
}

void cnn_trainer_free(cnn_trainer *trainer) {
    if (!trainer)
        return;
    free(trainer->moment1);
    free(trainer->moment2);
    free(trainer);
}

static void update(void *context, range elements) {
    const cnn_trainer *trainer = context;
    optimizer_rows[trainer->now.kind].update(trainer, elements);
}

/* Elements are independent, so the number of parts changes no bit. */
enum { UPDATE_PARTS = 8 };

/* One of UPDATE_PARTS equal ranges of the parameter array. */
static void update_part(void *context, size_t part, size_t worker) {
    const cnn_model *model = ((const cnn_trainer *)context)->model;
    const uint64_t begun = profile_begin(model);
    update(context, range_part(model->parameters_size, UPDATE_PARTS, part));
    profile_end(model, begun, worker, profile_part_row(model, PART_UPDATE), PASS_WEIGHTS,
                part ? 0 : model->n);
}

/* The schedule counts steps from 0, Adam's correction from 1. Set before the threads begin, and
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
    if (!trainer || trainer->model->state == BATCH_NONE || !trainer->model->labeled)
        return NAN;
    begin_update(trainer);
    execute(trainer->model, CNN_PROGRAM_TRAIN, update, trainer);
    trainer->model->state = BATCH_MOVED;
    return cnn_model_loss(trainer->model);
}
