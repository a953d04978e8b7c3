/* The catalog of classic mistakes: a table, what each does to the arguments of a backward pass or
 * to its gradients, and how it is made. Which gradients a mistake spoils, and what it needs of a
 * layer, are data; no kind of layer is known by name. */
#include "mistakes.h"

#include <string.h>

/* MAIN: of the first parameter, or dx where there is none. LOSS: dx of softmax with its loss. */
enum { MAIN = 1, INPUT = 2, KERNEL = 4, BIAS = 8, LOSS = 16 };

/* One gradient. Its rows are `width` times `unit` numbers: columns of channels, or inputs. */
typedef struct target {
    unsigned is; /* of the above */
    real *gradient, *right;
    size_t count, width, unit;
} target;

/* ----------------------------------------------------------------- what is done to a gradient */

static void add_share(const probe *p, const target *t) {
    /* Of a gradient that is 0 everywhere a share would be none. */
    const double added = gradcheck_largest(t->gradient, t->count) == 0 ? 0.001 : 0;
    (void)p;
    for (size_t i = 0; i < t->count; i++)
        t->gradient[i] = t->gradient[i] * 1.001 + added;
}

static void multiply(const target *t, double factor) {
    for (size_t i = 0; i < t->count; i++)
        t->gradient[i] *= factor;
}

static void turn_sign(const probe *p, const target *t) {
    (void)p;
    multiply(t, -1);
}

static void forget(const probe *p, const target *t) {
    (void)p;
    multiply(t, 0);
}

static void divide_by_images(const probe *p, const target *t) {
    multiply(t, 1.0 / (double)p->images);
}

static void multiply_by_images(const probe *p, const target *t) {
    multiply(t, (double)p->images);
}

static void forget_last_image(const probe *p, const target *t) {
    const size_t values = t->count / p->images;
    memset(t->gradient + t->count - values, 0, values * sizeof *t->gradient);
}

/* Each column of a row becomes the one after it. */
static void shift(const probe *p, const target *t) {
    const size_t row = t->width * t->unit;
    (void)p;
    for (size_t at = 0; t->width > 1 && at + row <= t->count; at += row) {
        memmove(t->gradient + at, t->gradient + at + t->unit,
                (row - t->unit) * sizeof *t->gradient);
        memset(t->gradient + at + row - t->unit, 0, t->unit * sizeof *t->gradient);
    }
}

/* Only where each output comes from the one input at its place. */
static void pass_on(const probe *p, const target *t) {
    if (t->count == p->images * p->outputs && !p->layer->parameters)
        memcpy(t->gradient, p->dy, t->count * sizeof *t->gradient);
}

static void forget_truth(const probe *p, const target *t) {
    const size_t classes = t->count / p->images;
    for (size_t i = 0; i < p->images; i++)
        t->gradient[i * classes + p->labels[i]] += p->dy[i];
}

/* ---------------------------------------------------------- what the backward pass is given */

/* A buffer of the layer by its role and how it begins; or NULL. */
static const buffer *buffer_of(const layer *layer, buffer_role role, buffer_initial initial) {
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        const buffer *buffer = &layer->kind->buffers[b];
        if (buffer->role == role && buffer->initial == initial && layer_buffer_size(layer, b))
            return buffer;
    }
    return NULL;
}

/* The kernel's numbers [taps][inputs][units], and a copy of them; false: there is none. */
typedef struct kernel_view {
    real *w;
    const real *right;
    size_t taps, inputs, units;
} kernel_view;

static bool view_kernel(const probe *p, kernel_view *view) {
    const buffer *kernel = buffer_of(p->layer, BUFFER_PARAMETER, INITIAL_KERNEL);
    if (!kernel)
        return false;
    const buffer_shape s = kernel->shape(p->layer);
    *view = (kernel_view){bound(&p->t, kernel->argument), p->right.kernel, 1, s.size[s.rank - 2],
                          s.size[s.rank - 1]};
    for (size_t i = 0; i + 2 < s.rank; i++)
        view->taps *= s.size[i];
    return true;
}

