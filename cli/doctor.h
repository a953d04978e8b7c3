/* cnn doctor: one model and its images, as all its checks share them, and the checks. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "doctor_findings.h"
#include "training_flags.h"

/* How much is looked at: enough to be sure, little enough to take seconds. */
enum {
    DOCTOR_EXAMINED = 512,   /* images that pass through the network as it is */
    DOCTOR_CHUNK = 32,       /* at a time */
    DOCTOR_HELD_OUT = 1000,  /* images never trained on, at most; and a quarter of all at most */
    DOCTOR_STEPS = 100,      /* of the training with the user's settings */
    DOCTOR_MEAN_STEPS = 10,  /* the last ones, over which its last loss is a mean */
    DOCTOR_MOST_BATCH = 256, /* larger batches are examined as this */
};

typedef struct doctor_settings {
    const char *network, *weights; /* weights NULL: none given */
    bool json;
    training_flags training;
} doctor_settings;

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
    bool relu;
    size_t dead; /* units of a ReLU that were dead at first */
} doctor_layer;

typedef struct doctor_patient {
    const doctor_settings *settings;
    source source;
    bool trained_before; /* with the weights of a file */
    bool fit;            /* its images are brought into MNIST's form */
    cnn_model *model;
    const cnn_network *network; /* the model's */
    cnn_dataset *images;
    cnn_normalisation normalisation;
    doctor_layer *layers; /* [count]: the input, then every layer */
    size_t count;
    float *start;    /* every parameter as it was at first, layer by layer */
    uint32_t *order; /* [learn] to train on, then [held] never seen in training, drawn by seed */
    size_t learn, held;
    size_t batch; /* images of a training step */
    doctor_findings findings;
    double learns_at;  /* the rate of Adam by which one batch was learnt best */
    double first_loss; /* as it came, over the images examined */
    size_t steps;      /* whole ones of the training with the user's settings */
    double last_loss;  /* of that training; NaN if it did not get so far */
    double plain;      /* rate that the range test suggests without momentum; 0: none found */
    double suggested;  /* the same for the user's momentum */
    double goes_up;    /* the plain rate at which the loss goes up; 0: none found */
    double fallen_at;  /* the plain rate at which its fall is nearly done; 0: it does not fall */
} doctor_patient;

bool patient_admit(doctor_patient *patient, cnn_error *error);
void patient_free(doctor_patient *patient);

/* Sets images order[first..first + count). */
bool patient_set(doctor_patient *patient, size_t first, size_t count, cnn_error *error);
/* Sets the batch of a training step, going round over the images to learn from. */
bool patient_set_step(doctor_patient *patient, size_t step, cnn_error *error);
/* Every parameter, into memory for cnn_network_parameters() numbers: layer by layer, first weights,
 * then biases. And all as they were at first. */
void patient_save(doctor_patient *patient, float *parameters);
void patient_restore(doctor_patient *patient);
/* How many images are examined, and the size of chunk that begins at image `first`. */
size_t patient_examined(const doctor_patient *patient);
size_t patient_chunk(const doctor_patient *patient, size_t first);
/* One piece of advice for a network text and one for a model file, which brings weights and
 * normalisation along: --init, --mean and --std do not count there. */
const char *patient_advice(const doctor_patient *patient, const char *network, const char *model);
/* The loss of somebody who guesses: ln(classes). */
double patient_guess(const doctor_patient *patient);
/* The loss of the images examined, with the weights as they are. */
bool patient_loss(doctor_patient *patient, double *loss, cnn_error *error);
/* Has it learnt before it came here? Then the loss has little room to fall. */
bool patient_knows(const doctor_patient *patient);
/* Has the training with the user's settings failed, in its loss or in the size of its steps? */
bool patient_fails(const doctor_patient *patient);

/* The square root of the sum of squares. */
double doctor_norm(const float *values, size_t count);

/* "the WHAT of LAYER". Both live as long as the patient. */
typedef struct doctor_place {
    const char *what, *layer;
} doctor_place;
/* Whether all numbers of the last batch are finite; if not, the place where it began: outputs are
 * searched from the first layer to the last, gradients from the last to the first. */
bool finite_outputs(const doctor_patient *patient, doctor_place *place);
bool finite_gradients(const doctor_patient *patient, doctor_place *place);
bool finite_weights(const doctor_patient *patient, doctor_place *place);

/* A guess for each image held out, by the nearest mean of a class. */
bool means_guess(const doctor_patient *patient, uint32_t *guesses, cnn_error *error);

/* The checks. Each adds findings; false only if the examination itself failed. In the order of
 * cmd_doctor.c each may ask for what those before it found. */
bool doctor_classes(doctor_patient *patient, cnn_error *error);
bool doctor_pixels(doctor_patient *patient, cnn_error *error);
bool doctor_images(doctor_patient *patient, cnn_error *error);
bool doctor_first_loss(doctor_patient *patient, cnn_error *error);
bool doctor_spread(doctor_patient *patient, cnn_error *error);
bool doctor_dead(doctor_patient *patient, cnn_error *error);
bool doctor_gradient(doctor_patient *patient, cnn_error *error);
/* Leaves the weights as they became, for doctor_dying(). */
bool doctor_training(doctor_patient *patient, cnn_error *error);
bool doctor_dying(doctor_patient *patient, cnn_error *error);
bool doctor_decay(doctor_patient *patient, cnn_error *error);
/* Batches, momentum and the schedule. */
bool doctor_flags(doctor_patient *patient, cnn_error *error);
/* The range test alone, which doctor_rate() judges. */
bool doctor_range(doctor_patient *patient, cnn_error *error);
bool doctor_rate(doctor_patient *patient, cnn_error *error);
bool doctor_overfit(doctor_patient *patient, cnn_error *error);
bool doctor_labels(doctor_patient *patient, cnn_error *error);
bool doctor_structure(doctor_patient *patient, cnn_error *error);

#endif
