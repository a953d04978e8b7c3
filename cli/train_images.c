/* Loads the images of a training run: to train on, to validate and to test. */
#include "train_run.h"

#include "print.h"

#include <stdlib.h>

size_t train_held_out(const train_run *run) {
    const size_t images = cnn_dataset_get_info(run->train).images;
    const cnn_train_options options = {.validation = run->settings->validation,
                                       .held_out = run->validation_images};
    return cnn_train_options_held_out(&options, images);
}

bool train_fits(const train_run *run) {
    return run->folder.kind != IMAGES_IDX &&
           cnn_model_pictures(run->model, !run->settings->training.no_fit).preprocessing ==
               CNN_PREPROCESSING_MNIST;
}

size_t train_test_images(const train_run *run) {
    return run->test ? cnn_dataset_get_info(run->test).images : 0;
}

bool train_validates(const train_run *run) {
    return run->from ? cnn_checkpoint_options(run->from).held_out
                     : images_have(&run->folder, PART_VALIDATION);
}

bool train_look(train_run *run, cnn_error *error) {
    const char *part = run->folder.parts.names[PART_VALIDATION];
    if (!training_look(&run->settings->training, &run->folder, error))
        return false;
    if (!images_have(&run->folder, PART_VALIDATION))
        return true;
    if (run->settings->validation && !run->from)
        return source_refuse(error, run->folder.path,
                             "%s/ is the validation part already: leave out --validation", part);
    if (!train_validates(run))
        report_note("%s: not used: %s/; the run began without it", run->folder.path, part);
    return true;
}

/* Fits pictures as the model will take them, as for the test part. */
static bool load_validation(train_run *run, cnn_error *error) {
    const bool fit =
        run->preprocessing == CNN_PREPROCESSING_MNIST && !run->settings->training.no_fit;
    cnn_dataset *images = images_to_validate(&run->folder, fit, run->train, error);
    const bool good = images && cnn_dataset_append(run->train, images, error);
    run->validation_images = good ? cnn_dataset_get_info(images).images : 0;
    cnn_dataset_free(images);
    return good;
}

static bool begin_images(train_run *run, cnn_error *error) {
    const training_flags *flags = &run->settings->training;
    run->fit = training_fits(flags, &run->source);
    run->train = training_images_for(flags, &run->folder, &run->source, &run->normalization, error);
    if (!run->train)
        return false;
    run->preprocessing = source_preprocessing(&run->source);
    if (!source_is_model(&run->source) && run->preprocessing == CNN_PREPROCESSING_RESIZE)
        run->preprocessing = cnn_dataset_preprocessing(run->train);
    return true;
}

/* A resumed run takes the classes from its model, and treats pictures as it did before. */
static bool resume_images(train_run *run, cnn_error *error) {
    const char **names = images_names(run->model, error);
    cnn_normalization measured;
    if (names)
        run->train = training_images(&run->settings->training, &run->folder, run->fit, run->network,
                                     names, &measured, error);
    free(names);
    run->preprocessing = cnn_model_preprocessing(run->model);
    return run->train != NULL;
}

bool train_load_images(train_run *run, cnn_error *error) {
    return (run->from ? resume_images(run, error) : begin_images(run, error)) &&
           (!train_validates(run) || load_validation(run, error));
}

bool train_load_test(train_run *run, cnn_error *error) {
    const training_flags *flags = &run->settings->training;
    if (!images_have(&run->folder, PART_TEST))
        return true;
    run->test = images_to_test(&run->folder, !flags->no_fit, run->model, run->settings->test_limit,
                               NULL, error);
    return run->test;
}
