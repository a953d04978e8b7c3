/* A part of cnn.h, which programs include.
 *
 * The workshop: exercises to write a layer oneself, and a check that names the mistake. The library
 * makes the cases, compares the answers and says what is wrong with them; how the reader's
 * functions are run is the caller's part. */
#ifndef CNN_WORKSHOP_H
#define CNN_WORKSHOP_H

/* All texts are static. */
typedef struct cnn_exercise_info {
    const char *name;    /* "conv2d" */
    const char *summary; /* one line */
    const char *text;    /* a C file to fill in: formulas, an example by hand, empty functions */
    size_t function_count, case_count, hint_count;
} cnn_exercise_info;
/* In the order of the course, from ReLU on. */
size_t cnn_exercise_count(void);
/* False only out of range; exercise may be NULL. */
bool cnn_exercise_at(size_t index, cnn_exercise_info *exercise);
/* The one of this name. False with *exercise unchanged if there is none; exercise may be NULL. */
bool cnn_exercise_find(const char *name, cnn_exercise_info *exercise);
/* Hints go from general to particular; NULL out of range. */
const char *cnn_exercise_hint_at(const char *name, size_t index);

typedef enum cnn_argument_kind {
    CNN_ARGUMENT_SIZE,   /* int: `value` */
    CNN_ARGUMENT_REAL,   /* float: `value` */
    CNN_ARGUMENT_LABELS, /* const int []: `labels` */
    CNN_ARGUMENT_INPUT,  /* const float []: `numbers` */
    CNN_ARGUMENT_OUTPUT, /* float []: `numbers`, which hold leftovers and are all to be set */
    CNN_ARGUMENT_CHANGED /* float []: `numbers`, read and replaced by new values */
} cnn_argument_kind;
/* An argument of a function of an exercise. Arrays are dense, last index fastest. */
typedef struct cnn_argument {
    cnn_argument_kind kind;
    const char *name; /* "x", "dw", "stride"; static */
    double value;
    size_t rank, shape[4], count; /* of an array: count is the product of shape[0..rank) */
    float *numbers;
    int32_t *labels;
} cnn_argument;
#define CNN_ARGUMENTS_MAX 24
/* One call of the reader's function on one case. */
typedef struct cnn_call {
    const char *function;  /* "conv2d_backward"; static */
    const char *prototype; /* its declaration in C, in one line; static */
    const char *title;     /* of the case: "padding"; static */
    size_t function_index, case_index;
    size_t argument_count; /* in the order of the prototype */
    cnn_argument arguments[CNN_ARGUMENTS_MAX];
} cnn_call;
/* The n-th function, without arrays: arguments have their kinds, names and ranks. False out of
 * range, and for an exercise that does not exist; call may be NULL. */
bool cnn_exercise_function_at(const char *name, size_t index, cnn_call *call);

/* Computes the outputs of a call. False ends the attempt; the reason in *error, never NULL here, is
 * then its message: a crash, a time limit. */
typedef bool (*cnn_call_function)(const cnn_call *call, void *context, cnn_error *error);

typedef enum cnn_answer {
    CNN_ANSWER_RIGHT,   /* in every case */
    CNN_ANSWER_WRONG,   /* in some case */
    CNN_ANSWER_EMPTY,   /* no number was written in any case */
    CNN_ANSWER_UNKNOWN, /* the attempt ended before */
} cnn_answer;
/* "right", "wrong", "not written", "not checked"; NULL for a value that does not exist. Static. */
const char *cnn_answer_name(cnn_answer answer);
/* One output of an exercise: y, dx, dw, ... */
typedef struct cnn_attempt_part {
    const char *function, *array; /* "conv2d_backward", "dw"; static */
    cnn_answer answer;
    size_t right_cases, case_count; /* cases that were answered, and all */
    /* If wrong: the first case that is, and there the first number that differs. */
    size_t case_index;
    const char *title; /* of the case; static */
    size_t rank, index[4];
    double ours, theirs;
    unsigned properties; /* cnn_property, added up, in that case */
    double ratio;        /* theirs over ours in every case; NaN without such a number */
    bool over_images;    /* theirs is ours divided by the images, in every case with several */
    bool added;          /* right once the array is set to 0 before the call */
    /* Mistakes of the catalog that explain all cases, as in cnn_diagnosis. */
    size_t explanation_count;
    const char *explanations[CNN_EXPLANATIONS_MAX][2];
} cnn_attempt_part;

