/* A part of cnn.h, which programs include.
 *
 * What moves the parameters, how fast, and whole runs over a data set. */
#ifndef CNN_TRAINING_H
#define CNN_TRAINING_H

typedef enum cnn_optimizer_kind {
    CNN_OPTIMIZER_ADAM,
    CNN_OPTIMIZER_ADAMW,
    CNN_OPTIMIZER_SGD,
} cnn_optimizer_kind;
/* "adam", "adamw", "sgd"; NULL for a kind that does not exist. Static. Kinds may be added. */
const char *cnn_optimizer_kind_name(cnn_optimizer_kind kind);
/* The kind of this name. False with *kind unchanged if there is none; kind may be NULL. */
bool cnn_optimizer_kind_of(const char *name, cnn_optimizer_kind *kind);
/* How many numbers it keeps for each parameter: 2, 2, 1; 0 for a kind that does not exist. */
size_t cnn_optimizer_kind_numbers(cnn_optimizer_kind kind);
/* PyTorch's rules and defaults. */
typedef struct cnn_optimizer {
    cnn_optimizer_kind kind;         /* CNN_OPTIMIZER_ADAM */
    double lr;                       /* 0.001 */
    double momentum;                 /* 0: SGD only */
    bool nesterov;                   /* false: SGD only, wants momentum */
    double weight_decay;             /* 0 */
    double beta1, beta2;             /* 0.9, 0.999: Adam and AdamW (Kingma and Ba 2015) */
    double epsilon;                  /* 1e-8: added to the square root, after the bias correction */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_optimizer;
cnn_optimizer cnn_optimizer_defaults(void);
#ifdef __cplusplus
#define CNN_OPTIMIZER_DEFAULT cnn_optimizer_defaults()
#else
#define CNN_OPTIMIZER_DEFAULT                                                                      \
    { .kind = CNN_OPTIMIZER_ADAM, .lr = 0.001, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8 }
#endif

typedef enum cnn_schedule_kind {
    CNN_SCHEDULE_CONSTANT,
    CNN_SCHEDULE_STEP,     /* lr * gamma^(step / step_size), whole division */
    CNN_SCHEDULE_COSINE,   /* from lr to min_lr by half a cosine over total_steps */
    CNN_SCHEDULE_ONECYCLE, /* PyTorch's OneCycleLR: lr is the peak; momentum or beta1 cycles the
                              other way */
} cnn_schedule_kind;
/* The same for "constant", "step", "cosine", "onecycle". */
const char *cnn_schedule_kind_name(cnn_schedule_kind kind);
bool cnn_schedule_kind_of(const char *name, cnn_schedule_kind *kind);
typedef struct cnn_schedule {
    cnn_schedule_kind kind;          /* CNN_SCHEDULE_CONSTANT */
    uint64_t total_steps;            /* 0: in cnn_train(), the steps of the whole run */
    uint64_t step_size;              /* 0: in cnn_train(), the steps of one epoch */
    double gamma;                    /* 0.1 */
    double min_lr;                   /* 0 */
    double warmup;                   /* 0.3: share of the steps that rise (pct_start) */
    double div_factor;               /* 25: the first rate is lr / div_factor */
    double final_div_factor;         /* 1e4: the last rate is lr / div_factor / final_div_factor */
    double base_momentum;            /* 0.85: at the peak */
    double max_momentum;             /* 0.95: at both ends */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_schedule;
cnn_schedule cnn_schedule_defaults(void);
#ifdef __cplusplus
#define CNN_SCHEDULE_DEFAULT cnn_schedule_defaults()
#else
#define CNN_SCHEDULE_DEFAULT                                                                       \
    {                                                                                              \
        .gamma = 0.1, .warmup = 0.3, .div_factor = 25, .final_div_factor = 1e4,                    \
        .base_momentum = 0.85, .max_momentum = 0.95                                                \
    }
#endif

/* The rates that step number `step` (from 0) uses. Changes lr, and momentum and beta1 where they
 * cycle, of *optimizer, which holds the base values. A kind that there is not changes nothing. */
void cnn_schedule_apply(const cnn_schedule *schedule, uint64_t step, cnn_optimizer *optimizer);

/* Optimizer state for one model, which must outlive it. One thread at a time. */
typedef struct cnn_trainer cnn_trainer;
/* optimizer NULL means the defaults, schedule NULL constant; its total_steps and step_size must be
 * set. */
cnn_trainer *cnn_trainer_create(cnn_model *model, const cnn_optimizer *optimizer,
                                const cnn_schedule *schedule, cnn_error *error);
void cnn_trainer_free(cnn_trainer *trainer);
/* Moves the parameters by the gradients there are, and counts one step. Wants no batch: before the
 * first backward pass gradients are 0. */
void cnn_trainer_update(cnn_trainer *trainer);
/* Forward, loss, backward and update on the batch that is set. Returns the loss before it. Without
 * a batch or its labels no step is taken, and it is NaN. */
double cnn_train_step(cnn_trainer *trainer);
/* What the rule keeps for each parameter, in its shape and under PyTorch's names: Adam and AdamW
 * "conv1.weight.exp_avg" (m), then "conv1.weight.exp_avg_sq" (v) of all, SGD
 * "conv1.weight.momentum_buffer" (the velocity). All 0 before the first step; the trainer owns what
 * they look into. False out of range, and for names that there are not. */
size_t cnn_trainer_tensor_count(const cnn_trainer *trainer);
bool cnn_trainer_tensor_at(const cnn_trainer *trainer, size_t index, cnn_tensor *tensor);
bool cnn_trainer_tensor(const cnn_trainer *trainer, const char *name, cnn_tensor *tensor,
                        cnn_error *error);
/* The last step; before the first, the rates that it will use. */
typedef struct cnn_trainer_info {
    uint64_t step;       /* how many were taken */
    cnn_optimizer rates; /* lr, momentum and beta1 as the schedule had them */
    double correction1,  /* what Adam divides m and v by: 1 - beta1^step, 1 - beta2^step; */
        correction2;     /* 1 for a rule that divides by none */
} cnn_trainer_info;
cnn_trainer_info cnn_trainer_get_info(const cnn_trainer *trainer);

typedef struct cnn_epoch {
    double seconds;    /* the training pass alone, without evaluation */
    double train_loss; /* mean over the epoch, while the parameters moved */
    double validation_loss, validation_accuracy; /* NaN without a validation part */
    double test_loss, test_accuracy;             /* NaN without a test set */
    bool best; /* the lowest validation loss so far; without validation true for the last epoch */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_epoch;
typedef struct cnn_progress {
    size_t epoch, epochs;            /* from 0 */
    size_t images, total;            /* images seen in this epoch, and images of an epoch */
    double loss;                     /* mean over this epoch so far */
    double seconds;                  /* since this epoch began */
    const cnn_epoch *finished;       /* at the end of an epoch, else NULL */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_progress;
/* Called in the caller's thread after each step and at the end of each epoch. False stops. It may
 * predict and evaluate with the model, and save it and the run, but not train the run. */
typedef bool (*cnn_progress_function)(const cnn_progress *progress, void *context);
typedef struct cnn_train_options {
    size_t epochs;     /* 5 */
    uint64_t seed;     /* 1: of the order of the images */
    double validation; /* 0: this share of the training images, drawn by seed, is held out */
    cnn_optimizer optimizer;
    cnn_schedule schedule;
    cnn_progress_function progress; /* NULL */
    void *context;                  /* NULL: handed to progress */
    size_t held_out; /* 0: or so many images, the last of the training set; not with validation */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_train_options;
cnn_train_options cnn_train_options_defaults(void);
#ifdef __cplusplus
#define CNN_TRAIN_OPTIONS_DEFAULT cnn_train_options_defaults()
#else
#define CNN_TRAIN_OPTIONS_DEFAULT                                                                  \
    { .epochs = 5, .seed = 1, .optimizer = CNN_OPTIMIZER_DEFAULT, .schedule = CNN_SCHEDULE_DEFAULT }
#endif

/* Trains in batches of the model's batch_size, the last one smaller. NULL may be: test, which is
 * only ever evaluated; options; history, one entry per epoch. Stopping by callback is an error of
 * status CNN_STATUS_STOPPED; the model is then as after the last whole step. Ends with
 * CNN_STATUS_DIVERGED after the first epoch whose loss or parameters are not finite: its validation
 * and test are NaN. */
bool cnn_train(cnn_model *model, const cnn_dataset *train, const cnn_dataset *test,
               const cnn_train_options *options, cnn_epoch *history, cnn_error *error);
/* How many of so many training images these options hold out. A validation share below 0 or NaN
 * counts as none, one of 1 or more as all; cnn_train() refuses both. */
size_t cnn_train_options_held_out(const cnn_train_options *options, size_t images);

/* The same in parts: training that can be stopped between any two steps, saved, and gone on with by
 * another process, to the same bits. Model and data sets must outlive it; nobody else may change
 * parameters meanwhile. One thread at a time. */
typedef struct cnn_run cnn_run;
typedef struct cnn_run_info {
    size_t epoch, epochs; /* whole epochs behind it, and those of the whole run */
    size_t images, total; /* trained on in the epoch that follows, and images of an epoch */
    size_t held_out;      /* images to validate */
    uint64_t step;        /* steps behind it */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_run_info;
/* As cnn_train(): no step is taken yet. */
cnn_run *cnn_run_create(cnn_model *model, const cnn_dataset *train, const cnn_dataset *test,
                        const cnn_train_options *options, cnn_error *error);
void cnn_run_free(cnn_run *run);
/* From where the run is to its end, or until the callback stops it; it may be called again then.
 * history, if not NULL, gets an entry per epoch, those already behind it first. */
bool cnn_run_train(cnn_run *run, cnn_epoch *history, cnn_error *error);
cnn_run_info cnn_run_get_info(const cnn_run *run);
/* The run's own, to look at between two steps. */
const cnn_trainer *cnn_run_trainer(const cnn_run *run);
/* One entry for each epoch behind it; the run's own, until it goes on. */
const cnn_epoch *cnn_run_history(const cnn_run *run);
/* A line of text of the caller's, UTF-8, copied: goes into checkpoints. NULL: none. */
bool cnn_run_set_note(cnn_run *run, const char *note, cnn_error *error);
/* Writes a checkpoint, as models are written. For the progress function, or when nothing trains. A
 * run whose parameters are no longer finite is refused: the checkpoint before it is worth more; and
 * one with a mistake made on purpose. */
bool cnn_run_save(cnn_run *run, const char *path, cnn_error *error);
/* The same as *size bytes in memory, for cnn_checkpoint_parse(); the caller frees them with free().
 * NULL leaves *size. */
void *cnn_run_bytes(cnn_run *run, size_t *size, cnn_error *error);

/* A checkpoint that was read, every byte of it checked. One thread at a time. */
typedef struct cnn_checkpoint cnn_checkpoint;
cnn_checkpoint *cnn_checkpoint_load(const char *path, cnn_error *error);
cnn_checkpoint *cnn_checkpoint_parse(const void *bytes, size_t size, cnn_error *error);
void cnn_checkpoint_free(cnn_checkpoint *checkpoint);
/* As the run was made with; without a callback. */
cnn_train_options cnn_checkpoint_options(const cnn_checkpoint *checkpoint);
size_t cnn_checkpoint_batch_size(const cnn_checkpoint *checkpoint);
const cnn_network *cnn_checkpoint_network(const cnn_checkpoint *checkpoint);
/* The note, or "". Both belong to the checkpoint. */
const char *cnn_checkpoint_note(const cnn_checkpoint *checkpoint);
/* A model as it was then, as cnn_model_load() makes one; the batch size is the checkpoint's. */
cnn_model *cnn_checkpoint_model(const cnn_checkpoint *checkpoint, const cnn_model_options *options,
                                cnn_error *error);
/* The run as it was then, on such a model and the same images, which is checked: network, batch
 * size, normalization, class names and form of the model. On failure the model is unchanged. The
 * checkpoint may be freed. */
cnn_run *cnn_run_resume(const cnn_checkpoint *checkpoint, cnn_model *model,
                        const cnn_dataset *train, const cnn_dataset *test,
                        cnn_progress_function progress, void *context, cnn_error *error);

#endif
