/* A part of cnn.h, which programs include.
 *
 * Ways to look at what a network computes: are the gradients right, and what was every number. */
#ifndef CNN_CHECKS_H
#define CNN_CHECKS_H

typedef struct cnn_gradcheck_options {
    size_t batch_size;       /* 2 */
    uint64_t seed;           /* 1 */
    size_t samples;          /* 200: elements tried of each tensor, drawn by seed; 0 means all */
    const char *break_layer; /* NULL: the layer whose gradient is damaged on purpose */
} cnn_gradcheck_options;
cnn_gradcheck_options cnn_gradcheck_options_defaults(void);
#ifdef __cplusplus
#define CNN_GRADCHECK_OPTIONS_DEFAULT cnn_gradcheck_options_defaults()
#else
#define CNN_GRADCHECK_OPTIONS_DEFAULT                                                              \
    { .batch_size = 2, .seed = 1, .samples = 200 }
#endif
/* One gradient of one layer against central differences. */
typedef struct cnn_gradcheck_row {
    char layer[CNN_NAME_SIZE];         /* conv1, ..., and last "softmax" */
    char gradient[4];                  /* dx, dw or db */
    size_t elements, checked, skipped; /* skipped: within reach of a kink */
    double error;                      /* the largest relative error; NaN if checked is 0 */
    size_t rank, shape[4];             /* of the tensor */
    size_t element;                    /* where that error was: flat index into it */
    double analytic, numeric;
} cnn_gradcheck_row;
#define CNN_GRADCHECK_LIMIT 1e-6
typedef void (*cnn_gradcheck_function)(const cnn_gradcheck_row *row, void *context);
/* Checks every layer in double, with random parameters, and calls report for each gradient.
 * *worst, if not NULL, is the largest relative error of all; NaN if it is within the limit and a
 * gradient could not be checked, since all its elements lay at kinks in each of several draws. */
bool cnn_gradcheck(const cnn_network *network, const cnn_gradcheck_options *options,
                   cnn_gradcheck_function report, void *context, double *worst, cnn_error *error);

/* A record of every number of some steps, in PyTorch's layouts. One thread at a time. */
typedef struct cnn_trace cnn_trace;
/* PASS: input, labels, losses, outputs and all gradients. */
typedef enum cnn_trace_part { CNN_TRACE_PASS, CNN_TRACE_PARAMETERS } cnn_trace_part;
cnn_trace *cnn_trace_create(cnn_error *error);
/* Copies these tensors of the model as PREFIX + name. PASS wants a batch that has gone forward. */
bool cnn_trace_add(cnn_trace *trace, const cnn_model *model, cnn_trace_part part,
                   const char *prefix, cnn_error *error);
bool cnn_trace_add_value(cnn_trace *trace, const char *name, double value, cnn_error *error);
bool cnn_trace_save(const cnn_trace *trace, const char *path, cnn_error *error);
void cnn_trace_free(cnn_trace *trace);

#endif
