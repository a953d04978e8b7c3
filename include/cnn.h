/* cnn.h - the whole public interface of cnn.c, a convolutional network written by hand.
 *
 * Letters, after cuDNN: N images, C channels in, H x W in, K channels out, R x S kernel, P x Q out,
 * u, v stride. dx means the derivative of the loss with respect to x.
 * Layout: channels last. Activations x[n][h][w][c], convolution weights w[r][s][c][k], dense
 * weights w[c][k]. Only files use PyTorch's layouts.
 * Errors: what makes an object returns it or NULL; whatever else can fail returns bool. The last
 * argument says what went wrong and may be NULL. The library never prints, exits or aborts and has
 * no global state: threads may use different objects at once; for one object see its type. */
#ifndef CNN_H
#define CNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)
#define CNN_VERSION "0.1.0"
/* The version of the library linked, which may differ from CNN_VERSION compiled against. */
const char *cnn_version(void);

/* ------------------------------------------------------------------------------------- errors */
typedef enum cnn_status {
    CNN_OK,
    CNN_NO_MEMORY,
    CNN_BAD_ARGUMENT,
    CNN_BAD_NETWORK, /* a description that cannot be built: see line and column */
    CNN_BAD_FILE,    /* bytes that are not what they should be: see file and offset */
    CNN_IO,          /* the operating system refused: see file */
    CNN_STOPPED      /* a callback asked to stop */
} cnn_status;
#define CNN_NO_OFFSET SIZE_MAX
typedef struct cnn_error {
    cnn_status status;
    char message[256];   /* one line, no trailing full stop */
    char file[256];      /* the file at fault (its last part if the path is longer), or "" */
    size_t offset;       /* the byte of that file, or CNN_NO_OFFSET */
    size_t line, column; /* in a network text, from 1; else 0 */
} cnn_error;

/* Writes "FILE: byte N: MESSAGE", leaving out the parts that are not known. Cuts at size. */
void cnn_error_text(const cnn_error *error, char *text, size_t size);

/* ------------------------------------------------------------------------------------ network
 * A description: an input shape and a list of layers. Text form, one layer a line, # starts a
 * comment:
 *
 *     input 28x28x1                 height x width x channels
 *     conv2d 16 3x3 pad 1           also: stride 2 or 2x1, pad 1x0, bias off
 *     relu
 *     maxpool2d 2                   also: 3x2, stride 2 (default: the window)
 *     flatten
 *     dense 10                      also: bias off
 *
 * Layers are named after their kind and place: conv1 relu1 pool1 conv2 ... flatten1 fc1 fc2.
 * The last layer gives one logit per class; softmax with cross-entropy follows it always.
 * One thread at a time while it is built; any number once it is only read. */
typedef struct cnn_network cnn_network;
typedef struct cnn_pair {
    size_t h, w;
} cnn_pair;
typedef struct cnn_conv2d {
    size_t channels; /* K */
    cnn_pair kernel; /* R x S */
    cnn_pair stride; /* u, v; 0 means 1 */
    cnn_pair pad;    /* zeros on each side */
    bool no_bias;
} cnn_conv2d;
typedef struct cnn_maxpool2d {
    cnn_pair window, stride; /* stride 0 means the window */
} cnn_maxpool2d;
typedef struct cnn_dense {
    size_t outputs;
    bool no_bias;
} cnn_dense;

#define CNN_NAME_SIZE 48
/* What one layer makes of the shape before it, for one image. A flat shape is {1, 1, values}. */
typedef struct cnn_layer_info {
    char name[CNN_NAME_SIZE]; /* conv1 */
    char text[96];            /* conv2d 16 3x3 pad 1 */
    size_t height, width, channels;
    bool flat;               /* the shape is a vector of `channels` values */
    size_t parameters;       /* weights and biases */
    size_t multiply_adds;    /* forward, places in the padding included */
    size_t activation_bytes; /* output, its gradient, and winners: per image in training */
} cnn_layer_info;

cnn_network *cnn_network_create(size_t height, size_t width, size_t channels, cnn_error *error);
bool cnn_network_conv2d(cnn_network *network, cnn_conv2d options, cnn_error *error);
bool cnn_network_relu(cnn_network *network, cnn_error *error);
bool cnn_network_maxpool2d(cnn_network *network, cnn_maxpool2d options, cnn_error *error);
bool cnn_network_flatten(cnn_network *network, cnn_error *error);
bool cnn_network_dense(cnn_network *network, cnn_dense options, cnn_error *error);
/* From text of `size` bytes, or from a file holding it. Refusals carry line and column. */
cnn_network *cnn_network_parse(const char *text, size_t size, cnn_error *error);
cnn_network *cnn_network_load(const char *path, cnn_error *error);
void cnn_network_free(cnn_network *network);

