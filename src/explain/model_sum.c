/* Finds what computes a number of a model, and walks over its terms as the layer explains them. */
#include "explained.h"
#include "loss_sums.h"
#include "model.h"

#include <stdio.h>
#include <string.h>

/* One call of cnn_model_sum(). */
typedef struct question {
    const cnn_model *model;
    cnn_tensor tensor;
    size_t index;
    op_args arrays; /* of the layer that computes the number */
    walk walk;
    cnn_error *error;
} question;

static const layer *layer_at(const question *q, size_t index) {
    return &q->model->network->layers[index];
}

static bool given_number(question *q) {
    q->walk.sum->kind = CNN_SUM_GIVEN;
    q->walk.sum->value = q->walk.sum->stored;
    return true;
}

/* Has a pass computed the number, with the parameters as they are? */
static bool passed(const question *q, bool gradient) {
    const cnn_model *model = q->model;
    const char *name = q->tensor.name;
    if (!model->options.every_layer)
        return error_set(q->error, CNN_STATUS_BAD_ARGUMENT,
                         "%s is explained in a model with the option every_layer", name);
    if (model->state != BATCH_PASSED)
        return error_set(q->error, CNN_STATUS_BAD_ARGUMENT, "%s: no batch has passed forward%s",
                         name, model->state == BATCH_MOVED ? " since the parameters moved" : "");
    return !gradient || model->labeled ||
           error_set(q->error, CNN_STATUS_BAD_ARGUMENT, "%s: the batch has no labels", name);
}

/* The arrays that a call of the layer's operation would get. */
static op_args arrays_of(const cnn_model *model, size_t index) {
    const layer *layer = &model->network->layers[index];
    const layer_memory *memory = &model->layers[index], *before = &model->layers[layer->input];
    op_args t = {.n = model->n, .x = before->y, .y = memory->y, .dy = memory->dy, .dx = before->dy};
    for (size_t b = 0; b < layer_buffers(layer); b++)
        bind(&t, layer->kind->buffers[b].argument, memory->buffers[b]);
    return t;
}

/* The name of the tensor at this offset of the layer's arguments. */
static void name_array(const question *q, const layer *layer, size_t offset, char *name) {
    const char *before = layer_at(q, layer->input)->name;
    name[0] = '\0';
    if (!offset || !bound(&q->arrays, offset))
        return;
    if (offset == offsetof(op_args, x))
        snprintf(name, CNN_NAME_SIZE, "%s", before);
    else if (offset == offsetof(op_args, y))
        snprintf(name, CNN_NAME_SIZE, "%s", layer->name);
    else if (offset == offsetof(op_args, dy))
        snprintf(name, CNN_NAME_SIZE, "%s.grad", layer->name);
    for (size_t b = 0; b < layer_buffers(layer); b++)
        if (layer->kind->buffers[b].argument == offset)
            snprintf(name, CNN_NAME_SIZE, "%s.%s", layer->name, layer->kind->buffers[b].name);
}

/* Sets what the explainer knows before any term. */
static void describe(question *q, const layer *layer, const explainer *by) {
    cnn_sum *sum = q->walk.sum;
    sum->kind = by->kind;
    snprintf(sum->page, sizeof sum->page, "src/ops/%s.c", layer->kind->word);
    sum->line = formula_line(layer->kind->word, by->formula);
    sum->formula = by->formula;
    sum->function = by->function;
    name_array(q, layer, by->a, sum->a);
    name_array(q, layer, by->b, sum->b);
    name_array(q, layer, by->start, sum->start);
    q->walk.shape = &layer->shape;
    q->walk.a = by->a ? bound(&q->arrays, by->a) : NULL;
    q->walk.b = by->b ? bound(&q->arrays, by->b) : NULL;
    q->walk.start = by->start ? bound(&q->arrays, by->start) : NULL;
}

static bool explain(question *q, size_t index, const explainer *by) {
    const layer *layer = layer_at(q, index);
    if (!by || !by->terms)
        return error_set(q->error, CNN_STATUS_BAD_ARGUMENT,
                         "%s: how %s makes it is not explained yet (src/explain/explain_%s.c)",
                         q->tensor.name, layer->kind->word, layer->kind->word);
    q->arrays = arrays_of(q->model, index);
    describe(q, layer, by);
    by->terms(&q->walk, q->index);
    /* A position is no sum: its explainer sets the value itself. */
    if (by->kind != CNN_SUM_POSITION)
        q->walk.sum->value = (double)q->walk.total;
    return true;
}

static bool copied(question *q, const char *from, const char *suffix, const float *numbers) {
    cnn_sum *sum = q->walk.sum;
    sum->kind = CNN_SUM_COPY;
    snprintf(sum->a, sizeof sum->a, "%s%s", from, suffix);
    q->walk.a = numbers;
    walk_take(&q->walk, CNN_TERM_COUNTS, q->index, CNN_NO_INDEX, numbers[q->index]);
    sum->value = (double)q->walk.total;
    return true;
}

static bool output(question *q, size_t index) {
    const layer *layer = layer_at(q, index);
    const explanation *by = layer->kind ? explanation_of(layer->kind->word) : NULL;
    if (!layer->kind)
        return given_number(q);
    if (!passed(q, false))
        return false;
    if (layer->kind->view)
        return copied(q, layer_at(q, layer->input)->name, "", q->model->layers[layer->input].y);
    return explain(q, index, by ? &by->output : NULL);
}

