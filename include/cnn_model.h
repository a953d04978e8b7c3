/* A part of cnn.h, which programs include.
 *
 * A network with parameters, gradients and activations for batches up to a maximum size. All memory
 * is allocated when the model is made. One thread at a time per model; it runs its own worker
 * threads. Any thread may at any time call the getters of what never changes: network,
 * normalization, batch size, threads, back end and memory.
 * fork(): a child process may use, train and free the models it inherits, with the same results.
 * Worker threads are not inherited, so these models run on one thread; models made by the child
 * have their own workers. Exception: a model that another thread was using during the fork. */
#ifndef CNN_MODEL_H
#define CNN_MODEL_H

typedef struct cnn_model cnn_model;
typedef enum cnn_init {
    CNN_INIT_PYTORCH,        /* uniform in +-1/sqrt(fan in), PyTorch's default (He et al. 2015) */
    CNN_INIT_KAIMING_NORMAL, /* weights normal, standard deviation sqrt(2 / fan in); biases 0 */
    CNN_INIT_CONSTANT        /* weights and biases all `constant` */
} cnn_init;

typedef struct cnn_model_options {
    size_t batch_size;   /* 64: the most images in one pass */
    size_t threads;      /* Never changes a result. 0: one per processor, fewer if not all can be
                            started; with any other number that is an error. */
    uint64_t seed;       /* 1: for the initial parameters */
    cnn_init init;       /* CNN_INIT_PYTORCH */
    float constant;      /* 0; must be finite */
    bool input_gradient; /* false: also compute input.grad */
    bool every_layer;    /* false: also keep the outputs that fused layers skip */
    cnn_normalization normalization; /* 0, 1: pixels from 0 to 1; see cnn_dataset_measure() */
    bool profile;                    /* false: measure for cnn_model_profile() */
    const char *backend; /* NULL: the fastest that runs here; or a name from cnn_backend_at() */
    const char *debug_mistake; /* NULL; or one of cnn_mistake_at(), to make in the back end; see
                                  cnn_mistake_make() for those outside of it */
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

/* Ways to compute. The first that runs here is the default; all with same_bits agree to the last
 * bit. False only out of range. */
typedef struct cnn_backend {
    const char *name, *instructions; /* "avx2"; the processor features it needs */
    bool runs, same_bits;
} cnn_backend;
bool cnn_backend_at(size_t index, cnn_backend *backend);
/* The number of processors this process may use: by its affinity mask and by the CPU quota of its
 * control group, rounded up. */
size_t cnn_processor_count(void);

/* Copies the network. options NULL means the defaults. The last layer must be flat. */
cnn_model *cnn_model_create(const cnn_network *network, const cnn_model_options *options,
                            cnn_error *error);
/* From a safetensors file or its bytes, whose contents replace seed, init, constant and
 * normalization. */
cnn_model *cnn_model_load(const char *path, const cnn_model_options *options, cnn_error *error);
cnn_model *cnn_model_parse(const void *bytes, size_t size, const cnn_model_options *options,
                           cnn_error *error);
/* Written into a temporary file in the same folder, flushed and renamed: path holds the old file or
 * the new one, never a part. Parameters that are not finite could not be read back: they are
 * refused before anything is written. */
bool cnn_model_save(const cnn_model *model, const char *path, cnn_error *error);
/* The same as *size bytes in memory, for cnn_model_parse(); the caller frees them with free(). NULL
 * leaves *size unchanged. */
void *cnn_model_bytes(const cnn_model *model, size_t *size, cnn_error *error);
/* Reads only the parameters, from a model file or from a file with tensors but no network, as
 * PyTorch writes it. On failure the model is unchanged. */
bool cnn_model_load_weights(cnn_model *model, const char *path, cnn_error *error);
bool cnn_model_parse_weights(cnn_model *model, const void *bytes, size_t size, cnn_error *error);
void cnn_model_free(cnn_model *model);

/* The contents of a model file without its model: the parameters are checked but not kept, so
 * memory is taken for the network only, however large the model. Any number of threads may read
 * it. */
typedef struct cnn_model_file cnn_model_file;
cnn_model_file *cnn_model_file_parse(const void *bytes, size_t size, cnn_error *error);
void cnn_model_file_free(cnn_model_file *file);
/* The file owns the returned pointers; the name of a class out of range is NULL. */
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
/* Bytes held. Activations: outputs, their gradients and indices; scratch: everything else. */
typedef struct cnn_memory {
    size_t parameters, gradients, activations, scratch, total;
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_memory;
cnn_memory cnn_model_memory(const cnn_model *model);
/* "0", "1", ... until set; NULL at or above the number of classes. Names are copied. */
const char *cnn_model_class_at(const cnn_model *model, size_t index);
bool cnn_model_set_class(cnn_model *model, size_t index, const char *name, cnn_error *error);
/* How its training images were prepared; stored in model files. CNN_PREPROCESSING_RESIZE until
 * set. */
cnn_preprocessing cnn_model_preprocessing(const cnn_model *model);
bool cnn_model_set_preprocessing(cnn_model *model, cnn_preprocessing preprocessing,
                                 cnn_error *error);
/* The deliberate mistake that was made while it was trained, or is made now: model files keep it,
 * and later training does not remove it. NULL: none. Owned by the model. */
const char *cnn_model_mistake(const cnn_model *model);
/* The options that make a data set fit this model: size and channels of its input, number of
 * classes and preprocessing, which is CNN_PREPROCESSING_RESIZE if the input is not gray or `fit` is
 * false. The caller may set names, skip and took, and pass the result to
 * cnn_dataset_load_pictures(). */
cnn_pictures cnn_model_pictures(const cnn_model *model, bool fit);
/* Prepares a picture in that way: pixels[h][w][c] of the model's input, converted between gray and
 * color if they differ. Refused: pictures that cnn_picture_fit() refuses, and inputs of other than
 * 1 or 3 channels. */
bool cnn_model_prepare(const cnn_model *model, const cnn_picture *picture, bool fit,
                       uint8_t *pixels, cnn_error *error);

/* The steps of a pass, as `cnn info --program` prints them. TRAIN is what cnn_train_step() runs;
 * PREDICT is what each thread runs on its share of cnn_model_predict(). */
typedef enum cnn_program {
    CNN_PROGRAM_FORWARD,
    CNN_PROGRAM_BACKWARD,
    CNN_PROGRAM_TRAIN,
    CNN_PROGRAM_PREDICT
} cnn_program;
typedef enum cnn_work {
    CNN_WORK_FORWARD,             /* y from x */
    CNN_WORK_PARTIAL_SUMS,        /* the same in two steps: sums over parts of the inputs, */
    CNN_WORK_COMBINE,             /* then y from these sums */
    CNN_WORK_LOSS,                /* probabilities and losses from the logits */
    CNN_WORK_LOGITS_GRADIENT,     /* gradient of the loss: (probabilities - labels) / images */
    CNN_WORK_ACTIVATION_GRADIENT, /* gradient through the activation of a fused block */
    CNN_WORK_INPUT_GRADIENT,      /* dx from dy */
    CNN_WORK_WEIGHT_GRADIENT,     /* dw and db: sums of one shard, or rows of the batch's */
    CNN_WORK_REDUCE,              /* adds the sums of the shards, in order */
    CNN_WORK_UPDATE               /* parameters change */
} cnn_work;
/* "forward", "partial_sums", ...; NULL for an unknown value. Static. */
const char *cnn_work_name(cnn_work work);
/* How a step is divided into tasks: by images of a part of the batch; by shards, one after the
 * other; by splits of the work on a shard or on the batch (rows or channels); by rows of the
 * weights; or by elements of each parameter. */
typedef enum cnn_cut {
    CNN_CUT_IMAGES,
    CNN_CUT_SHARDS,
    CNN_CUT_SPLITS,
    CNN_CUT_ROWS,
    CNN_CUT_ELEMENTS
} cnn_cut;
/* "images", "shards", "splits", "rows" or "elements"; NULL for an unknown value. Static. */
const char *cnn_cut_name(cnn_cut cut);
typedef struct cnn_step {
    cnn_work work;
    size_t first, last; /* layers computed together */
    bool barrier;       /* threads synchronize before this step */
    cnn_cut cut;
    size_t tasks;  /* number of tasks */
    size_t shards; /* CNN_CUT_SHARDS: shards in all tasks together */
    size_t splits; /* CNN_CUT_SPLITS: splits of each part of the batch */
    size_t tile; /* images at a time, with the adjacent steps of the same tile; 0: all images of the
                    task */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_step;
/* The steps for a batch of `images`, 1 to batch_size. Fills at most `count`; returns the number of
 * steps. 0: invalid program or number of images, or no memory. */
size_t cnn_model_program(const cnn_model *model, cnn_program program, size_t images,
                         cnn_step *steps, size_t count);

typedef enum cnn_type { CNN_TYPE_FLOAT32, CNN_TYPE_INT32 } cnn_type;
/* A view of a model's or trainer's own memory, dense, last index fastest. Valid while that exists;
 * the contents change with each pass. Gradients are 0 before the first backward pass. */
typedef struct cnn_tensor {
    char name[CNN_NAME_SIZE];
    cnn_type type;
    size_t rank, shape[4];
    const void *data;
} cnn_tensor;

/* All tensors by name: "input", "labels", "losses" and "probabilities"; for each layer its output
 * ("conv1"), gradient ("conv1.grad"), the indices of a pool ("pool1.indices": position in the H x W
 * plane), and parameters ("conv1.weight", "conv1.weight.grad"). The first dimension of activations
 * is the current batch, 0 if none is set. "input.grad" and tensors inside fused layers exist if the
 * options ask for them. */
size_t cnn_model_tensor_count(const cnn_model *model);
bool cnn_model_tensor_at(const cnn_model *model, size_t index, cnn_tensor *tensor);
bool cnn_model_tensor(const cnn_model *model, const char *name, cnn_tensor *tensor,
                      cnn_error *error);
/* Copies as many numbers as the tensor has into it, in its order, as they are. Only what no pass
 * computes from the rest can be set: parameters ("conv1.weight"), after which a forward pass comes
 * before the next backward pass; and their gradients, of which an update then makes use. */
bool cnn_model_set_tensor(cnn_model *model, const char *name, const float *numbers, size_t count,
                          cnn_error *error);
/* All parameters as one block of *count numbers, in the order of their tensors, followed by
 * what else a file keeps. Each tensor begins at a multiple of 16 numbers; gaps are 0. All models of
 * a network have blocks of the same form, whatever their options: one takes the parameters of
 * another. The model owns it. count may be NULL. */
const float *cnn_model_parameters(const cnn_model *model, size_t *count);
/* Copies such a block; what it has in the gaps is passed over. */
bool cnn_model_set_parameters(cnn_model *model, const float *numbers, size_t count,
                              cnn_error *error);

/* The parts of a step. A batch is 1 to batch_size images. It stays set until another is set, or
 * until cnn_model_predict() or cnn_model_evaluate() replaces it, after which none is set; a refused
 * call leaves it unchanged. This one gathers images indices[0..count) from the data set,
 * normalized, with their labels. */
bool cnn_model_set_batch(cnn_model *model, const cnn_dataset *dataset, const uint32_t *indices,
                         size_t count, cnn_error *error);
/* The same from floats x[n][h][w][c], used unchanged; labels[n] may be NULL if only a forward pass
 * follows. */
bool cnn_model_set_input(cnn_model *model, const float *x, const uint32_t *labels, size_t count,
                         cnn_error *error);
/* The same from bytes images[n][h][w][c], which are normalized as a data set's are. */
bool cnn_model_set_images(cnn_model *model, const uint8_t *images, const uint32_t *labels,
                          size_t count, cnn_error *error);
/* Computes the output of every layer and the probabilities. Does nothing without a batch. */
void cnn_model_forward(cnn_model *model);
/* The mean cross-entropy of the batch's last forward pass, and all gradients of it. Without a batch
 * with labels and a forward pass of it, the loss is NaN and backward changes nothing. Backward also
 * changes nothing after the parameters changed, until the next forward pass. */
double cnn_model_loss(cnn_model *model);
void cnn_model_backward(cnn_model *model);
/* probabilities[count][classes] for any number of images[n][h][w][c] as bytes. Afterwards no batch
 * is set, as a model has memory for one. */
bool cnn_model_predict(cnn_model *model, const uint8_t *images, size_t count, float *probabilities,
                       cnn_error *error);

typedef struct cnn_profile_pass {
    double seconds;       /* sum over all threads; 0 without the option profile */
    double multiply_adds; /* useful ones: without padding and zeros of the gradient (sampled) */
    size_t images;
} cnn_profile_pass;
/* What a row measures: layers computed together, or a part of a step. */
typedef enum cnn_profile_part {
    CNN_PROFILE_LAYERS,
    CNN_PROFILE_GATHER,
    CNN_PROFILE_LOSS,
    CNN_PROFILE_UPDATE,
    CNN_PROFILE_REDUCE, /* of shards */
    CNN_PROFILE_WAITING /* idle threads */
} cnn_profile_part;
typedef struct cnn_profile_row {
    cnn_profile_part part;
    char name[3 * CNN_NAME_SIZE];             /* "conv1 relu1 pool1", "gather" */
    size_t first, last;                       /* its layers; both 0 if it has none */
    cnn_profile_pass forward, input, weights; /* y, dx and dw */
    uint64_t reserved[CNN_RESERVED];          /* 0 */
} cnn_profile_row;
/* The rows of the layers in order, then one for each part of a step, called "gather", "loss",
 * "update", "reduce" and "waiting". Their sum is the number of threads times the time of all passes
 * since the model was made. Fills at most `count` rows; returns the number of rows. */
size_t cnn_model_profile(const cnn_model *model, cnn_profile_row *rows, size_t count);

typedef struct cnn_score {
    size_t images, correct;
    double loss, accuracy;           /* mean cross-entropy; correct / images, NaN if the loss is */
    double loss_sum;                 /* of all images, added in their order */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_score;
/* confusion[true][predicted] counts, classes x classes; may be NULL. Afterwards no batch is set. */
bool cnn_model_evaluate(cnn_model *model, const cnn_dataset *dataset, cnn_score *score,
                        size_t *confusion, cnn_error *error);
/* The same in splits, for a program that has to do something else in between: adds `count` images
 * from image `first` on to *score and confusion, which are all 0 before the first slice. Slices in
 * the order of the images, however long, end with what cnn_model_evaluate() gives, bit for bit, if
 * the parameters stay. count must be at least 1. */
bool cnn_model_evaluate_slice(cnn_model *model, const cnn_dataset *dataset, size_t first,
                              size_t count, cnn_score *score, size_t *confusion, cnn_error *error);

#endif
