/* The passes of one layer of somebody's own network. */
#include "own_layers.h"

#include "shape_value.h"

#include <string.h>

const own_function *own_function_of(const cnn_own_network *own, const char *kind) {
    for (size_t i = 0; i < own->function_count; i++)
        if (!strcmp(own->functions[i].row->kind, kind))
            return &own->functions[i];
    return NULL;
}

static const layer *layer_of(const own_call *q) {
    return &q->own->network->layers[q->layer];
}

static double rate_of(const own_call *q, const char *name) {
    const cnn_optimizer *o = q->rates;
    return !strcmp(name, "count")          ? (double)q->own->parameters_size
           : !strcmp(name, "step")         ? (double)q->step
           : !strcmp(name, "lr")           ? o->lr
           : !strcmp(name, "momentum")     ? o->momentum
           : !strcmp(name, "weight_decay") ? o->weight_decay
           : !strcmp(name, "beta1")        ? o->beta1
           : !strcmp(name, "beta2")        ? o->beta2
                                           : o->epsilon;
}

static double value_of(const own_call *q, const char *name) {
    if (q->rates)
        return rate_of(q, name);
    if (!strcmp(q->by->row->kind, "softmax"))
        return !strcmp(name, "N") ? (double)q->images : (double)q->own->classes;
    return shape_value(&layer_of(q)->shape, layer_of(q)->kind->word, q->images, name);
}

static const float *update_array_of(const own_call *q, const char *name) {
    const cnn_own_network *own = q->own;
    return !strcmp(name, "dw")  ? own->gradients
           : !strcmp(name, "w") ? own->parameters
           : !strcmp(name, "v") ? own->moment2
                                : own->moment1;
}

/* The logits are the last layer's outputs. */
static const float *loss_array_of(const own_call *q, const char *name) {
    const op_args *t = &q->own->arguments[q->own->layers];
    return !strcmp(name, "x")    ? t->y
           : !strcmp(name, "dx") ? t->dy
           : !strcmp(name, "p")  ? q->own->probabilities
                                 : q->own->losses;
}

static const float *layer_array_of(const own_call *q, const char *name) {
    const op_args *t = &q->own->arguments[q->layer];
    return !strcmp(name, "x")        ? t->x
           : !strcmp(name, "y")      ? t->y
           : !strcmp(name, "dy")     ? t->dy
           : !strcmp(name, "dx")     ? t->dx
           : !strcmp(name, "weight") ? t->w
           : !strcmp(name, "dw")     ? t->dw
           : !strcmp(name, "bias")   ? (t->b ? t->b : q->own->zeros)
                                     : (t->db ? t->db : q->own->scratch);
}

/* The cast is sound: the arrays are our own memory. */
static void set_array(const own_call *q, const char *sizes, cnn_argument *a) {
    const bool loss = !strcmp(q->by->row->kind, "softmax");
    char name[16];
    a->count = 1;
    for (a->rank = 0; *sizes && a->rank < 4; sizes += strspn(sizes, " ")) {
        const size_t length = strcspn(sizes, " ");
        memcpy(name, sizes, length);
        name[length] = '\0';
        a->shape[a->rank] = (size_t)value_of(q, name);
        a->count *= a->shape[a->rank++];
        sizes += length;
    }
    if (a->kind == CNN_ARGUMENT_LABELS)
        a->labels = (int32_t *)q->labels;
    else
        a->numbers = (float *)(q->rates ? update_array_of(q, a->name)
                               : loss   ? loss_array_of(q, a->name)
                                        : layer_array_of(q, a->name));
}

bool own_call_make(const own_call *q, size_t index, cnn_error *error) {
    const exercise_function *f = &q->by->row->functions[index];
    cnn_error failed = {.status = CNN_STATUS_BAD_ARGUMENT, .message = "run failed"};
    cnn_call call;
    cnn_exercise_function_at(q->by->row->about.name, index, &call);
    call.title = q->rates || !layer_of(q)->kind ? "training" : layer_of(q)->name;
    for (size_t i = 0; i < f->count; i++) {
        if (call.arguments[i].kind <= CNN_ARGUMENT_REAL)
            call.arguments[i].value = value_of(q, call.arguments[i].name);
        else
            set_array(q, f->parameters[i].sizes, &call.arguments[i]);
    }
    const bool good = q->by->run(&call, q->by->context, &failed);
    if (!good && error)
        *error = failed;
    return good;
}

static op_args arguments_of(const own_call *q) {
    op_args t = q->own->arguments[q->layer];
    t.n = q->images;
    t.scratch = q->own->scratch;
    return t;
}

bool own_layer_forward(const own_call *q, cnn_error *error) {
    const operation *op = ops_operation(q->own->ops, layer_of(q)->kind->word);
    const op_args t = arguments_of(q);
    if (q->by)
        return own_call_make(q, 0, error);
    if (op)
        op->forward(&layer_of(q)->shape, &t, (range){0, q->images});
    return true;
}

/* The sums over all images at once. */
bool own_layer_backward(const own_call *q, cnn_error *error) {
    const layer_shape *g = &layer_of(q)->shape;
    const operation *op = ops_operation(q->own->ops, layer_of(q)->kind->word);
    const range images = {0, q->images};
    const op_args t = arguments_of(q);
    if (q->by)
        return own_call_make(q, 1, error);
    if (!op)
        return true;
    op->backward_input(g, &t, images);
    if (op->backward_weights)
        op->backward_weights(
            g, &t, op->axis == SUM_IMAGES ? images : (range){0, g->x.h * g->x.w * g->x.c});
    return true;
}