size_t cnn_network_layers(const cnn_network *network);
/* Layer 0 is the input; 1 to cnn_network_layers() are the layers. False only out of range. */
bool cnn_network_layer(const cnn_network *network, size_t index, cnn_layer_info *info);
size_t cnn_network_parameters(const cnn_network *network);
size_t cnn_network_classes(const cnn_network *network); /* outputs of the last layer */
/* The canonical text, which cnn_network_parse() reads back. Needs the returned number of bytes plus
 * one; cuts at size; text may be NULL if size is 0. */
size_t cnn_network_text(const cnn_network *network, char *text, size_t size);

/* --------------------------------------------------------------------------------------- data
 * Images of one size as bytes, with a label each. Never changes after it is made, except by
 * cnn_dataset_truncate(): any number of threads may read it. */
typedef struct cnn_dataset cnn_dataset;
typedef enum cnn_split { CNN_TRAIN, CNN_TEST } cnn_split;
/* Images x are used as (x / 255 - mean) / deviation. */
typedef struct cnn_normalisation {
    float mean, deviation;
} cnn_normalisation;
typedef struct cnn_dataset_info {
    size_t images, height, width, channels, classes;
} cnn_dataset_info;
/* Copies images[n][h][w][c] and labels[n]. Labels at or above info->classes are refused. */
cnn_dataset *cnn_dataset_create(const cnn_dataset_info *info, const uint8_t *images,
                                const uint8_t *labels, cnn_error *error);
/* From IDX bytes, plain or gzip. classes 0 means: the largest label and one. An error calls the
 * file at fault "images" or "labels". */
cnn_dataset *cnn_dataset_from_idx(const void *images, size_t images_size, const void *labels,
                                  size_t labels_size, size_t classes, cnn_error *error);
/* Reads {train,t10k}-{images-idx3,labels-idx1}-ubyte, or the same with .gz, from a folder, and
 * classes.txt (one name a line) if it is there. */
cnn_dataset *cnn_dataset_load(const char *folder, cnn_split split, size_t classes,
                              cnn_error *error);
void cnn_dataset_free(cnn_dataset *dataset);
cnn_dataset_info cnn_dataset_about(const cnn_dataset *dataset);
/* Keeps the first `images` images; more than there are changes nothing; 0 is refused. */
bool cnn_dataset_truncate(cnn_dataset *dataset, size_t images, cnn_error *error);
/* The pixels [h][w][c] of one image, and its label; index below info.images. The name of a class:
 * from classes.txt, else its number. The data set owns what pointers lead to. */
const uint8_t *cnn_dataset_image(const cnn_dataset *dataset, size_t index);
size_t cnn_dataset_label(const cnn_dataset *dataset, size_t index);
const char *cnn_dataset_class(const cnn_dataset *dataset, size_t index);
/* Mean and deviation (1 if constant) of all pixels, to four decimals: MNIST 0.1307, 0.3081. */
cnn_normalisation cnn_dataset_measure(const cnn_dataset *dataset);

/* -------------------------------------------------------------------------------------- model
 * A network with parameters, gradients and activations for batches up to a size. All memory is
 * taken when it is made. One thread at a time per model; it runs its own worker threads. */
typedef struct cnn_model cnn_model;
typedef enum cnn_init {
    CNN_INIT_PYTORCH,        /* uniform in +-1/sqrt(fan in), torch's default (He et al. 2015) */
    CNN_INIT_KAIMING_NORMAL, /* weights normal, deviation sqrt(2 / fan in); biases 0 */
    CNN_INIT_CONSTANT        /* weights and biases all `constant` */
} cnn_init;

typedef struct cnn_model_options {
    size_t batch_size;               /* 64: the most images in one pass */
    size_t threads;                  /* 0: one per processor. Never changes a result. */
    uint64_t seed;                   /* 1: of the initial parameters */
    cnn_init init;                   /* CNN_INIT_PYTORCH */
    float constant;                  /* 0 */
    bool input_gradient;             /* false: also compute input.grad */
    bool every_layer;                /* false: keep what layers fused for speed leave out */
    cnn_normalisation normalisation; /* 0.1307, 0.3081 */
    bool profile;                    /* false: measure for cnn_model_profile() */
    const char *backend;             /* NULL: the fastest here; or a name: cnn_backend_at() */
} cnn_model_options;
#define CNN_MODEL_OPTIONS_DEFAULT                                                                  \
    {                                                                                              \
        .batch_size = 64, .seed = 1, .normalisation = { 0.1307f, 0.3081f }                         \
    }

