/* Training, some steps at a time: the same run as `cnn train`, however it is cut. */
#include "lab.h"

#include <math.h>
#include <string.h>

enum { STEPS_MAX = 1024 };
static double losses[STEPS_MAX]; /* of the steps of one call */
static size_t wished, taken;
static bool finite; /* were all losses of the run numbers? */

void lab_forget_run(void) {
    cnn_trainer_free(the_lab.trainer);
    the_lab.trainer = NULL;
    cnn_run_free(the_lab.run);
    the_lab.run = NULL;
}

/* Keeps the loss of each step and stops after those wished. The end of an epoch is no step. */
static bool on_progress(const cnn_progress *progress, void *context) {
    (void)context;
    if (progress->finished)
        return true;
    losses[taken] = cnn_model_loss(the_lab.model);
    finite &= isfinite(losses[taken++]) != 0;
    return taken < wished;
}

/* For steps on batches that the page sets, with lab_images. */
bool LAB(lab_trainer)(const char *rule, double rate, double momentum) {
    cnn_optimizer optimizer = CNN_OPTIMIZER_DEFAULT;
    optimizer.lr = rate;
    optimizer.momentum = momentum;
    lab_forget_run();
    if (!cnn_optimizer_kind_of(rule, &optimizer.kind))
        return false;
    the_lab.trainer = cnn_trainer_create(the_lab.model, &optimizer, NULL, &the_lab.error);
    return the_lab.trainer != NULL;
}

/* Passes forward and backward and updates; the loss before. */
double LAB(lab_step)(void) {
    return cnn_train_step(the_lab.trainer);
}

bool lab_begin_run(const cnn_dataset *images, const cnn_optimizer *optimizer, size_t epochs,
                   uint64_t seed) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.epochs = epochs;
    options.seed = seed;
    options.optimizer = *optimizer;
    options.progress = on_progress;
    lab_forget_run();
    finite = true;
    the_lab.run = cnn_run_create(the_lab.model, images, NULL, &options, &the_lab.error);
    return the_lab.run != NULL;
}

/* A run of the model over the images to train on, from its parameters as they are. */
bool LAB(lab_run)(size_t epochs, unsigned seed, const char *rule, double rate, double momentum) {
    cnn_optimizer optimizer = CNN_OPTIMIZER_DEFAULT;
    optimizer.lr = rate;
    optimizer.momentum = momentum;
    return cnn_optimizer_kind_of(rule, &optimizer.kind) &&
           lab_begin_run(the_lab.sets[CNN_SPLIT_TRAIN], &optimizer, epochs, seed);
}

/* Takes up to `steps` steps, at most 1,024; returns how many. 0: the run is at its end, or has
 * diverged (lab_error). */
size_t LAB(lab_run_on)(size_t steps) {
    wished = steps < STEPS_MAX ? steps : STEPS_MAX;
    taken = 0;
    memset(&the_lab.error, 0, sizeof the_lab.error);
    cnn_run_train(the_lab.run, NULL, &the_lab.error);
    return taken;
}
const double *LAB(lab_losses)(void) {
    return losses;
}

/* Is a loss of the run, or a parameter, no longer a number? Then it is of no use to go on. */
bool LAB(lab_run_diverged)(void) {
    size_t count = 0;
    const float *parameters = cnn_model_parameters(the_lab.model, &count);
    bool good = finite;
    for (size_t i = 0; good && i < count; i++)
        good = isfinite(parameters[i]);
    return !good;
}

/* Steps taken since the start; images of the epoch at hand; whole epochs. */
double LAB(lab_run_step)(void) {
    return (double)cnn_run_get_info(the_lab.run).step;
}
double LAB(lab_run_images)(void) {
    return (double)cnn_run_get_info(the_lab.run).images;
}
double LAB(lab_run_epochs)(void) {
    return (double)cnn_run_get_info(the_lab.run).epoch;
}