/* Softmax and loss, after the last layer, are one page of the book too. */
static bool explain_loss(question *q, cnn_sum_kind kind, const char *formula) {
    const cnn_model *model = q->model;
    const layer *last = layer_at(q, model->network->count);
    const bool gradient = kind == CNN_SUM_LOGITS_GRADIENT;
    cnn_sum *sum = q->walk.sum;
    if (!passed(q, kind != CNN_SUM_PROBABILITY))
        return false;
    sum->kind = kind;
    sum->line = formula_line("softmax_xent", formula);
    sum->formula = formula;
    sum->function = gradient ? "softmax_xent_backward" : "softmax_image";
    snprintf(sum->page, sizeof sum->page, "src/ops/softmax_xent.c");
    snprintf(sum->a, sizeof sum->a, "%s", gradient ? "probabilities" : last->name);
    snprintf(sum->b, sizeof sum->b, "%s", kind == CNN_SUM_PROBABILITY ? "" : "labels");
    q->arrays.n = model->n;
    q->walk.shape = &last->shape;
    q->walk.a = gradient ? model->probabilities : model->layers[model->network->count].y;
    if (gradient)
        logits_gradient_terms(&q->walk, model->labels, q->index);
    else if (kind == CNN_SUM_LOSS)
        loss_terms(&q->walk, model->labels, q->index);
    else
        probability_terms(&q->walk, q->index);
    sum->value = (double)q->walk.total;
    return true;
}

/* The layer that reads the output of this one; 0: it is the last. */
static size_t reader_of(const cnn_network *network, size_t index) {
    for (size_t i = index + 1; i <= network->count; i++)
        if (network->layers[i].input == index)
            return i;
    return 0;
}

/* The gradient of a layer's output is what the next layer passes back. */
static bool output_gradient(question *q, size_t index) {
    const size_t next = reader_of(q->model->network, index);
    const layer *reader = layer_at(q, next);
    if (!next)
        return explain_loss(q, CNN_SUM_LOGITS_GRADIENT, "dx[n,k] = (p[n,k] - [k = label]) / N");
    if (!passed(q, true))
        return false;
    if (reader->kind->view)
        return copied(q, reader->name, ".grad", q->model->layers[next].dy);
    const explanation *by = explanation_of(reader->kind->word);
    return explain(q, next, by ? &by->input_gradient : NULL);
}

/* A buffer of the layer, or its gradient; rest is "weight" or "weight.grad". */
static bool buffer_number(question *q, size_t index, const char *rest) {
    const layer *layer = layer_at(q, index);
    size_t b = 0, length = 0;
    for (; b < layer_buffers(layer); b++) {
        length = strlen(layer->kind->buffers[b].name);
        if (!strncmp(rest, layer->kind->buffers[b].name, length) &&
            (!rest[length] || rest[length] == '.'))
            break;
    }
    const bool gradient = rest[length];
    if (!gradient && layer->kind->buffers[b].role != BUFFER_FOR_BACKWARD)
        return given_number(q);
    const explanation *by = explanation_of(layer->kind->word);
    return passed(q, gradient) && explain(q, index, by ? &by->buffers[b] : NULL);
}

/* A tensor of no layer. */
static bool batch_number(question *q) {
    if (!strcmp(q->tensor.name, "probabilities"))
        return explain_loss(q, CNN_SUM_PROBABILITY, "p[n,k] = exp(x[n,k] - max[n]) / sum[n]");
    if (!strcmp(q->tensor.name, "losses"))
        return explain_loss(q, CNN_SUM_LOSS, "loss[n] = log(sum[n]) - (x[n,label] - max[n])");
    return given_number(q);
}

static bool answer(question *q) {
    const cnn_network *network = q->model->network;
    const char *name = q->tensor.name, *rest = name + strcspn(name, ".");
    const size_t length = (size_t)(rest - name);
    for (size_t i = 0; i <= network->count; i++) {
        const char *own = network->layers[i].name;
        if (strlen(own) != length || memcmp(own, name, length))
            continue;
        if (!*rest)
            return output(q, i);
        return !strcmp(rest, ".grad") ? output_gradient(q, i) : buffer_number(q, i, rest + 1);
    }
    return batch_number(q);
}

static bool find_number(question *q, const char *tensor, size_t index) {
    size_t count = 1;
    if (!cnn_model_tensor(q->model, tensor, &q->tensor, q->error))
        return false;
    for (size_t d = 0; d < q->tensor.rank; d++)
        count *= q->tensor.shape[d];
    q->index = index;
    return index < count ||
           error_set(q->error, CNN_STATUS_BAD_ARGUMENT, "%s has %zu numbers: there is no %zu",
                     q->tensor.name, count, index);
}

static double stored(const cnn_tensor *tensor, size_t index) {
    return tensor->type == CNN_TYPE_INT32 ? (double)((const int32_t *)tensor->data)[index]
                                          : (double)((const float *)tensor->data)[index];
}

bool cnn_model_sum(const cnn_model *model, const char *tensor, size_t index, cnn_sum *sum,
                   cnn_term *terms, size_t capacity, cnn_error *error) {
    question q = {.model = model, .error = error};
    if (!given(model, "model", error) || !given(tensor, "tensor", error) ||
        !given(sum, "sum", error) || (capacity && !given(terms, "terms", error)) ||
        !find_number(&q, tensor, index))
        return false;
    *sum = (cnn_sum){.parts = 1,
                     .chosen = CNN_NO_INDEX,
                     .divisor = 1,
                     .start_index = CNN_NO_INDEX,
                     .function = "",
                     .formula = "",
                     .stored = stored(&q.tensor, index)};
    q.walk = (walk){.arrays = &q.arrays,
                    .roundings = model->ops->roundings,
                    .sum = sum,
                    .terms = terms,
                    .capacity = capacity};
    return answer(&q);
}
