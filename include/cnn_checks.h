/* A part of cnn.h, which programs include.
 *
 * Ways to look at what a network computes: are the gradients right, why does it not learn, and what
 * was every number. */
#ifndef CNN_CHECKS_H
#define CNN_CHECKS_H

typedef struct cnn_gradcheck_options {
    size_t batch_size; /* 2 */
    uint64_t seed;     /* 1 */
    size_t samples;    /* 200: elements tried of each tensor, drawn by seed; 0 means all */
    /* To see the check fail. The mistake of this name (cnn_mistake_at()) is made on purpose: in the
     * layer "conv1", or in every one of a kind, "conv2d", or, with NULL, in all. A layer and no
     * mistake: its gradient is off by a thousandth. Refused where it can change nothing. */
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
    size_t elements, checked, skipped; /* skipped: within reach of a kink */
    double error;                      /* the largest relative error; NaN if checked is 0 */
    size_t rank, shape[4];             /* of the tensor */
    size_t element;                    /* where that error was: flat index into it */
    double analytic, numeric;
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_gradcheck_row;
#define CNN_GRADCHECK_LIMIT 1e-6
typedef void (*cnn_gradcheck_function)(const cnn_gradcheck_row *row, void *context);
/* Checks every layer in double, with random parameters, and calls report for each gradient.
 * *worst, if not NULL, is the largest relative error of all; NaN if it is within the limit and a
 * gradient could not be checked, since all its elements lay at kinks in each of several draws. */
bool cnn_gradcheck(const cnn_network *network, const cnn_gradcheck_options *options,
                   cnn_gradcheck_function report, void *context, double *worst, cnn_error *error);

/* Why a network does not learn: its images, its first weights, a short training and the settings
 * are looked at one after the other (docs/doctor.md). In the order of causes: a check comes before
 * those that it may be the reason for. */
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
/* WARN: may cost something. FAIL: keeps the network from learning. */
typedef enum cnn_verdict { CNN_VERDICT_OK, CNN_VERDICT_WARN, CNN_VERDICT_FAIL } cnn_verdict;

/* What advice may ask to change. */
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
/* Texts are UTF-8 without a full stop at the end of `text`; a tab is a space at which no line
 * should be broken. They may hold names of classes as they came: see cnn_text_clean(). */
typedef struct cnn_finding {
    cnn_check check;
    const char *code;          /* of the check, for programs: "dead-units"; static */
    char layer[CNN_NAME_SIZE]; /* "": of the whole */
    cnn_verdict verdict;
    char text[200];      /* what was measured */
    char value[48];      /* of a layer: its number alone, "0.25\t%"; or "" */
    const char *advice;  /* one sentence; lives as long as the doctor */
    cnn_setting setting; /* that the advice is to change */
    double suggested;    /* its better value; NaN: see the advice */
    struct {
        const char *name; /* static */
        double value;
    } numbers[CNN_FINDING_NUMBERS_MAX]; /* what was measured, up to the first without a name */
    uint64_t reserved[CNN_RESERVED];    /* 0 */
} cnn_finding;

#define CNN_DOCTOR_BATCH_MAX 256 /* larger batches are looked at as this */
typedef struct cnn_doctor_options {
    cnn_model_options
        model; /* its seed draws the images held out too; every_layer is always true */
    cnn_optimizer optimizer;
    cnn_schedule schedule; /* run through within the short training: its steps do not count */
    /* What texts are to call each setting, such as "--lr"; NULL: "lr", "weight_decay", ... as the
     * fields of the options are named. Copied pointers: they must outlive the doctor. */
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
/* Makes a model of its own, with the weights and the normalization of `trained`, or, if that is
 * NULL, with those of the options. The images must outlive the doctor and not change; they are what
 * the network would be trained on. options NULL means the defaults. */
cnn_doctor *cnn_doctor_create(const cnn_network *network, const cnn_model *trained,
                              const cnn_dataset *images, const cnn_doctor_options *options,
                              cnn_error *error);
void cnn_doctor_free(cnn_doctor *doctor);
/* The model under examination, the doctor's own. Its parameters change while it is examined. */
const cnn_model *cnn_doctor_model(const cnn_doctor *doctor);
/* How many images no test trains on, and how many a training step takes. */
size_t cnn_doctor_held_out(const cnn_doctor *doctor);
size_t cnn_doctor_batch_size(const cnn_doctor *doctor);
/* Takes seconds. Once; false if it could not be made, whatever was found: then there are no
 * findings. */
bool cnn_doctor_examine(cnn_doctor *doctor, cnn_error *error);
/* In the order in which they were made; none before the examination. False only out of range;
 * finding may be NULL. */
size_t cnn_doctor_finding_count(const cnn_doctor *doctor);
bool cnn_doctor_finding_at(const cnn_doctor *doctor, size_t index, cnn_finding *finding);
/* The likeliest reason for what is not well; false if all is. */
bool cnn_doctor_cause(const cnn_doctor *doctor, cnn_finding *finding);

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
