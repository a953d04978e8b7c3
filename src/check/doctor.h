/* One examination: the model and its images, as all checks share them, and the checks. */
#ifndef CHECK_DOCTOR_H
#define CHECK_DOCTOR_H

#include "doctor_findings.h"

/* How much is looked at: enough to be sure, little enough to take seconds. */
enum {
    DOCTOR_EXAMINED = 512,  /* images that pass through the network as it is */
    DOCTOR_CHUNK = 32,      /* at a time */
    DOCTOR_HELD_OUT = 1000, /* images never trained on, at most; and a quarter of all at most */
    DOCTOR_STEPS = 100,     /* of the training with the user's settings */
    DOCTOR_MEAN_STEPS = 10, /* the last ones, over which its last loss is a mean */
};

/* A rate that learns all the same may be so many times the suggested one. Chance in the batches
 * moves the suggestion by a factor of two either way: in healthy runs up to 17 times were seen. */
#define DOCTOR_OFF_LEARNS 20.0
/* By construction, the fall is nearly done at ten times the suggestion. */
#define DOCTOR_OFF 10.0

/* A layer and what can be seen of it. data is NULL where it has none; the first index of
 * activations is the batch, whatever shape[0] says. */
typedef struct doctor_layer {
    cnn_layer_info info;
    size_t values;    /* of its output for one image */
    cnn_tensor y, dy; /* output and its gradient */
    cnn_tensor w, dw; /* weights [inputs][units], in rows of info.channels */
    cnn_tensor b, db; /* biases [units] */
    size_t weights;   /* elements of w; 0: none */
    size_t dead;      /* units of a ReLU that were dead at first */
} doctor_layer;

typedef struct cnn_doctor {
    cnn_doctor_options options;
    bool trained_before; /* with weights that were handed in */
    bool examined;
    cnn_model *model;
    const cnn_network *network; /* the model's */
    const cnn_dataset *images;  /* the caller's */
    doctor_layer *layers;       /* [count]: the input, then every layer */
    size_t count;
    float *start;    /* [numbers]: the block of parameters as it was at first */
    size_t numbers;  /* of that block: cnn_model_parameters() */
    uint32_t *order; /* [learn] to train on, then [held] never seen in training, drawn by seed */
    size_t learn, held;
    size_t batch; /* images of a training step */
    findings findings;
    double learns_at;  /* the rate of Adam by which one batch was learnt best */
    double first_loss; /* as it came, over the images examined */
    size_t steps;      /* whole ones of the training with the user's settings */
    double last_loss;  /* of that training; NaN if it did not get so far */
    double plain;      /* rate that the range test suggests without momentum; 0: none found */
    double suggested;  /* the same for the user's momentum */
    double goes_up;    /* the plain rate at which the loss goes up; 0: none found */
    double fallen_at;  /* the plain rate at which its fall is nearly done; 0: it does not fall */
} session;

/* What cnn_doctor_create() does, with the options and the images set. On failure too it has to be
 * closed. */
bool session_open(session *session, const cnn_network *network, const cnn_model *trained,
                  cnn_error *error);
void session_close(session *session);
/* The user's, run through within DOCTOR_STEPS. */
cnn_schedule session_schedule(const session *session);

/* Sets images order[first..first + count). */
bool session_set(session *session, size_t first, size_t count, cnn_error *error);
/* Sets the batch of a training step, going round over the images to learn from. */
bool session_set_step(session *session, size_t step, cnn_error *error);
/* The block of all parameters, into memory for as many numbers. And all as they were at first. */
void session_save(session *session, float *parameters);
void session_restore(session *session);
/* How many images are examined, and the size of chunk that begins at image `first`. */
size_t session_examined(const session *session);
size_t session_chunk(const session *session, size_t first);
/* One piece of advice for a new network and one for a model, which brings weights and normalization
 * along: what draws and measures them does not count there. */
const char *session_advice(const session *session, const char *network, const char *model);
/* What the caller calls a setting. */
const char *session_setting(const session *session, cnn_setting setting);
/* The loss of a guess: ln(classes). */
double session_guess(const session *session);
/* The loss of the images examined, with the weights as they are. */
bool session_loss(session *session, double *loss, cnn_error *error);
/* Has it learnt before it came here? Then the loss has little room to fall. */
bool session_knows(const session *session);
/* Has the training with the user's settings failed, in its loss or in the size of its steps? */
bool session_fails(const session *session);

/* The square root of the sum of squares. */
double doctor_norm(const float *values, size_t count);

/* "the WHAT of LAYER". Both live as long as the session. */
typedef struct doctor_location {
    const char *what, *layer;
} doctor_location;
/* Whether all numbers of the last batch are finite; if not, the place where it began: outputs are
 * searched from the first layer to the last, gradients from the last to the first. */
bool finite_outputs(const session *session, doctor_location *location);
bool finite_gradients(const session *session, doctor_location *location);
bool finite_weights(const session *session, doctor_location *location);

/* A guess for each image held out, by the nearest mean of a class. */
bool means_guess(const session *session, uint32_t *guesses, cnn_error *error);

/* The checks. Each adds findings; false only if the examination itself failed. In the order of
 * doctor.c each may ask for what those before it found. */
bool doctor_classes(session *session, cnn_error *error);
bool doctor_pixels(session *session, cnn_error *error);
bool doctor_images(session *session, cnn_error *error);
bool doctor_first_loss(session *session, cnn_error *error);
bool doctor_spread(session *session, cnn_error *error);
bool doctor_dead(session *session, cnn_error *error);
bool doctor_gradient(session *session, cnn_error *error);
/* Leaves the weights as they became, for doctor_dying(). */
bool doctor_training(session *session, cnn_error *error);
bool doctor_dying(session *session, cnn_error *error);
bool doctor_decay(session *session, cnn_error *error);
/* Batches, momentum and the schedule. */
bool doctor_settings(session *session, cnn_error *error);
/* The range test alone, which doctor_rate() judges. */
bool doctor_range(session *session, cnn_error *error);
bool doctor_rate(session *session, cnn_error *error);
bool doctor_overfit(session *session, cnn_error *error);
bool doctor_labels(session *session, cnn_error *error);
bool doctor_structure(session *session, cnn_error *error);

#endif