/* Ways to compute: the first that runs here is the default; those with same_bits agree to the last
 * bit. False only out of range. */
typedef struct cnn_backend {
    const char *name, *instructions; /* "avx2"; what it asks of the processor */
    bool runs, same_bits;
} cnn_backend;
bool cnn_backend_at(size_t index, cnn_backend *backend);
size_t cnn_processors(void); /* that this process may use */

/* Copies the network. options NULL means the defaults. The last layer must be flat. */
cnn_model *cnn_model_create(const cnn_network *network, const cnn_model_options *options,
                            cnn_error *error);
/* From a safetensors file or its bytes, which replace seed, init, constant and normalisation. */
cnn_model *cnn_model_load(const char *path, const cnn_model_options *options, cnn_error *error);
cnn_model *cnn_model_parse(const void *bytes, size_t size, const cnn_model_options *options,
                           cnn_error *error);
/* Written to a temporary file beside it, flushed, renamed: the old file or the new, never half. */
bool cnn_model_save(const cnn_model *model, const char *path, cnn_error *error);
/* Takes the parameters alone from such a file. On failure the model is unchanged. */
bool cnn_model_load_weights(cnn_model *model, const char *path, cnn_error *error);
void cnn_model_free(cnn_model *model);

const cnn_network *cnn_model_network(const cnn_model *model);
cnn_normalisation cnn_model_normalisation(const cnn_model *model);
size_t cnn_model_batch_size(const cnn_model *model);
size_t cnn_model_threads(const cnn_model *model);
const char *cnn_model_backend(const cnn_model *model);
/* Bytes held. Activations: outputs, their gradients, winners; scratch: all that is not listed. */
typedef struct cnn_memory {
    size_t parameters, gradients, activations, scratch, total;
} cnn_memory;
cnn_memory cnn_model_memory(const cnn_model *model);
/* "0", "1", ... until set; index below the number of classes. Names are copied. */
const char *cnn_model_class(const cnn_model *model, size_t index);
bool cnn_model_set_class(cnn_model *model, size_t index, const char *name, cnn_error *error);

typedef enum cnn_type { CNN_FLOAT32, CNN_INT32 } cnn_type;
/* A look into a model's own memory, dense, last index fastest. Valid while the model lives; the
 * contents change with each pass. Parameters may be written between passes. */
typedef struct cnn_tensor {
    char name[CNN_NAME_SIZE];
    cnn_type type;
    size_t rank, shape[4];
    void *data;
} cnn_tensor;

/* Everything inside, by name: "input", "labels", "losses" and "probabilities"; for each layer its
 * output ("conv1"), gradient ("conv1.grad"), a pool's winners ("pool1.winners": place in the H x W
 * plane), and parameters ("conv1.weight", "conv1.weight.grad"). Activations have the current batch
 * as first index. "input.grad", and what lies inside fused layers, are there if options ask. */
size_t cnn_model_tensors(const cnn_model *model);
bool cnn_model_tensor_at(const cnn_model *model, size_t index, cnn_tensor *tensor);
bool cnn_model_tensor(const cnn_model *model, const char *name, cnn_tensor *tensor,
                      cnn_error *error);

/* The parts of a step. A batch is 1 to batch_size images. Gathers images indices[0..count) from the
 * data set, normalised, with their labels. */
bool cnn_model_set_batch(cnn_model *model, const cnn_dataset *dataset, const uint32_t *indices,
                         size_t count, cnn_error *error);
/* The same from floats [n][h][w][c] as they are; labels[n] may be NULL if only forward follows. */
bool cnn_model_set_input(cnn_model *model, const float *x, const uint32_t *labels, size_t count,
                         cnn_error *error);
/* Every layer's output and the probabilities. */
void cnn_model_forward(cnn_model *model);
/* The mean cross-entropy of the last forward pass, and every gradient of it. */
double cnn_model_loss(cnn_model *model);
void cnn_model_backward(cnn_model *model);
/* probabilities[count][classes] for any number of images given as bytes [n][h][w][c]. */
bool cnn_model_predict(cnn_model *model, const uint8_t *images, size_t count, float *probabilities,
                       cnn_error *error);

