/* A part of cnn.h, which programs include.
 *
 * Checks of a network: whether its gradients are right, why it does not learn, and a trace of every
 * number it computes. */
#ifndef CNN_CHECKS_H
#define CNN_CHECKS_H

typedef struct cnn_gradcheck_options {
    size_t batch_size; /* 2 */
    uint64_t seed;     /* 1 */
    size_t samples;    /* 200: elements checked per tensor, drawn by seed; 0 means all */
    /* To see the check fail: the name of a mistake (cnn_mistake_at()) to make deliberately, in the
     * layer "conv1", in every layer of the kind "conv2d", or, if NULL, in all layers. A layer
     * without a mistake: its gradient is off by a thousandth. A mistake that would change nothing
     * is refused. */
    const char *debug_break_layer, *debug_mistake;
    uint64_t reserved[CNN_RESERVED]; /* 0 */
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
    size_t elements, checked, skipped; /* skipped: too close to a kink */
    double error;                      /* the largest relative error; NaN if checked is 0 */
    size_t rank, shape[4];             /* of the tensor */
    size_t element;                    /* flat index of that element */
    double analytic, numeric;
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_gradcheck_row;
#define CNN_GRADCHECK_LIMIT 1e-6
typedef void (*cnn_gradcheck_function)(const cnn_gradcheck_row *row, void *context);
/* Checks every layer in double precision, with random parameters, and calls report for each
 * gradient. *worst, if not NULL, receives the largest relative error of all. It is NaN if that is
 * within the limit but a gradient could not be checked because all its elements were at kinks in
 * several draws. */
bool cnn_gradcheck(const cnn_network *network, const cnn_gradcheck_options *options,
                   cnn_gradcheck_function report, void *context, double *worst, cnn_error *error);

/* Why a network does not learn: the doctor examines its images, its first weights, a short training
 * and the settings, one after the other (docs/doctor.md). In order of causes: a check comes before
 * those whose failure it may explain. */
typedef enum cnn_check {
    CNN_CHECK_CLASSES,
    CNN_CHECK_PIXELS,
    CNN_CHECK_IMAGES,
    CNN_CHECK_LABELS,
    CNN_CHECK_STRUCTURE,
    CNN_CHECK_SYMMETRY,
    CNN_CHECK_DEAD,
    CNN_CHECK_SPREAD,
    CNN_CHECK_LOSS,
    CNN_CHECK_GRADIENT,
    CNN_CHECK_BATCH,
    CNN_CHECK_DECAY,
    CNN_CHECK_MOMENTUM,
    CNN_CHECK_SCHEDULE,
    CNN_CHECK_RATE,
    CNN_CHECK_FINITE,
    CNN_CHECK_UPDATE,
    CNN_CHECK_DYING,
    CNN_CHECK_OVERFIT,
    CNN_CHECK_TRAINING
} cnn_check;
#define CNN_CHECK_COUNT (CNN_CHECK_TRAINING + 1)
/* WARN: may cost accuracy or time. FAIL: keeps the network from learning. */
typedef enum cnn_verdict { CNN_VERDICT_OK, CNN_VERDICT_WARN, CNN_VERDICT_FAIL } cnn_verdict;

/* Settings that advice may ask to change. */
typedef enum cnn_setting {
    CNN_SETTING_NONE,
    CNN_SETTING_LR,
    CNN_SETTING_MOMENTUM,
    CNN_SETTING_WEIGHT_DECAY,
    CNN_SETTING_GAMMA,
    CNN_SETTING_BATCH_SIZE,
    CNN_SETTING_INIT,
    CNN_SETTING_MEAN,
    CNN_SETTING_STD,
    CNN_SETTING_DATA
} cnn_setting;
#define CNN_SETTING_COUNT (CNN_SETTING_DATA + 1)

#define CNN_FINDING_NUMBERS_MAX 5
/* Texts are UTF-8, without a full stop at the end of `text`; a tab is a space that should not be a
 * line break. They may contain class names as they were read: see cnn_text_clean(). */
typedef struct cnn_finding {
    cnn_check check;
    const char *code;          /* the check's name for programs: "dead-units"; static */
    char layer[CNN_NAME_SIZE]; /* "": the network */
    cnn_verdict verdict;
    char text[200];      /* what was measured */
    char value[48];      /* for a layer, its number alone: "0.25\t%"; or "" */
    const char *advice;  /* one sentence; valid until the doctor is freed */
    cnn_setting setting; /* the setting that the advice changes */
    double suggested;    /* a better value of it; NaN: see the advice */
    struct {
        const char *name; /* static */
        double value;
    } numbers[CNN_FINDING_NUMBERS_MAX]; /* the measurements; those from the first without a name are
                                           unused */
    uint64_t reserved[CNN_RESERVED];    /* 0 */
} cnn_finding;

#define CNN_DOCTOR_BATCH_MAX 256 /* larger batches are examined as this */
typedef struct cnn_doctor_options {
    cnn_model_options
        model; /* its seed also draws the held-out images; every_layer is always true */
    cnn_optimizer optimizer;
    cnn_schedule schedule; /* scaled to the short training: its step counts are ignored */
    /* Names of the settings in texts, such as "--lr"; NULL: "lr", "weight_decay", ... as the fields
     * of the options are called. The pointers are copied: the strings must outlive the doctor. */
    const char *setting_names[CNN_SETTING_COUNT];
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_doctor_options;
cnn_doctor_options cnn_doctor_options_defaults(void);
#ifdef __cplusplus
#define CNN_DOCTOR_OPTIONS_DEFAULT cnn_doctor_options_defaults()
#else
#define CNN_DOCTOR_OPTIONS_DEFAULT                                                                 \
    {                                                                                              \
        .model = CNN_MODEL_OPTIONS_DEFAULT, .optimizer = CNN_OPTIMIZER_DEFAULT,                    \
        .schedule = CNN_SCHEDULE_DEFAULT                                                           \
    }
#endif

/* One examination. One thread at a time. */
typedef struct cnn_doctor cnn_doctor;
/* Makes its own model, with the weights and the normalization of `trained`, or with those of the
 * options if that is NULL. `images` are the training images; they must outlive the doctor and not
 * change. options NULL means the defaults. */
cnn_doctor *cnn_doctor_create(const cnn_network *network, const cnn_model *trained,
                              const cnn_dataset *images, const cnn_doctor_options *options,
                              cnn_error *error);
void cnn_doctor_free(cnn_doctor *doctor);
/* The doctor's own model. Its parameters change during the examination. */
const cnn_model *cnn_doctor_model(const cnn_doctor *doctor);
/* The number of images that no check trains on, and the batch size of a training step. */
size_t cnn_doctor_held_out(const cnn_doctor *doctor);
size_t cnn_doctor_batch_size(const cnn_doctor *doctor);
/* Takes seconds. May be called once. False if the examination could not be completed, whatever it
 * has found; there are no findings then. */
bool cnn_doctor_examine(cnn_doctor *doctor, cnn_error *error);
/* In the order in which they were made; none before the examination. False only out of range;
 * finding may be NULL. */
size_t cnn_doctor_finding_count(const cnn_doctor *doctor);
bool cnn_doctor_finding_at(const cnn_doctor *doctor, size_t index, cnn_finding *finding);
/* The most likely cause of what is wrong; false if every check is OK. */
bool cnn_doctor_cause(const cnn_doctor *doctor, cnn_finding *finding);

/* A record of all numbers of some training steps, in PyTorch's layouts. One thread at a time. */
typedef struct cnn_trace cnn_trace;
/* PASS: input, labels, losses, outputs and all gradients. */
typedef enum cnn_trace_part { CNN_TRACE_PASS, CNN_TRACE_PARAMETERS } cnn_trace_part;
cnn_trace *cnn_trace_create(cnn_error *error);
/* Copies these tensors of the model as PREFIX + name. PASS needs a batch that has gone through the
 * forward pass. */
bool cnn_trace_add(cnn_trace *trace, const cnn_model *model, cnn_trace_part part,
                   const char *prefix, cnn_error *error);
bool cnn_trace_add_value(cnn_trace *trace, const char *name, double value, cnn_error *error);
bool cnn_trace_save(const cnn_trace *trace, const char *path, cnn_error *error);
void cnn_trace_free(cnn_trace *trace);

#endif
