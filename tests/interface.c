/* Uses the public headers and all their macros in a program that is both C and C++; scripts/check
 * compiles it as each standard of both. Exit 0 if the values are usable. */
#include <cnn.h>

#include <string.h>

/* At file scope too. */
static const cnn_model_options model_options = CNN_MODEL_OPTIONS_DEFAULT;
static const cnn_train_options train_options = CNN_TRAIN_OPTIONS_DEFAULT;
static const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
static const cnn_schedule constant = CNN_SCHEDULE_DEFAULT;
static const cnn_doctor_options doctor_options = CNN_DOCTOR_OPTIONS_DEFAULT;
static const cnn_gradcheck_options gradcheck_options = CNN_GRADCHECK_OPTIONS_DEFAULT;

static bool defaults_agree(void) {
    return model_options.batch_size == cnn_model_options_defaults().batch_size &&
           train_options.epochs == cnn_train_options_defaults().epochs &&
           train_options.optimizer.lr == adam.lr &&
           train_options.schedule.gamma == constant.gamma &&
           adam.beta2 == cnn_optimizer_defaults().beta2 &&
           constant.max_momentum == cnn_schedule_defaults().max_momentum &&
           doctor_options.optimizer.lr == cnn_doctor_options_defaults().optimizer.lr &&
           gradcheck_options.samples == cnn_gradcheck_options_defaults().samples;
}

static size_t rows;

static void count_row(const cnn_gradcheck_row *row, void *context) {
    (void)context;
    rows += strlen(row->gradient) == 2;
}

/* Runs one step of a model, with options that begin as the defaults. */
static bool works(const cnn_network *network) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    const float x[2 * 64] = {1, 2, 3};
    const uint32_t labels[2] = {0, 1};
    cnn_error error;
    double worst = 1;
    options.batch_size = 2;
    cnn_model *model = cnn_model_create(network, &options, &error);
    cnn_trainer *trainer = model ? cnn_trainer_create(model, &adam, &constant, &error) : NULL;
    const bool trained =
        trainer && cnn_model_set_input(model, x, labels, 2, &error) && cnn_train_step(trainer) > 0;
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    return trained && cnn_gradcheck(network, &gradcheck_options, count_row, NULL, &worst, &error) &&
           rows > 0 && worst < CNN_GRADCHECK_LIMIT;
}

int main(void) {
    static const char text[] = "input 8x8x1\nconv2d 4 3x3\nrelu\nflatten\ndense 10\n";
    cnn_error error;
    cnn_network *network = cnn_network_parse(text, strlen(text), &error);
    const bool good = defaults_agree() && network && works(network) &&
                      !cnn_network_parse("", 0, &error) && error.offset == CNN_ERROR_NO_OFFSET &&
                      !strcmp(cnn_version(), CNN_VERSION) && CNN_NAME_SIZE > 0 &&
                      CNN_CHECK_COUNT > 0 && CNN_SETTING_COUNT > 0 && CNN_FINDING_NUMBERS_MAX > 0 &&
                      CNN_DOCTOR_BATCH_MAX > 0 && CNN_PICTURE_SIDE_MAX > 0 &&
                      CNN_PICTURE_PIXELS_MAX > 0 && CNN_PNG_BYTES_MAX > 0;
    cnn_network_free(network);
    return good ? 0 : 1;
}