/* Reads [inputs][units] as if it were [units][inputs]. */
static void transpose(const probe *p) {
    kernel_view v;
    if (!view_kernel(p, &v))
        return;
    const size_t tap = v.inputs * v.units;
    for (size_t i = 0; i < v.taps * tap; i++)
        v.w[i] = v.right[i / tap * tap + i % v.units * v.inputs + i % tap / v.units];
}

static void turn_kernel(const probe *p) {
    kernel_view v;
    if (!view_kernel(p, &v))
        return;
    const size_t tap = v.inputs * v.units;
    for (size_t i = 0; i < v.taps; i++)
        memcpy(v.w + i * tap, v.right + (v.taps - 1 - i) * tap, tap * sizeof *v.w);
}

static void only_last_image(const probe *p) {
    memset(p->dy, 0, (p->images - 1) * p->outputs * sizeof *p->dy);
}

/* Where each maximum was, h * W + w; NULL if the layer does not keep it. */
static int32_t *indices_of(const probe *p) {
    const buffer *kept = buffer_of(p->layer, BUFFER_FOR_BACKWARD, INITIAL_ZERO);
    return kept && kept->type == CNN_TYPE_INT32 ? bound(&p->t, kept->argument) : NULL;
}

static void to_first_index(const probe *p) {
    const layer_shape *g = &p->layer->shape;
    int32_t *index = indices_of(p);
    for (size_t i = 0; index && i < p->images * p->outputs; i++) {
        const size_t at = i / g->y.c % (g->y.h * g->y.w);
        index[i] = (int32_t)(at / g->y.w * g->u * g->x.w + at % g->y.w * g->v);
    }
}

static void to_next_index(const probe *p) {
    const layer_shape *g = &p->layer->shape;
    int32_t *index = indices_of(p);
    for (size_t i = 0; index && i < p->images * p->outputs; i++)
        index[i] = (int32_t)(((size_t)index[i] + 1) % (g->x.h * g->x.w));
}

/* ------------------------------------------------------------------------------- the table */

struct mistake {
    cnn_mistake about;
    unsigned spoils;                                      /* gradients */
    void (*change)(const probe *p, const target *target); /* each of these, once it is right */
    void (*arguments)(const probe *p);                    /* or these of another backward pass */
};

static const mistake mistakes[] = {
    {{"factor", "a factor is off by a thousandth"}, MAIN, add_share, NULL},
    {{"sign", "the sign is turned"}, MAIN, turn_sign, NULL},
    {{"no-bias", "the gradient of the bias is forgotten"}, BIAS, forget, NULL},
    {{"mean", "the mean over the images is taken instead of their sum"},
     KERNEL | BIAS,
     divide_by_images,
     NULL},
    {{"one-image", "each image overwrites the gradient of the one before"},
     KERNEL | BIAS,
     NULL,
     only_last_image},
    {{"last-image", "the loop over the images ends one too early"}, INPUT, forget_last_image, NULL},
    {{"shifted", "dx lies one column beside its place, as with a wrong offset of the padding"},
     INPUT,
     shift,
     NULL},
    {{"tap", "dw lies one column of the kernel beside its place"}, KERNEL, shift, NULL},
    {{"transposed", "the weights are read with inputs and outputs exchanged"},
     INPUT,
     NULL,
     transpose},
    {{"turned", "the kernel is read from its end on the way back"}, INPUT, NULL, turn_kernel},
    {{"no-mask", "dy is passed on where the output was cut off"}, INPUT, pass_on, NULL},
    {{"first-place", "the window's first place gets the gradient, not that of the maximum"},
     INPUT,
     NULL,
     to_first_index},
    {{"next-place", "the place behind that of the maximum gets the gradient"},
     INPUT,
     NULL,
     to_next_index},
    {{"no-truth", "the 1 of the true class is not taken off"}, LOSS, forget_truth, NULL},
    {{"no-mean", "the division by the number of images is forgotten"},
     LOSS,
     multiply_by_images,
     NULL},
};
#define MISTAKES (sizeof mistakes / sizeof *mistakes)

