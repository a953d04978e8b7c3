/* cnn doctor: reads its flags and sets up the examination. */
#include "commands.h"
#include "doctor_report.h"
#include "json_line.h"
#include "mistake_names.h"
#include "print.h"

static const option doctor_rows[] = {
    ROW_FILE(doctor_settings, network, OPTION_INPUT, NULL, "NETWORK",
             "text file, or a model with its weights"),
    ROW_FILE(doctor_settings, weights, OPTION_INPUT, "--weights", "FILE", "for a text"),
    ROW_TEXT(doctor_settings, training.mistake, "--break", "NAME", "see help mistakes"),
    ROW_SWITCH(doctor_settings, json, "--json", "one JSON object"),
};

static const option_group doctor_groups[] = {
    {OPTION_ROWS(doctor_rows), 0},
    {TRAINING_ROWS, offsetof(doctor_settings, training)},
    {NULL, 0, 0},
};
static const char *const doctor_notes[] = {
    "",
    "Takes seconds. Exit code 0 whatever is found: see docs/doctor.md.",
    NULL,
};
static const char *const doctor_examples[] = {
    "cnn doctor networks/simple.net --lr 0.1",
    "cnn doctor networks/scratch.net --limit 1000 --optimizer sgd --json",
    NULL,
};
static const doctor_settings doctor_defaults = {
    .network = SOURCE_NETWORK,
    .training = TRAINING_FLAGS_DEFAULT,
};

/* Loads the images that training would use. */
static bool take_images(doctor_case *one, cnn_normalization *measured, cnn_error *error) {
    const training_flags *flags = &one->settings->training;
    images_folder folder;
    if (!training_look(flags, &folder, error))
        return false;
    one->fit = training_fits(flags, &one->source) && folder.kind != IMAGES_IDX;
    one->images = training_images_for(flags, &folder, &one->source, measured, error);
    return one->images;
}

/* Advice names the flags of the command line. */
static cnn_doctor_options options_of(const training_flags *flags, cnn_normalization measured) {
    cnn_doctor_options options = {.model = training_options(flags),
                                  .optimizer = training_optimizer(flags),
                                  .schedule = training_schedule(flags, 0, 0),
                                  .setting_names = {[CNN_SETTING_LR] = "--lr",
                                                    [CNN_SETTING_MOMENTUM] = "--momentum",
                                                    [CNN_SETTING_WEIGHT_DECAY] = "--weight-decay",
                                                    [CNN_SETTING_GAMMA] = "--gamma",
                                                    [CNN_SETTING_BATCH_SIZE] = "--batch-size",
                                                    [CNN_SETTING_INIT] = "--init",
                                                    [CNN_SETTING_MEAN] = "--mean",
                                                    [CNN_SETTING_STD] = "--std",
                                                    [CNN_SETTING_DATA] = "--data"}};
    options.model.normalization = measured;
    return options;
}

/* Reads the weights of the source into a model no larger than necessary; *trained is NULL if it has
 * none. */
static bool read_weights(const doctor_case *one, const cnn_normalization *measured,
                         cnn_model **trained, cnn_error *error) {
    cnn_model_options small = training_options(&one->settings->training);
    small.batch_size = small.threads = 1;
    *trained = NULL;
    if (!source_trained(&one->source))
        return true;
    *trained = source_model(&one->source, &small, measured, error);
    return *trained;
}

/* Starts as training would. */
static bool accept_case(doctor_case *one, cnn_error *error) {
    const training_flags *flags = &one->settings->training;
    cnn_normalization measured;
    cnn_model *trained;
    if (!source_trainable(one->source.network, one->settings->network, error) ||
        !take_images(one, &measured, error) || !read_weights(one, &measured, &trained, error))
        return false;
    const cnn_doctor_options options = options_of(flags, measured);
    one->doctor = cnn_doctor_create(one->source.network, trained, one->images, &options, error);
    cnn_model_free(trained);
    if (one->doctor)
        report_threads(cnn_doctor_model(one->doctor), flags->threads);
    return one->doctor;
}

static bool examine(doctor_case *one, cnn_error *error) {
    if (!accept_case(one, error))
        return false;
    if (!one->settings->json)
        report_head(one);
    return cnn_doctor_examine(one->doctor, error);
}

static int doctor_run(const void *values, const char *program) {
    (void)program;
    doctor_case one = {.settings = values};
    const doctor_settings *settings = values;
    cnn_error error;
    int code = 0;
    if (!training_flags_agree(&settings->training))
        return EXIT_USAGE;
    if (settings->training.mistake && !mistake_names_check(settings->training.mistake))
        return EXIT_FAILED;
    if (!source_open(&one.source, settings->network, settings->weights, &error))
        return report_cnn_error(&error);
    if (!training_flags_agree_with(&settings->training, &one.source))
        code = EXIT_USAGE;
    else if (!examine(&one, &error))
        code = report_cnn_error(&error);
    else if (settings->json)
        code = json_line_print(report_json(&one));
    else
        report_findings(one.doctor), report_end(one.doctor);
    cnn_doctor_free(one.doctor);
    cnn_dataset_free(one.images);
    source_close(&one.source);
    return code;
}

const cli_command command_doctor = {
    .name = "doctor",
    .summary = "Finds out why a network does not learn.",
    .groups = doctor_groups,
    .notes = doctor_notes,
    .examples = doctor_examples,
    .defaults = &doctor_defaults,
    .size = sizeof(doctor_settings),
    .run = doctor_run,
};