typedef struct cnn_profile_pass {
    double seconds;       /* of all threads together; 0 without the option profile */
    double multiply_adds; /* needed: none with padding or zeros of the gradient (by samples) */
    size_t images;
} cnn_profile_pass;
typedef struct cnn_profile_row {
    char name[3 * CNN_NAME_SIZE];             /* "conv1 relu1 pool1" */
    size_t first, last;                       /* its layers; both 0 if it has none */
    cnn_profile_pass forward, input, weights; /* y, dx and dw */
} cnn_profile_row;
/* Layers that are computed together, in order, then the parts of a step "gather", "loss", "update",
 * "sums" (of shards) and "waiting" (threads at rest): together threads times the time of all passes
 * since the model was made. Fills at most `count` rows; returns how many there are. */
size_t cnn_model_profile(const cnn_model *model, cnn_profile_row *rows, size_t count);

typedef struct cnn_score {
    size_t images, correct;
    double loss, accuracy; /* mean cross-entropy; correct / images */
} cnn_score;
/* confusion[true][guess], classes x classes counts, may be NULL. */
bool cnn_model_evaluate(cnn_model *model, const cnn_dataset *dataset, cnn_score *score,
                        size_t *confusion, cnn_error *error);

/* ----------------------------------------------------------------------------------- training */
typedef enum cnn_optimizer_kind { CNN_ADAM, CNN_ADAMW, CNN_SGD } cnn_optimizer_kind;
/* PyTorch's rules and defaults. */
typedef struct cnn_optimizer {
    cnn_optimizer_kind kind; /* CNN_ADAM */
    double lr;               /* 0.001 */
    double momentum;         /* 0: SGD only */
    bool nesterov;           /* false: SGD only, wants momentum */
    double weight_decay;     /* 0 */
    double beta1, beta2;     /* 0.9, 0.999: Adam and AdamW (Kingma and Ba 2015) */
    double epsilon;          /* 1e-8: added to the square root, after the bias correction */
} cnn_optimizer;
#define CNN_OPTIMIZER_DEFAULT                                                                      \
    { .kind = CNN_ADAM, .lr = 0.001, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8 }

typedef enum cnn_schedule_kind {
    CNN_CONSTANT,
    CNN_STEP,    /* lr * gamma^(step / step_size), whole division */
    CNN_COSINE,  /* from lr to min_lr by half a cosine over total_steps */
    CNN_ONECYCLE /* PyTorch's OneCycleLR: lr is the peak; momentum or beta1 cycles the other way */
} cnn_schedule_kind;
typedef struct cnn_schedule {
    cnn_schedule_kind kind;  /* CNN_CONSTANT */
    size_t total_steps;      /* 0: in cnn_train(), the steps of the whole run */
    size_t step_size;        /* 0: in cnn_train(), the steps of one epoch */
    double gamma;            /* 0.1 */
    double min_lr;           /* 0 */
    double warmup;           /* 0.3: share of the steps that rise (pct_start) */
    double div_factor;       /* 25: the first rate is lr / div_factor */
    double final_div_factor; /* 1e4: the last rate is lr / div_factor / final_div_factor */
    double base_momentum;    /* 0.85: at the peak */
    double max_momentum;     /* 0.95: at both ends */
} cnn_schedule;
#define CNN_SCHEDULE_DEFAULT                                                                       \
    {                                                                                              \
        .gamma = 0.1, .warmup = 0.3, .div_factor = 25, .final_div_factor = 1e4,                    \
        .base_momentum = 0.85, .max_momentum = 0.95                                                \
    }

/* The rates that step number `step` (from 0) uses. Changes lr, and momentum and beta1 where they
 * cycle, of *optimizer, which holds the base values. */
void cnn_schedule_apply(const cnn_schedule *schedule, size_t step, cnn_optimizer *optimizer);

/* Optimiser state for one model, which must outlive it. One thread at a time. */
typedef struct cnn_trainer cnn_trainer;
/* schedule NULL means constant; its total_steps and step_size must be set. */
cnn_trainer *cnn_trainer_create(cnn_model *model, const cnn_optimizer *optimizer,
                                const cnn_schedule *schedule, cnn_error *error);
void cnn_trainer_free(cnn_trainer *trainer);
/* Moves the parameters by the gradients there are, and counts one step. */
void cnn_trainer_update(cnn_trainer *trainer);
/* Forward, loss, backward and update on the batch that is set. Returns the loss before it. */
double cnn_train_step(cnn_trainer *trainer);

