/* A part of cnn.h, which programs include.
 *
 * What moves the parameters, how fast, and whole runs over a data set. */
#ifndef CNN_TRAINING_H
#define CNN_TRAINING_H

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

#endif
