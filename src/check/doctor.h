/* An examination: the model and its images, which all checks share, and the checks. */
#ifndef CHECK_DOCTOR_H
#define CHECK_DOCTOR_H

#include "doctor_findings.h"

/* Sample sizes: enough to be reliable, small enough to take seconds. */
enum {
    DOCTOR_EXAMINED = 512,  /* images passed through the initial network */
    DOCTOR_CHUNK = 32,      /* at a time */
    DOCTOR_HELD_OUT = 1000, /* images never trained on, at most; also at most a quarter of all */
    DOCTOR_STEPS = 100,     /* of the training with the user's settings */
    DOCTOR_MEAN_STEPS = 10, /* the last ones, whose mean is the final loss */
};

/* A rate that still learns may be this many times the suggested one. Random batches change the
 * suggestion by a factor of two up or down: up to 17 times were seen in healthy runs. */
#define DOCTOR_OFF_LEARNS 20.0
/* By construction, the fall is nearly complete at ten times the suggestion. */
#define DOCTOR_OFF 10.0

/* A layer and its tensors. data is NULL for tensors it does not have; the first dimension of
 * activations is the batch, whatever shape[0] is. */
typedef struct doctor_layer {
    cnn_layer_info info;
    size_t values;    /* size of its output for one image */
    cnn_tensor y, dy; /* output and its gradient */
    cnn_tensor w, dw; /* weights [inputs][units], in rows of info.channels */
    cnn_tensor b, db; /* biases [units] */
    size_t weights;   /* elements of w; 0: none */
    size_t dead;      /* units of a ReLU that were dead at the start */
} doctor_layer;

typedef struct cnn_doctor {
    cnn_doctor_options options;
    bool trained_before; /* with given weights */
    bool examined;
    cnn_model *model;
    const cnn_network *network; /* the model's */
    const cnn_dataset *images;  /* the caller's */
    doctor_layer *layers;       /* [count]: the input, then every layer */
    size_t count;
    float *start;    /* [numbers]: the block of parameters at the start */
    size_t numbers;  /* of that block: cnn_model_parameters() */
    uint32_t *order; /* [learn] to train on, then [held] never trained on, drawn by seed */
    size_t learn, held;
    size_t batch; /* images per training step */
    findings findings;
    double learns_at;  /* Adam's rate at which one batch was learned best */
    double first_loss; /* with the initial weights, over the examined images */
    size_t steps;      /* completed steps of the training with the user's settings */
    double last_loss;  /* of that training; NaN if it did not finish */
    double plain;      /* rate that the range test suggests without momentum; 0: none */
    double suggested;  /* the same with the user's momentum */
    double goes_up;    /* rate without momentum at which the loss rises; 0: none */
    double fallen_at;  /* rate without momentum at which its fall is nearly complete; 0: no fall */
} session;

/* The work of cnn_doctor_create(), after options and images are set. Must be closed on failure
 * too. */
bool session_open(session *session, const cnn_network *network, const cnn_model *trained,
                  cnn_error *error);
void session_close(session *session);
/* The user's schedule, scaled to DOCTOR_STEPS. */
cnn_schedule session_schedule(const session *session);

/* Sets images order[first..first + count) as the batch. */
bool session_set(session *session, size_t first, size_t count, cnn_error *error);
/* Sets the batch of a training step, cycling through the training images. */
bool session_set_step(session *session, size_t step, cnn_error *error);
/* Saves the block of all parameters to an array of as many numbers. session_restore() restores the
 * initial ones. */
void session_save(session *session, float *parameters);
void session_restore(session *session);
/* The number of examined images, and the size of the chunk that begins at image `first`. */
size_t session_examined(const session *session);
size_t session_chunk(const session *session, size_t first);
/* Chooses between advice for a new network and for a trained model, whose weights and normalization
 * come from a file: settings that draw or measure them have no effect there. */
const char *session_advice(const session *session, const char *network, const char *model);
/* The caller's name of a setting. */
const char *session_setting(const session *session, cnn_setting setting);
/* The loss of a random guess: ln(classes). */
double session_guess(const session *session);
/* The loss of the examined images with the current weights. */
bool session_loss(session *session, double *loss, cnn_error *error);
/* Whether the initial weights are trained: then the loss cannot fall far. */
bool session_knows(const session *session);
/* Whether the training with the user's settings failed, in its loss or its step sizes. */
bool session_fails(const session *session);

/* The square root of the sum of squares. */
double doctor_norm(const float *values, size_t count);

/* "the WHAT of LAYER". Both are valid as long as the session. */
typedef struct doctor_location {
    const char *what, *layer;
} doctor_location;
/* Whether all numbers of the last batch are finite; if not, where that began: outputs are searched
 * from the first layer to the last, gradients from the last to the first. */
bool finite_outputs(const session *session, doctor_location *location);
bool finite_gradients(const session *session, doctor_location *location);
bool finite_weights(const session *session, doctor_location *location);

/* A guess for each held-out image, by the nearest class mean. */
bool means_guess(const session *session, uint32_t *guesses, cnn_error *error);

/* The checks. Each adds findings; false only if the examination itself failed. A check may use the
 * findings of those before it in doctor.c. */
bool doctor_classes(session *session, cnn_error *error);
bool doctor_pixels(session *session, cnn_error *error);
bool doctor_images(session *session, cnn_error *error);
bool doctor_first_loss(session *session, cnn_error *error);
bool doctor_spread(session *session, cnn_error *error);
bool doctor_dead(session *session, cnn_error *error);
bool doctor_gradient(session *session, cnn_error *error);
/* Leaves the trained weights in place for doctor_dying(). */
bool doctor_training(session *session, cnn_error *error);
bool doctor_dying(session *session, cnn_error *error);
bool doctor_decay(session *session, cnn_error *error);
/* Batches, momentum and the schedule. */
bool doctor_settings(session *session, cnn_error *error);
/* Runs only the range test, which doctor_rate() judges. */
bool doctor_range(session *session, cnn_error *error);
bool doctor_rate(session *session, cnn_error *error);
bool doctor_overfit(session *session, cnn_error *error);
bool doctor_labels(session *session, cnn_error *error);
bool doctor_structure(session *session, cnn_error *error);

#endif
