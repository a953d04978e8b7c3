/* A part of cnn.h, which programs include.
 *
 * Where a number comes from: the terms that made it, in the order in which the book adds them; and
 * what the loss does when it moves. */
#ifndef CNN_EXPLAIN_H
#define CNN_EXPLAIN_H

/* How the terms make the number. x and y stand for what a term has, in the tensors a and b. */
typedef enum cnn_sum_kind {
    CNN_SUM_GIVEN,          /* nothing computes it: a pixel, a label, a parameter. No terms */
    CNN_SUM_COPY,           /* x: only the shape changes */
    CNN_SUM_PRODUCTS,       /* start, then + x y */
    CNN_SUM_ADDED,          /* 0, then + x */
    CNN_SUM_MEAN,           /* (0, then + x) / divisor */
    CNN_SUM_SHARES,         /* 0, then + x / divisor */
    CNN_SUM_MAXIMUM,        /* the first largest x */
    CNN_SUM_PLACE,          /* where the first largest x stands: its place in the H x W plane */
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
    CNN_TERM_ZERO,      /* a factor is 0: nothing changes */
    CNN_TERM_PADDING,   /* x would lie in the padding */
    CNN_TERM_NO_OUTPUT, /* the kernel comes to lie so for no output: between strides, at an edge */
    CNN_TERM_PASSED_OVER, /* another one of the window is the maximum */
    CNN_TERM_CHOSEN, /* the maximum; the window that it is the maximum of; the class asked for */
    CNN_TERM_CLOSED  /* the gate is closed: y is not above 0 */
} cnn_term_note;
/* "padding", "passed over", ...; "" for one that counts; NULL for one that does not exist. Static.
 */
const char *cnn_term_note_name(cnn_term_note note);

#define CNN_NO_INDEX SIZE_MAX
typedef struct cnn_term {
    size_t a, b; /* where x and y stand: flat indices into the tensors a and b, or CNN_NO_INDEX */
    double x, y; /* 0 where they stand nowhere */
    /* Behind this term: of the part that it belongs to, and of the whole. Parts are numbered from
     * 0, each begins with 0, and the whole takes in a part when it ends. */
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
    size_t count;       /* of terms, those left out among them */
    size_t left_out, zeros;
    size_t parts;      /* shards of a batch, pieces of a dense layer's sum; 1 for all others */
    size_t chosen;     /* the term so noted, or CNN_NO_INDEX if there is none or several */
    double divisor;    /* 1 where nothing is divided */
    double slope;      /* of a gate that is closed */
    double max, total; /* of the logits; of the exponentials */
    double value;      /* what the terms make */
    double stored;     /* what stands in the tensor: the same to the last bit */
    /* The book: "src/ops/conv2d.c", the line of the formula there, its text, and the function that
     * computes it. "" and 0 for what no page computes. The pointers are static. */
    char page[CNN_NAME_SIZE];
    unsigned line;
    const char *formula, *function;
} cnn_sum;

/* Fills *sum and the first `room` terms; sum->count says how many there are. For any number of any
 * tensor of a model that has the option every_layer (and input_gradient for "input.grad"), after
 * forward, and for gradients after backward: value and stored differ if another batch's stand
 * there. Takes no memory; the time of a term is some nanoseconds. Refused: what is not computed
 * yet or no longer, and a kind of layer that nobody has explained. */
bool cnn_model_sum(const cnn_model *model, const char *tensor, size_t index, cnn_sum *sum,
                   cnn_term *terms, size_t room, cnn_error *error);

/* What the loss of a batch does when one number moves by h, up and down: the whole network by the
 * book, in double. */
typedef struct cnn_slope {
    double value, h;
    double loss, high, low; /* as it is; at value + h; at value - h */
    double quotient;        /* (high - low) / 2 h */
    double gradient;        /* by backprop, in double */
    double error;           /* |quotient - gradient| over the larger of them; 0 if they are equal */
    /* Inputs of layers for which another piece counts at one end than at the other: a gate opens or
     * closes, a window has another maximum. Then the quotient mixes slopes, and neither is wrong.
     * The first of them: the layer and a flat index into its input. */
    size_t kinks;
    char kink_layer[CNN_NAME_SIZE]; /* "" without one */
    size_t kink_index;
} cnn_slope;
/* Of a parameter ("conv2.weight") or an input ("input"), for the batch that is set with its labels;
 * it need not have passed. h is above 0 and large enough to move the number. Takes memory for the
 * activations of the batch in double three times; the model is not changed. */
bool cnn_model_slope(const cnn_model *model, const char *tensor, size_t index, double h,
                     cnn_slope *slope, cnn_error *error);

#endif