typedef struct cnn_epoch {
    double seconds;    /* the training pass alone, without evaluation */
    double train_loss; /* mean over the epoch, while the parameters moved */
    double validation_loss, validation_accuracy; /* NaN without a validation part */
    double test_loss, test_accuracy;             /* NaN without a test set */
    bool best; /* the lowest validation loss so far; without validation true for the last epoch */
} cnn_epoch;
typedef struct cnn_progress {
    size_t epoch, epochs;      /* from 0 */
    size_t images, total;      /* images seen in this epoch, and images of an epoch */
    double loss;               /* mean over this epoch so far */
    double seconds;            /* since this epoch began */
    const cnn_epoch *finished; /* at the end of an epoch, else NULL */
} cnn_progress;
/* Called in the caller's thread after each step and at the end of each epoch. False stops. */
typedef bool (*cnn_progress_function)(const cnn_progress *progress, void *context);
typedef struct cnn_train_options {
    size_t epochs;     /* 5 */
    uint64_t seed;     /* 1: of the order of the images */
    double validation; /* 0: this share of the training images, drawn by seed, is held out */
    cnn_optimizer optimizer;
    cnn_schedule schedule;
    cnn_progress_function progress; /* NULL */
    void *context;                  /* NULL: handed to progress */
} cnn_train_options;
#define CNN_TRAIN_OPTIONS_DEFAULT                                                                  \
    { .epochs = 5, .seed = 1, .optimizer = CNN_OPTIMIZER_DEFAULT, .schedule = CNN_SCHEDULE_DEFAULT }

/* Trains in batches of the model's batch_size, the last one smaller. NULL may be: test, which is
 * only ever evaluated; options; history, one entry per epoch. Stopping by callback is an error of
 * status CNN_STOPPED; the model is then as after the last whole step. */
bool cnn_train(cnn_model *model, const cnn_dataset *train, const cnn_dataset *test,
               const cnn_train_options *options, cnn_epoch *history, cnn_error *error);

/* --------------------------------------------------------------------------------- looking in */
typedef struct cnn_gradcheck_options {
    size_t batch_size;       /* 2 */
    uint64_t seed;           /* 1 */
    size_t samples;          /* 200: elements tried of each tensor, drawn by seed; 0 means all */
    const char *break_layer; /* NULL: the layer whose gradient is damaged on purpose */
} cnn_gradcheck_options;
#define CNN_GRADCHECK_OPTIONS_DEFAULT                                                              \
    { .batch_size = 2, .seed = 1, .samples = 200 }
/* One gradient of one layer against central differences. */
typedef struct cnn_gradcheck_row {
    char layer[CNN_NAME_SIZE];         /* conv1, ..., and last "softmax" */
    char gradient[4];                  /* dx, dw or db */
    size_t elements, checked, skipped; /* skipped: within reach of a kink */
    double error;                      /* the largest relative error */
    size_t rank, shape[4];             /* of the tensor */
    size_t element;                    /* where that error was: flat index into it */
    double analytic, numeric;
} cnn_gradcheck_row;
#define CNN_GRADCHECK_LIMIT 1e-6
typedef void (*cnn_gradcheck_function)(const cnn_gradcheck_row *row, void *context);
/* Checks every layer in double, with random parameters, and calls report for each gradient.
 * *worst, if not NULL, is the largest relative error of all. */
bool cnn_gradcheck(const cnn_network *network, const cnn_gradcheck_options *options,
                   cnn_gradcheck_function report, void *context, double *worst, cnn_error *error);

/* A record of every number of some steps, in PyTorch's layouts. One thread at a time. */
typedef struct cnn_trace cnn_trace;
/* PASS: input, labels, losses, outputs and all gradients. */
typedef enum cnn_trace_part { CNN_TRACE_PASS, CNN_TRACE_PARAMETERS } cnn_trace_part;
cnn_trace *cnn_trace_create(cnn_error *error);
/* Copies these tensors of the model as PREFIX + name. */
bool cnn_trace_add(cnn_trace *trace, const cnn_model *model, cnn_trace_part part,
                   const char *prefix, cnn_error *error);
bool cnn_trace_add_value(cnn_trace *trace, const char *name, double value, cnn_error *error);
bool cnn_trace_save(const cnn_trace *trace, const char *path, cnn_error *error);
void cnn_trace_free(cnn_trace *trace);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
