/* A part of cnn.h, which programs include.
 *
 * The catalog of classic mistakes, each made on purpose by the library itself; and a diagnosis:
 * which of them explain the numbers of an implementation. */
#ifndef CNN_MISTAKES_H
#define CNN_MISTAKES_H

/* What becomes of a training run. */
typedef enum cnn_mistake_family {
    CNN_MISTAKE_SILENT,    /* a wrong gradient that the curve hides: it learns about as well */
    CNN_MISTAKE_SLOW,      /* a wrong gradient: it learns, but worse */
    CNN_MISTAKE_DEAD,      /* a wrong gradient: it learns nothing */
    CNN_MISTAKE_ELSEWHERE, /* the gradient is right: data, first weights, rate or update are not */
    CNN_MISTAKE_LATENT /* the gradient is right, and no harm is done until numbers are unusual */
} cnn_mistake_family;
#define CNN_MISTAKE_FAMILIES (CNN_MISTAKE_LATENT + 1)
/* "silent", "slow", ...; NULL for a family that does not exist. Static. */
const char *cnn_mistake_family_name(cnn_mistake_family family);

/* A line of the library's own source, and what the mistake has in its place. */
typedef struct cnn_mistake_edit {
    const char *file, *function; /* "ops/relu.c", below src; the function with the line */
    const char *was, *has;       /* without indentation; `has` may be several lines */
} cnn_mistake_edit;
#define CNN_MISTAKE_EDITS 4

/* All texts are static. */
typedef struct cnn_mistake_info {
    const char *name; /* "relu-open" */
    cnn_mistake_family family;
    const char *text; /* what is wrong, without a full stop */
    const char *seen; /* a public report of it, "OWNER/REPOSITORY#NUMBER", or "" */
    /* The gradients that the gradient check finds wrong, kind and gradient, "conv2d dw, conv2d db";
     * "": none, it stays green. In layers that lack what it needs it changes nothing. */
    const char *red, *needs; /* "a kernel larger than 1x1"; or "" */
    size_t edit_count;
    cnn_mistake_edit edits[CNN_MISTAKE_EDITS];
} cnn_mistake_info;
size_t cnn_mistake_count(void);
/* False only out of range; mistake may be NULL. */
bool cnn_mistake_at(size_t index, cnn_mistake_info *mistake);
/* The one of this name. False with *mistake unchanged if there is none; mistake may be NULL. */
bool cnn_mistake_find(const char *name, cnn_mistake_info *mistake);

/* Makes a mistake in what a training run is given: sets debug_mistake and, where the mistake lies
 * there, the initialization or normalization of the options, the rate of the optimizer, and the
 * labels of the images to train on. Each of the three may be NULL. */
bool cnn_mistake_make(const char *name, cnn_model_options *options, cnn_optimizer *optimizer,
                      cnn_dataset *images, cnn_error *error);

/* A small problem for a backward pass: a layer, its input x and parameters, and dy, the gradient of
 * the loss with respect to its outputs; the answers are dx, dw and db. x and dy are random small
 * whole numbers, so that sums are exact in any order. One thread at a time. */
typedef struct cnn_case cnn_case;
typedef struct cnn_case_shape {
    /* As in a network text: "conv2d 3 3x2 stride 2 pad 1"; or "softmax": with cross-entropy, whose
     * dx is the gradient of the mean loss at the logits x. */
    const char *layer;
    size_t images, height, width, channels; /* of x */
} cnn_case_shape;
/* Shapes that distinguish the mistakes of a kind of layer: "conv2d", "softmax", ... False
 * out of range, and for a kind without any; shape may be NULL. */
bool cnn_case_shape_at(const char *kind, size_t index, cnn_case_shape *shape);
cnn_case *cnn_case_create(const cnn_case_shape *shape, uint64_t seed, cnn_error *error);
void cnn_case_free(cnn_case *one);

/* Dense arrays, last index fastest, owned by the case. The caller fills dx, dw and db, which begin
 * as NaN: a gradient that is NaN throughout is not answered, and is skipped. The caller may replace
 * x, the parameters and dy before that. */
typedef struct cnn_case_info {
    char layer[CNN_NAME_SIZE];              /* its kind: "conv2d" */
    size_t images, height, width, channels; /* x[images][height][width][channels] */
    size_t out_height, out_width, outputs;  /* y and dy; 1, 1 and the classes for softmax */
    cnn_pair kernel, stride, pad;           /* of a layer that has them, else 0 */
    float *x, *weight, *bias, *dy;          /* NULL: the layer has none; softmax has no dy */
    uint32_t *labels;                       /* [images] for softmax, else NULL */
    float *dx, *dw, *db;
    size_t x_count, weight_count, bias_count, dy_count; /* numbers; dx, dw, db have as many */
} cnn_case_info;
cnn_case_info cnn_case_get_info(const cnn_case *one);
/* Fills dx, dw and db with the library's own answer, in which this mistake is made. It changes
 * nothing in a layer of another kind; NULL: no mistake. */
bool cnn_case_answer(cnn_case *one, const char *mistake, cnn_error *error);

/* What a wrong gradient has in common with the right one. */
typedef enum cnn_property {
    CNN_PROPERTY_RATIO = 1,      /* theirs is ours times `ratio` everywhere */
    CNN_PROPERTY_TRANSPOSED = 2, /* the last two indices of ours exchanged; of dx the first two */
    CNN_PROPERTY_SHIFTED = 4,    /* theirs is ours moved by one row or column or both */
    CNN_PROPERTY_ZERO = 8,       /* theirs is 0 at an index where ours is not */
    CNN_PROPERTY_NOT_ZERO = 16,  /* theirs is not 0 at an index where ours is */
    CNN_PROPERTY_BORDERS = 32,   /* right but for the outermost rows and columns */
    CNN_PROPERTY_NOT_FINITE = 64 /* a NaN or an infinity */
} cnn_property;
#define CNN_EXPLANATIONS_MAX 8
typedef struct cnn_diagnosis {
    bool right; /* all numbers are the book's; then nothing else is set */
    /* The mistakes of the catalog that give exactly these numbers, or, where none does, pairs made
     * together; the second name is NULL for a single one. Several if the given cases do not
     * distinguish them; at most CNN_EXPLANATIONS_MAX. Static names. */
    size_t explanation_count;
    const char *explanations[CNN_EXPLANATIONS_MAX][2];
    /* The index of the smallest case that differs, and its first gradient that does. */
    size_t case_index;
    char gradient[3];      /* "dx", "dw" or "db" */
    size_t rank, index[4]; /* of the first number that differs, [n][h][w][c], [r][s][c][k], ... */
    double ours, theirs;   /* at this index */
    unsigned properties;   /* cnn_property, added up, of that gradient */
    double ratio;          /* NaN without CNN_PROPERTY_RATIO */
} cnn_diagnosis;
/* Finds what is wrong with these answers, which are compared within the rounding of float. The same
 * cases give the same diagnosis. A mistake may change nothing in one case: give several. */
bool cnn_diagnose(const cnn_case *const *cases, size_t count, cnn_diagnosis *diagnosis,
                  cnn_error *error);

#endif
