/* What a trainer keeps for each parameter, by name, and the numbers of its last step. */
#include "kinds.h"

#include <stdio.h>
#include <string.h>

/* As for the tensors of a model, there is no list: a walk visits all. */
typedef struct search {
    const char *name;   /* looked for, or NULL: number `index`; borrowed */
    size_t index, seen; /* seen: how many were visited so far */
    cnn_tensor *tensor; /* filled when found; may be NULL */
    bool found;
} search;

/* The numbers of `kept` at the offset of this buffer among the parameters. */
static void visit(search *s, const cnn_model *model, const float *kept, const char *suffix,
                  size_t index, size_t b) {
    const struct layer *layer = &model->network->layers[index];
    const buffer *buffer = &layer->kind->buffers[b];
    const float *numbers = model->layers[index].buffers[b];
    if (s->found || buffer->role != BUFFER_PARAMETER || !numbers)
        return;
    const buffer_shape shape = buffer->shape(layer);
    cnn_tensor tensor = {.rank = shape.rank, .data = kept + (numbers - model->parameters)};
    memcpy(tensor.shape, shape.size, shape.rank * sizeof *shape.size);
    snprintf(tensor.name, sizeof tensor.name, "%s.%s%s", layer->name, buffer->name, suffix);
    s->found = s->name ? !strcmp(s->name, tensor.name) : s->index == s->seen;
    s->seen++;
    if (s->found && s->tensor)
        *s->tensor = tensor;
}

/* In the order of a checkpoint: one kind of numbers for all parameters, then the next. */
static void walk(search *s, const cnn_trainer *trainer) {
    const cnn_model *model = trainer->model;
    const char *const *kept = optimizer_rows[trainer->optimizer.kind].kept;
    const float *const arrays[OPTIMIZER_KEPT_MAX] = {trainer->moment1, trainer->moment2};
    for (size_t k = 0; k < OPTIMIZER_KEPT_MAX && kept[k]; k++)
        for (size_t i = 1; i <= model->network->count; i++)
            for (size_t b = 0; b < layer_buffers(&model->network->layers[i]); b++)
                visit(s, model, arrays[k], kept[k], i, b);
}

size_t cnn_trainer_tensor_count(const cnn_trainer *trainer) {
    /* No tensor has this index, so the walk visits all. */
    search s = {.index = SIZE_MAX};
    if (trainer)
        walk(&s, trainer);
    return s.seen;
}

bool cnn_trainer_tensor_at(const cnn_trainer *trainer, size_t index, cnn_tensor *tensor) {
    search s = {.index = index, .tensor = tensor};
    if (trainer)
        walk(&s, trainer);
    return s.found;
}

bool cnn_trainer_tensor(const cnn_trainer *trainer, const char *name, cnn_tensor *tensor,
                        cnn_error *error) {
    search s = {.name = name, .tensor = tensor};
    if (!given(trainer, "trainer", error) || !given(name, "name", error))
        return false;
    walk(&s, trainer);
    return s.found ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "%s keeps no tensor named \"%.80s\"",
                     cnn_optimizer_kind_name(trainer->optimizer.kind), name);
}

/* Computed anew, since a resumed trainer did not take its last step itself. */
cnn_trainer_info cnn_trainer_get_info(const cnn_trainer *trainer) {
    if (!trainer)
        return (cnn_trainer_info){0};
    const uint64_t steps = trainer->steps;
    cnn_trainer_info info = {
        .step = steps, .rates = trainer->optimizer, .correction1 = 1, .correction2 = 1};
    cnn_schedule_apply(&trainer->schedule, steps ? steps - 1 : 0, &info.rates);
    if (optimizer_rows[info.rates.kind].corrected) {
        info.correction1 = bias_correction(info.rates.beta1, steps);
        info.correction2 = bias_correction(info.rates.beta2, steps);
    }
    return info;
}
