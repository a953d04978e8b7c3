/* A model's programs as public data, for printing and tests. */
#include "memory.h"
#include "program.h"

#include <stdlib.h>

static const char *const works[] = {[CNN_WORK_FORWARD] = "forward",
                                    [CNN_WORK_PARTIAL_SUMS] = "partial_sums",
                                    [CNN_WORK_COMBINE] = "combine",
                                    [CNN_WORK_LOSS] = "loss",
                                    [CNN_WORK_LOGITS_GRADIENT] = "logits_gradient",
                                    [CNN_WORK_ACTIVATION_GRADIENT] = "activation_gradient",
                                    [CNN_WORK_INPUT_GRADIENT] = "input_gradient",
                                    [CNN_WORK_WEIGHT_GRADIENT] = "weight_gradient",
                                    [CNN_WORK_REDUCE] = "reduce",
                                    [CNN_WORK_UPDATE] = "update"};
static const char *const cuts[] = {[CNN_CUT_IMAGES] = "images",
                                   [CNN_CUT_SHARDS] = "shards",
                                   [CNN_CUT_SPLITS] = "splits",
                                   [CNN_CUT_ROWS] = "rows",
                                   [CNN_CUT_ELEMENTS] = "elements"};

/* As unsigned, negative values are past the end too. */
const char *cnn_work_name(cnn_work work) {
    return (unsigned)work < sizeof works / sizeof *works ? works[work] : NULL;
}

const char *cnn_cut_name(cnn_cut cut) {
    return (unsigned)cut < sizeof cuts / sizeof *cuts ? cuts[cut] : NULL;
}

static cnn_step info_of(const cnn_model *model, size_t images, const step *s) {
    const fusion *f = &model->fusions[s->fusion];
    return (cnn_step){.work = s->work,
                      .first = f->first,
                      .last = f->last,
                      .barrier = s->barrier,
                      .cut = s->cut,
                      .tasks = s->tasks,
                      .shards = s->cut == CNN_CUT_SHARDS ? program_shards(images, 1, 0).last : 0,
                      .splits = s->splits,
                      .tile = s->tile};
}

size_t cnn_model_program(const cnn_model *model, cnn_program program, size_t images,
                         cnn_step *steps, size_t count) {
    const bool known = program == CNN_PROGRAM_FORWARD || program == CNN_PROGRAM_BACKWARD ||
                       program == CNN_PROGRAM_TRAIN || program == CNN_PROGRAM_PREDICT;
    if (!model || !known || !images || images > model->options.batch_size)
        return 0;
    step *own = memory_new(program_steps_most(model->fusion_count), sizeof *own, NULL);
    const size_t all = own ? program_compile(model, program, images, own) : 0;
    for (size_t i = 0; steps && i < all && i < count; i++)
        steps[i] = info_of(model, images, &own[i]);
    free(own);
    return all;
}
