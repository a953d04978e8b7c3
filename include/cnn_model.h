/* A part of cnn.h, which programs include.
 *
 * A network with parameters, gradients and activations for batches up to a size. All memory is
 * taken when it is made. One thread at a time per model; it runs its own worker threads. What a
 * model is made with never changes, and any thread may ask for it at any time: its network,
 * normalization, batch size, threads, back end and memory.
 * fork(): a child process may use, train and free the models it inherits, with the same results.
 * Their workers stay with the parent, so each works alone there, on one thread; what the child
 * makes has workers of its own. Only not a model that another thread was in a call of meanwhile. */
#ifndef CNN_MODEL_H
#define CNN_MODEL_H

typedef struct cnn_model cnn_model;
typedef enum cnn_init {
    CNN_INIT_PYTORCH,        /* uniform in +-1/sqrt(fan in), torch's default (He et al. 2015) */
    CNN_INIT_KAIMING_NORMAL, /* weights normal, deviation sqrt(2 / fan in); biases 0 */
    CNN_INIT_CONSTANT        /* weights and biases all `constant` */
} cnn_init;

typedef struct cnn_model_options {
    size_t batch_size;               /* 64: the most images in one pass */
    size_t threads;                  /* Never changes a result. 0: one per processor, or as many
                                        as can be started; any other number is an error then. */
    uint64_t seed;                   /* 1: of the initial parameters */
    cnn_init init;                   /* CNN_INIT_PYTORCH */
    float constant;                  /* 0; must be finite */
    bool input_gradient;             /* false: also compute input.grad */
    bool every_layer;                /* false: keep what layers fused for speed leave out */
    cnn_normalization normalization; /* 0, 1: pixels as 0 to 1; see cnn_dataset_measure() */
    bool profile;                    /* false: measure for cnn_model_profile() */
    const char *backend;             /* NULL: the fastest here; or a name: cnn_backend_at() */
    const char *debug_mistake;       /* NULL; or one of cnn_mistake_at(), made on purpose in the
                                        back end; see cnn_mistake_make() for those made elsewhere */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_model_options;
cnn_model_options cnn_model_options_defaults(void);
#ifdef __cplusplus
#define CNN_MODEL_OPTIONS_DEFAULT cnn_model_options_defaults()
#else
#define CNN_MODEL_OPTIONS_DEFAULT                                                                  \
    {                                                                                              \
        .batch_size = 64, .seed = 1, .normalization = {.std = 1 }                                  \
    }
#endif

/* Ways to compute: the first that runs here is the default; those with same_bits agree to the last
 * bit. False only out of range. */
typedef struct cnn_backend {
    const char *name, *instructions; /* "avx2"; what it asks of the processor */
    bool runs, same_bits;
} cnn_backend;
bool cnn_backend_at(size_t index, cnn_backend *backend);
/* That this process may use: by its mask, and by the quota of its control group, rounded up. */
size_t cnn_processor_count(void);

/* Copies the network. options NULL means the defaults. The last layer must be flat. */
cnn_model *cnn_model_create(const cnn_network *network, const cnn_model_options *options,
                            cnn_error *error);
/* From a safetensors file or its bytes, which replace seed, init, constant and normalization. */
cnn_model *cnn_model_load(const char *path, const cnn_model_options *options, cnn_error *error);
cnn_model *cnn_model_parse(const void *bytes, size_t size, const cnn_model_options *options,
                           cnn_error *error);
/* Written to a temporary file beside it, flushed, renamed: the old file or the new, never half.
 * Refused before anything is written: parameters that are not finite, which could not be read back.
 */
bool cnn_model_save(const cnn_model *model, const char *path, cnn_error *error);
/* The same as *size bytes in memory, for cnn_model_parse() or a place of the program's own; the
 * caller frees them with free(). NULL leaves *size. */
void *cnn_model_bytes(const cnn_model *model, size_t *size, cnn_error *error);
/* Takes the parameters alone from such a file, or from one that has tensors and no network, as
 * PyTorch writes it. On failure the model is unchanged. */
bool cnn_model_load_weights(cnn_model *model, const char *path, cnn_error *error);
bool cnn_model_parse_weights(cnn_model *model, const void *bytes, size_t size, cnn_error *error);
void cnn_model_free(cnn_model *model);

/* What a model's file says of itself, its parameters checked but no model made of it: takes memory
 * for its network alone, however large a model that would be. Any number of threads may read it. */
typedef struct cnn_model_file cnn_model_file;
cnn_model_file *cnn_model_file_parse(const void *bytes, size_t size, cnn_error *error);
void cnn_model_file_free(cnn_model_file *file);
/* The file owns what these return; a class out of range has no name, NULL. */
const cnn_network *cnn_model_file_network(const cnn_model_file *file);
const char *cnn_model_file_class_at(const cnn_model_file *file, size_t index);
cnn_normalization cnn_model_file_normalization(const cnn_model_file *file);
cnn_preprocessing cnn_model_file_preprocessing(const cnn_model_file *file);
const char *cnn_model_file_mistake(const cnn_model_file *file); /* see cnn_model_mistake() */

const cnn_network *cnn_model_network(const cnn_model *model);
cnn_normalization cnn_model_normalization(const cnn_model *model);
size_t cnn_model_batch_size(const cnn_model *model);
size_t cnn_model_threads(const cnn_model *model);
const char *cnn_model_backend(const cnn_model *model);
/* Bytes held. Activations: outputs, their gradients, indices; scratch: all that is not listed. */
typedef struct cnn_memory {
    size_t parameters, gradients, activations, scratch, total;
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_memory;
cnn_memory cnn_model_memory(const cnn_model *model);
/* "0", "1", ... until set; NULL at or above the number of classes. Names are copied. */
const char *cnn_model_class_at(const cnn_model *model, size_t index);
bool cnn_model_set_class(cnn_model *model, size_t index, const char *name, cnn_error *error);
/* How the images it was trained on were made. CNN_PREPROCESSING_RESIZE until set; a file remembers
 * it. */
cnn_preprocessing cnn_model_preprocessing(const cnn_model *model);
bool cnn_model_set_preprocessing(cnn_model *model, cnn_preprocessing preprocessing,
                                 cnn_error *error);
/* The mistake that was made on purpose while it was trained, or is made now: a file remembers it,
 * and no later training takes it away. NULL: none. The model's own. */
const char *cnn_model_mistake(const cnn_model *model);
/* What a model wants of pictures: the size and channels of its input, as many classes; and its
 * preprocessing, which is CNN_PREPROCESSING_RESIZE where its input is not gray or `fit` is false.
 * names, skip and took are left to the caller, who may hand it to cnn_dataset_load_pictures(). */
cnn_pictures cnn_model_pictures(const cnn_model *model, bool fit);
/* A picture made so: pixels[h][w][c] of the model's input, gray made color or the other way round
 * where they differ. Refused: what cnn_picture_fit() refuses, and inputs of other than 1 or 3
 * channels. */
bool cnn_model_prepare(const cnn_model *model, const cnn_picture *picture, bool fit,
                       uint8_t *pixels, cnn_error *error);

/* What a pass does, step by step, as `cnn info --program` prints it. TRAIN is what cnn_train_step()
 * runs; PREDICT is what each thread runs by itself on its share of cnn_model_predict(). */
typedef enum cnn_program {
    CNN_PROGRAM_FORWARD,
    CNN_PROGRAM_BACKWARD,
    CNN_PROGRAM_TRAIN,
    CNN_PROGRAM_PREDICT
} cnn_program;
typedef enum cnn_work {
    CNN_WORK_FORWARD,             /* y from x */
    CNN_WORK_PARTIAL_SUMS,        /* the same in two steps: sums over part of the inputs, */
    CNN_WORK_COMBINE,             /* and y from all of them */
    CNN_WORK_LOSS,                /* probabilities and losses from the logits */
    CNN_WORK_LOGITS_GRADIENT,     /* the loss's gradient: probabilities less labels, over images */
    CNN_WORK_ACTIVATION_GRADIENT, /* through the activation of a fusion */
    CNN_WORK_INPUT_GRADIENT,      /* dx from dy */
    CNN_WORK_WEIGHT_GRADIENT,     /* dw and db: sums of one shard, or rows of the batch's */
    CNN_WORK_REDUCE,              /* the shards' sums, added in their order */
    CNN_WORK_UPDATE               /* parameters move */
} cnn_work;
/* "forward", "partial_sums", ...; NULL for a kind of work that does not exist. Static. */
const char *cnn_work_name(cnn_work work);
/* What a task is: the images of a part of the batch; the same, one shard after the other; a split
 * of the work on a shard or on the batch, by rows or channels; rows of the weights; or elements of
 * each parameter. */
typedef enum cnn_cut {
    CNN_CUT_IMAGES,
    CNN_CUT_SHARDS,
    CNN_CUT_SPLITS,
    CNN_CUT_ROWS,
    CNN_CUT_ELEMENTS
} cnn_cut;
/* "images", "shards", "splits", "rows" or "elements"; NULL for another. Static. */
const char *cnn_cut_name(cnn_cut cut);
typedef struct cnn_step {
    cnn_work work;
    size_t first, last; /* layers that are computed together */
    bool meet;          /* threads wait for each other before it */
    cnn_cut cut;
    size_t tasks;  /* into which it is cut */
    size_t shards; /* CNN_CUT_SHARDS: in all tasks together */
    size_t splits; /* CNN_CUT_SPLITS: of each part of the batch */
    size_t tile;   /* images at a time, with the steps around it; 0: all of the task's */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_step;
/* The steps for so many images, 1 to batch_size. Fills at most `count`; returns how many there are;
 * 0: no such program or number of images, or no memory. */
size_t cnn_model_program(const cnn_model *model, cnn_program program, size_t images,
                         cnn_step *steps, size_t count);

typedef enum cnn_type { CNN_TYPE_FLOAT32, CNN_TYPE_INT32 } cnn_type;
/* A look into a model's or trainer's own memory, dense, last index fastest. Valid while that lives;
 * the contents change with each pass. Gradients are 0 before the first. */
typedef struct cnn_tensor {
    char name[CNN_NAME_SIZE];
    cnn_type type;
    size_t rank, shape[4];
    const void *data;
} cnn_tensor;

/* Everything inside, by name: "input", "labels", "losses" and "probabilities"; for each layer its
 * output ("conv1"), gradient ("conv1.grad"), a pool's indices ("pool1.indices": place in the H x W
 * plane), and parameters ("conv1.weight", "conv1.weight.grad"). Activations have the current batch
 * as first index, 0 if none is set. "input.grad", and what lies inside fused layers, are there if
 * options ask. */
size_t cnn_model_tensor_count(const cnn_model *model);
bool cnn_model_tensor_at(const cnn_model *model, size_t index, cnn_tensor *tensor);
bool cnn_model_tensor(const cnn_model *model, const char *name, cnn_tensor *tensor,
                      cnn_error *error);
/* Copies as many numbers as the tensor has into it, in its order, as they are. Only what no pass
 * computes from the rest can be set: parameters ("conv1.weight"), after which a forward pass comes
 * before the next backward pass; and their gradients, of which an update then makes use. */
bool cnn_model_set_tensor(cnn_model *model, const char *name, const float *numbers, size_t count,
                          cnn_error *error);
/* All parameters as one block of *count numbers, in the order of their tensors, and behind them
 * what else a file keeps. Each tensor begins at a multiple of 16 numbers; gaps are 0. All models of
 * a network have blocks of the same form, whatever their options: one takes the parameters of
 * another. The model owns it. count may be NULL. */
const float *cnn_model_parameters(const cnn_model *model, size_t *count);
/* Copies such a block; what it has in the gaps is passed over. */
bool cnn_model_set_parameters(cnn_model *model, const float *numbers, size_t count,
                              cnn_error *error);

/* The parts of a step. A batch is 1 to batch_size images. It stays set until another is, or until
 * cnn_model_predict() or cnn_model_evaluate() takes its place, after which none is set; a call that
 * is refused leaves it. This one gathers images indices[0..count) from the data set, normalized,
 * with their labels. */
bool cnn_model_set_batch(cnn_model *model, const cnn_dataset *dataset, const uint32_t *indices,
                         size_t count, cnn_error *error);
/* The same from floats [n][h][w][c] as they are; labels[n] may be NULL if only forward follows. */
bool cnn_model_set_input(cnn_model *model, const float *x, const uint32_t *labels, size_t count,
                         cnn_error *error);
/* The same from bytes images[n][h][w][c], which are normalized as a data set's are. */
bool cnn_model_set_images(cnn_model *model, const uint8_t *images, const uint32_t *labels,
                          size_t count, cnn_error *error);
/* Every layer's output and the probabilities. Without a batch nothing happens. */
void cnn_model_forward(cnn_model *model);
/* The mean cross-entropy of the batch's last forward pass, and every gradient of it. Without a
 * batch, its labels or a forward pass of it there is none: the loss is NaN, and backward changes
 * nothing; nor does it after the parameters were moved, until the next forward pass. */
double cnn_model_loss(cnn_model *model);
void cnn_model_backward(cnn_model *model);
/* probabilities[count][classes] for any number of images given as bytes [n][h][w][c]. Afterwards no
 * batch is set: a model has memory for one. */
bool cnn_model_predict(cnn_model *model, const uint8_t *images, size_t count, float *probabilities,
                       cnn_error *error);

typedef struct cnn_profile_pass {
    double seconds;       /* of all threads together; 0 without the option profile */
    double multiply_adds; /* needed: none with padding or zeros of the gradient (by samples) */
    size_t images;
} cnn_profile_pass;
/* What the time of a row went to: layers that are computed together, or a part of a step. */
typedef enum cnn_profile_part {
    CNN_PROFILE_LAYERS,
    CNN_PROFILE_GATHER,
    CNN_PROFILE_LOSS,
    CNN_PROFILE_UPDATE,
    CNN_PROFILE_REDUCE, /* of shards */
    CNN_PROFILE_WAITING /* threads at rest */
} cnn_profile_part;
typedef struct cnn_profile_row {
    cnn_profile_part part;
    char name[3 * CNN_NAME_SIZE];             /* "conv1 relu1 pool1", "gather" */
    size_t first, last;                       /* its layers; both 0 if it has none */
    cnn_profile_pass forward, input, weights; /* y, dx and dw */
    uint64_t reserved[CNN_RESERVED];          /* 0 */
} cnn_profile_row;
/* The rows of layers in their order, then one for each part of a step, called "gather", "loss",
 * "update", "sums" and "waiting": together threads times the time of all passes since the model was
 * made. Fills at most `count` rows; returns how many there are. */
size_t cnn_model_profile(const cnn_model *model, cnn_profile_row *rows, size_t count);

typedef struct cnn_score {
    size_t images, correct;
    double loss, accuracy;           /* mean cross-entropy; correct / images, NaN if the loss is */
    double loss_sum;                 /* of all images, added in their order */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_score;
/* confusion[true][guess], classes x classes counts, may be NULL. Afterwards no batch is set. */
bool cnn_model_evaluate(cnn_model *model, const cnn_dataset *dataset, cnn_score *score,
                        size_t *confusion, cnn_error *error);
/* The same in splits, for a program that has to do something else in between: adds `count` images
 * from image `first` on to *score and confusion, which are all 0 before the first slice. Slices in
 * the order of the images, however long, end with what cnn_model_evaluate() gives, bit for bit, if
 * the parameters stay. count must be at least 1. */
bool cnn_model_evaluate_slice(cnn_model *model, const cnn_dataset *dataset, size_t first,
                              size_t count, cnn_score *score, size_t *confusion, cnn_error *error);

#endif