/* Makes one call of each function on a larger case, whose time the caller measures; *book_seconds
 * is what the book (the back end `ref`, one thread) takes for the same: the best of some. */
bool cnn_exercise_speed(const char *exercise, cnn_call_function run, void *context,
                        double *book_seconds, cnn_error *error);

/* One check of an exercise. One thread at a time. */
typedef struct cnn_attempt cnn_attempt;
/* Calls `run` for each function of the exercise on each of its cases, from the smallest up, and
 * again on some if an answer is wrong. NULL for an exercise that does not exist, or without memory;
 * wrong answers and a `run` that fails are no errors. */
cnn_attempt *cnn_attempt_create(const char *exercise, cnn_call_function run, void *context,
                                cnn_error *error);
void cnn_attempt_free(cnn_attempt *attempt);
typedef struct cnn_attempt_info {
    const char *exercise; /* static */
    bool right;           /* every part is */
    bool stopped;         /* `run` failed */
    /* Then why, and on which case of which function; "" and NULL else. */
    char message[256];
    const char *function, *title;
    size_t part_count;
    size_t first_wrong; /* the part that `text` is about; SIZE_MAX: none */
    /* Owned by the attempt, UTF-8. `line`: the result in one line. `text`: the first case that is
     * wrong as one would draw it, and the diagnosis of each part in words; "" if none is. */
    const char *line, *text;
} cnn_attempt_info;
cnn_attempt_info cnn_attempt_get_info(const cnn_attempt *attempt);
/* False only out of range; part may be NULL. */
bool cnn_attempt_part_at(const cnn_attempt *attempt, size_t index, cnn_attempt_part *part);

/* A network in which the caller's functions compute layers, the loss and the update, and the
 * library the rest. One thread at a time. */
typedef struct cnn_own_network cnn_own_network;
/* Begins with the parameters of the model, and has room for its batch size. The network is copied;
 * no optimizer has moved yet. */
cnn_own_network *cnn_own_network_create(const cnn_model *model, cnn_error *error);
void cnn_own_network_free(cnn_own_network *own);
/* From now on the functions of this exercise are called by `run`, as in an attempt: in every layer
 * of its kind, as the loss, or as the optimizer. Refused if a layer of its kind has two strides,
 * two paddings or a window that is not square, for which exercises have no names. */
bool cnn_own_network_use(cnn_own_network *own, const char *exercise, cnn_call_function run,
                         void *context, cnn_error *error);
/* Is there anything in this network for the exercise to compute? Optimizers: if it is of this kind.
 */
bool cnn_own_network_uses(const cnn_own_network *own, const char *exercise,
                          cnn_optimizer_kind optimizer);
/* One step of training on x[images][h][w][c], as cnn_train_step() takes it: *loss is the mean
 * before the update, which has these rates and is number `step`, from 1. Ends with the error of a
 * function that fails. */
bool cnn_own_network_step(cnn_own_network *own, const float *x, const uint32_t *labels,
                          size_t images, const cnn_optimizer *rates, uint64_t step, double *loss,
                          cnn_error *error);
/* The mean loss and the probabilities[images][classes] of a forward pass; loss may be NULL. */
bool cnn_own_network_forward(cnn_own_network *own, const float *x, const uint32_t *labels,
                             size_t images, float *probabilities, double *loss, cnn_error *error);
/* As cnn_model_parameters(): cnn_model_set_parameters() takes them. */
const float *cnn_own_network_parameters(const cnn_own_network *own, size_t *count);

#endif
