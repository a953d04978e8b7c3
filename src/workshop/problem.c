/* Makes the cases of an exercise, and finds their numbers by name. */
#include "problem.h"

#include "memory.h"
#include "shape_value.h"

#include <stdlib.h>
#include <string.h>

/* Gives small kernels that differ from themselves turned around. */
enum { SEED = 3 };

static bool is_update(const exercise_row *row) {
    return !strcmp(row->kind, "sgd") || !strcmp(row->kind, "adam");
}

/* Whole numbers from -1 to 1 have many equal neighbors; scores of some thousands overflow exp(). */
static void change_inputs(const cnn_case *given, const char *with) {
    const cnn_case_info about = cnn_case_get_info(given);
    for (size_t i = 0; i < about.x_count; i++) {
        if (!strcmp(with, "ties"))
            about.x[i] = about.x[i] > 0 ? 1 : about.x[i] < -1 ? -1 : 0;
        if (!strcmp(with, "large"))
            about.x[i] = 1000 * about.x[i] + (float)(i % about.channels);
    }
}

/* The right outputs in float: the backward pass of softmax reads its probabilities. */
static bool keep_outputs(problem *p, cnn_error *error) {
    const size_t count = size_product(p->given->about.images, extent_size(p->given->shape.y));
    p->outputs = memory_new(count, sizeof *p->outputs, error);
    for (size_t i = 0; p->outputs && i < count; i++)
        p->outputs[i] = (float)p->worked.t.y[i];
    return p->outputs;
}

bool problem_begin(problem *p, const exercise_row *row, const exercise_case *about,
                   cnn_error *error) {
    const size_t index = about == &row->speed ? 0 : (size_t)(about - row->cases);
    *p = (problem){.row = row, .about = about};
    const cnn_case_shape *shape = &p->about->shape;
    if (is_update(row))
        return update_begin(&p->update, shape->layer, shape->channels, index + SEED, error);
    p->given = cnn_case_create(shape, index + SEED, error);
    if (!p->given)
        return false;
    change_inputs(p->given, p->about->with);
    return worked_begin(&p->worked, p->given, error) && keep_outputs(p, error);
}

void problem_end(problem *p) {
    update_end(&p->update);
    worked_end(&p->worked);
    free(p->outputs);
    cnn_case_free(p->given);
}

static double update_value(const update *u, const char *name) {
    const struct {
        const char *name;
        double value;
    } values[] = {{"count", (double)u->count}, {"step", u->step},          {"lr", u->lr},
                  {"momentum", u->momentum},   {"weight_decay", u->decay}, {"beta1", u->beta1},
                  {"beta2", u->beta2},         {"epsilon", u->epsilon}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!strcmp(values[i].name, name))
            return values[i].value;
    return 0;
}

double problem_value(const problem *p, const char *name) {
    return p->given
               ? shape_value(&p->given->shape, p->given->about.layer, p->given->about.images, name)
               : update_value(&p->update, name);
}

size_t problem_images(const problem *p) {
    return p->given ? p->given->about.images : 1;
}

float *problem_given(const problem *p, const char *name) {
    if (!p->given)
        return update_array(name) < UPDATE_ARRAYS ? p->update.before[update_array(name)] : NULL;
    const cnn_case_info *a = &p->given->about;
    return !strcmp(name, "x")        ? a->x
           : !strcmp(name, "weight") ? a->weight
           : !strcmp(name, "bias")   ? a->bias
           : !strcmp(name, "dy")     ? a->dy
           : !strcmp(name, "p")      ? p->outputs
                                     : NULL;
}

/* For softmax the worked case keeps the losses in place of dy. */
const real *problem_right(const problem *p, const char *name) {
    if (!p->given)
        return update_array(name) < UPDATE_ARRAYS ? p->update.right[update_array(name)] : NULL;
    const worked *w = &p->worked;
    return !strcmp(name, "y") || !strcmp(name, "p") ? w->t.y
           : !strcmp(name, "loss")                  ? w->t.dy
           : !strcmp(name, "dx")                    ? w->right[GRADIENT_DX]
           : !strcmp(name, "dw")                    ? w->right[GRADIENT_DW]
           : !strcmp(name, "db")                    ? w->right[GRADIENT_DB]
                                                    : NULL;
}

void problem_shape(const problem *p, const char *sizes, cnn_argument *argument) {
    char name[16];
    argument->rank = 0;
    argument->count = 1;
    while (*sizes && argument->rank < 4) {
        const size_t length = strcspn(sizes, " ");
        memcpy(name, sizes, length < sizeof name ? length : sizeof name - 1);
        name[length < sizeof name ? length : sizeof name - 1] = '\0';
        argument->shape[argument->rank] = (size_t)problem_value(p, name);
        argument->count *= argument->shape[argument->rank++];
        sizes += length;
        sizes += strspn(sizes, " ");
    }
}

/* An array of the call: a copy of what is given, or what lies there before an answer. */
static void fill(const problem *p, cnn_argument *argument, bool zeros) {
    const float *given = problem_given(p, argument->name);
    for (size_t i = 0; i < argument->count; i++)
        argument->numbers[i] = argument->kind != CNN_ARGUMENT_OUTPUT ? given[i]
                               : zeros                               ? 0
                                                                     : leftover(i);
}

static bool set_array(const problem *p, cnn_argument *argument, const char *sizes, bool zeros) {
    cnn_error error;
    problem_shape(p, sizes, argument);
    if (argument->kind == CNN_ARGUMENT_LABELS) {
        argument->labels = (int32_t *)p->given->about.labels;
        return true;
    }
    argument->numbers = memory_new(argument->count, sizeof(float), &error);
    if (argument->numbers)
        fill(p, argument, zeros);
    return argument->numbers;
}

bool problem_call(const problem *p, size_t function, bool zeros, cnn_call *call) {
    const exercise_function *f = &p->row->functions[function];
    cnn_exercise_function_at(p->row->about.name, function, call);
    call->title = p->about->title;
    for (size_t i = 0; i < f->count; i++) {
        cnn_argument *argument = &call->arguments[i];
        if (argument->kind <= CNN_ARGUMENT_REAL)
            argument->value = problem_value(p, argument->name);
        else if (!set_array(p, argument, f->parameters[i].sizes, zeros))
            return false;
    }
    return true;
}
