/* A part of cnn.h, which programs include.
 *
 * Where a number comes from: the terms that made it, in the order in which the book adds them; and
 * what the loss does when it moves. */
#ifndef CNN_EXPLAIN_H
#define CNN_EXPLAIN_H

/* How the terms make the number. x and y are the values of a term, from the tensors a and b. */
typedef enum cnn_sum_kind {
    CNN_SUM_GIVEN,          /* nothing computes it: a pixel, a label, a parameter. No terms */
    CNN_SUM_COPY,           /* x: only the shape changes */
    CNN_SUM_PRODUCTS,       /* start, then + x y */
    CNN_SUM_ADDED,          /* 0, then + x */
    CNN_SUM_MEAN,           /* (0, then + x) / divisor */
    CNN_SUM_SHARES,         /* 0, then + x / divisor */
    CNN_SUM_MAXIMUM,        /* the first largest x */
    CNN_SUM_POSITION,       /* the position of the first largest x in the H x W plane, h W + w */
    CNN_SUM_GATE,           /* x where y is above 0, else slope x */
    CNN_SUM_PROBABILITY,    /* exp(x - max) of the chosen term, over the sum of all of them */
    CNN_SUM_LOSS,           /* log of that sum, less x - max of the chosen term */
    CNN_SUM_LOGITS_GRADIENT /* (x - y) / divisor; y is 1 for the true class, else 0 */
} cnn_sum_kind;
/* "products", "mean", ...; NULL for a kind that does not exist. Static. */
const char *cnn_sum_kind_name(cnn_sum_kind kind);

/* What became of a term. Those of PADDING, NO_OUTPUT and PASSED_OVER are left out of the sum. */
typedef enum cnn_term_note {
    CNN_TERM_COUNTS,
    CNN_TERM_ZERO,        /* a factor is 0: nothing changes */
    CNN_TERM_PADDING,     /* x would lie in the padding */
    CNN_TERM_NO_OUTPUT,   /* no output has the kernel there: between strides, at an edge */
    CNN_TERM_PASSED_OVER, /* another number of the window is the maximum */
    CNN_TERM_CHOSEN, /* the maximum; the window that it is the maximum of; the class asked for */
    CNN_TERM_CLOSED  /* the gate is closed: y is not above 0 */
} cnn_term_note;
/* "padding", "passed over", ...; "" for one that counts; NULL for one that does not exist. Static.
 */
const char *cnn_term_note_name(cnn_term_note note);

#define CNN_NO_INDEX SIZE_MAX
typedef struct cnn_term {
    size_t a, b; /* flat indices of x and y into the tensors a and b, or CNN_NO_INDEX */
    double x, y; /* 0 without an index */
    /* After this term: the sum of its part, and the total. Parts are numbered from 0, each begins
     * with 0, and is added to the total when it ends. */
    double part_sum, sum;
    size_t part;
    cnn_term_note note;
} cnn_term;

typedef struct cnn_sum {
    cnn_sum_kind kind;
    char a[CNN_NAME_SIZE], b[CNN_NAME_SIZE]; /* tensors of the factors, "" for none */
    char start[CNN_NAME_SIZE];               /* the tensor that the sum starts from, or "" */
    size_t start_index;
    double start_value; /* 0 without one */
    size_t count;       /* of terms, including those left out */
    size_t left_out, zeros;
    size_t parts;      /* shards of a batch, partial sums of a dense layer; 1 for all others */
    size_t chosen;     /* the term with this note, or CNN_NO_INDEX without one or with several */
    double divisor;    /* 1 where nothing is divided */
    double slope;      /* of a gate that is closed */
    double max, total; /* of the logits; of the exponentials */
    double value;      /* computed from the terms */
    double stored;     /* in the tensor: the same bits */
    /* The book: "src/ops/conv2d.c", the line of the formula there, its text, and the function that
     * computes it. "" and 0 for what no page computes. The pointers are static. */
    char page[CNN_NAME_SIZE];
    unsigned line;
    const char *formula, *function;
} cnn_sum;

/* Fills *sum and the first `capacity` terms; sum->count is how many there are. Works for any number
 * of any tensor of a model with the option every_layer (and input_gradient for "input.grad"), after
 * forward, and for gradients after backward: value and stored differ if the gradients are those of
 * another batch. Takes no memory, and some nanoseconds per term. Refuses a number that no pass has
 * computed since the parameters changed, and a kind of layer without an explanation. */
bool cnn_model_sum(const cnn_model *model, const char *tensor, size_t index, cnn_sum *sum,
                   cnn_term *terms, size_t capacity, cnn_error *error);

/* What the loss of a batch does when one number moves by h, up and down: the whole network by the
 * book, in double. */
typedef struct cnn_slope {
    double value, h;
    double loss, high, low; /* at value; at value + h; at value - h */
    double quotient;        /* (high - low) / 2 h */
    double gradient;        /* by backprop, in double */
    double error;           /* |quotient - gradient| over the larger of them; 0 if they are equal */
    /* How many inputs of layers lie on different sides of a kink at the two ends: a gate opens or
     * closes, a window has another maximum. Then the quotient mixes two slopes, and neither it nor
     * the gradient is wrong. The first of them: the layer and a flat index into its input. */
    size_t kinks;
    char kink_layer[CNN_NAME_SIZE]; /* "" without one */
    size_t kink_index;
} cnn_slope;
/* Moves a parameter ("conv2.weight") or a pixel ("input"), for the batch that is set, with labels;
 * no pass is needed before. h is above 0 and large enough to change the number in double. Takes
 * memory for three times the activations of the batch in double; the model is not changed. */
bool cnn_model_slope(const cnn_model *model, const char *tensor, size_t index, double h,
                     cnn_slope *slope, cnn_error *error);

#endif
