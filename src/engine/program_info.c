/* A model's programs as data, for those who print or test them. */
#include "memory.h"
#include "program.h"

#include <stdlib.h>

static cnn_step info_of(const cnn_model *model, const step *s) {
    const fusion *f = &model->fusions[s->fusion];
    return (cnn_step){.work = s->work,
                      .first = f->first,
                      .last = f->last,
                      .meet = s->meet,
                      .cut = s->cut,
                      .tasks = s->tasks,
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
        steps[i] = info_of(model, &own[i]);
    free(own);
    return all;
}