bool cnn_gradcheck_mistake_at(size_t index, cnn_mistake *mistake) {
    if (index >= MISTAKES)
        return false;
    if (mistake)
        *mistake = mistakes[index].about;
    return true;
}

const mistake *mistake_named(const char *name) {
    for (size_t i = 0; i < MISTAKES; i++)
        if (!name || !strcmp(name, mistakes[i].about.name))
            return &mistakes[i];
    return NULL;
}

const char *mistake_name(const mistake *mistake) {
    return mistake->about.name;
}

/* ---------------------------------------------------------------------------- and its making */

static target input_target(const probe *p) {
    const extent x = p->labels ? (extent){1, 1, p->layer->shape.y.c} : p->layer->shape.x;
    const bool wide = x.w > 1;
    return (target){.is = p->labels ? MAIN | INPUT | LOSS : INPUT,
                    .gradient = p->t.dx,
                    .right = p->right.dx,
                    .count = p->images * extent_size(x),
                    .width = wide ? x.w : x.c,
                    .unit = wide ? x.c : 1};
}

static target parameter_target(const probe *p, size_t b, real *right) {
    const buffer *buffer = &p->layer->kind->buffers[b];
    const buffer_shape s = buffer->shape(p->layer);
    target t = {.is = buffer->initial == INITIAL_KERNEL ? KERNEL : BIAS,
                .gradient = bound(&p->t, buffer->gradient),
                .right = right,
                .count = layer_buffer_size(p->layer, b),
                .width = s.size[0],
                .unit = 1};
    for (size_t i = 1; i < s.rank; i++)
        t.unit *= s.size[i];
    if (s.rank == 4) {
        t.width = s.size[1];
        t.unit = s.size[2] * s.size[3];
    }
    return t;
}

/* Every gradient of the probe; returns how many. */
static size_t list_targets(const probe *p, target targets[1 + BUFFERS_MAX]) {
    size_t count = 0;
    real *right = p->right.gradients;
    targets[count++] = input_target(p);
    for (size_t b = 0; !p->labels && b < layer_buffers(p->layer); b++)
        if (p->layer->kind->buffers[b].role == BUFFER_PARAMETER && layer_buffer_size(p->layer, b)) {
            targets[count] = parameter_target(p, b, right);
            right += targets[count++].count;
        }
    targets[count > 1].is |= MAIN;
    return count;
}

static void copy(real *to, const real *from, size_t count) {
    if (count)
        memcpy(to, from, count * sizeof *to);
}

/* Goes back again with other arguments, which are put right afterwards. */
static void go_back(const mistake *mistake, const probe *p) {
    const buffer *kernel = buffer_of(p->layer, BUFFER_PARAMETER, INITIAL_KERNEL);
    real *w = kernel ? bound(&p->t, kernel->argument) : NULL;
    const size_t weights = layer_kernel_size(p->layer), outputs = p->images * p->outputs;
    copy(p->right.kernel, w, w ? weights : 0);
    copy(p->right.dy, p->dy, outputs);
    mistake->arguments(p);
    p->backward(p);
    copy(w, p->right.kernel, w ? weights : 0);
    copy(p->dy, p->right.dy, outputs);
}

static bool differs(const target *t) {
    for (size_t i = 0; i < t->count; i++)
        if (t->gradient[i] != t->right[i])
            return true;
    return false;
}

bool mistake_make(const mistake *mistake, const probe *p) {
    target targets[1 + BUFFERS_MAX];
    const size_t count = list_targets(p, targets);
    bool made = false;
    for (size_t i = 0; i < count; i++)
        copy(targets[i].right, targets[i].gradient, targets[i].count);
    if (mistake->arguments && !p->labels)
        go_back(mistake, p);
    for (size_t i = 0; i < count; i++) {
        const target *t = &targets[i];
        if (!(t->is & mistake->spoils))
            copy(t->gradient, t->right, t->count);
        else if (mistake->change)
            mistake->change(p, t);
        made |= differs(t);
    }
    return made;
}
