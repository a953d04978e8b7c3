/* Defines the flags for training, and translates them for optimizer, schedule and model. */
#include "training_flags.h"

#include "print.h"

#include <stdlib.h>

static const char *optimizer_name(int index) {
    return cnn_optimizer_kind_name((cnn_optimizer_kind)index);
}

static const char *schedule_name(int index) {
    return cnn_schedule_kind_name((cnn_schedule_kind)index);
}

/* In the order of cnn_init. */
static const char *init_name(int index) {
    static const char *const inits[] = {"pytorch", "kaiming-normal", "constant", NULL};
    return inits[index];
}

const option training_rows[TRAINING_ROW_COUNT] = {
    ROW_FILE(training_flags, data, OPTION_FOLDER, "--data", "DIR", "images"),
    ROW_CHOICE(training_flags, optimizer, "--optimizer", "update rule", optimizer_name),
    ROW_CHOICE(training_flags, schedule, "--schedule", "of the rate", schedule_name),
    ROW_CHOICE(training_flags, init, "--init", "first weights", init_name),
    ROW_REAL(training_flags, lr, "--lr", "0.001 (sgd: 0.01)", 0, 1e6),
    ROW_REAL(training_flags, momentum, "--momentum", "of sgd (0)", 0, 1),
    ROW_SWITCH(training_flags, nesterov, "--nesterov", "Nesterov's momentum"),
    ROW_REAL(training_flags, weight_decay, "--weight-decay", "towards zero", 0, 1e6),
    ROW_REAL(training_flags, gamma, "--gamma", "step's factor (0.1)", 0, 1e6),
    ROW_COUNT(training_flags, batch_size, "--batch-size", "images a step", 1, 1e9),
    ROW_SEED(training_flags, seed, "--seed", "weights, order"),
    ROW_REAL(training_flags, mean, "--mean", "else measured", -1000, 1000),
    ROW_REAL(training_flags, std, "--std", "else measured", 1e-6, 1000),
    ROW_COUNT(training_flags, threads, "--threads", "0: every core", 0, 1024),
    ROW_COUNT(training_flags, limit, "--limit", "first N images", 1, 1e9),
    ROW_TEXT(training_flags, backend, "--backend", "NAME", "see info --cpu"),
    ROW_REAL(training_flags, constant, "--constant", "value of --init (0)", -1e6, 1e6),
    ROW_SWITCH(training_flags, skip_bad, "--skip-bad", "unreadable PNGs"),
    ROW_SWITCH(training_flags, no_fit, "--no-fit", "only stretch PNGs"),
};

bool training_flags_agree(const training_flags *flags) {
    const char *problem = NULL;
    if (flags->optimizer != CNN_OPTIMIZER_SGD && !isnan(flags->momentum))
        problem = "--momentum counts only with --optimizer sgd";
    else if (flags->nesterov && !(flags->momentum > 0))
        problem = "--nesterov needs --optimizer sgd and --momentum above 0";
    else if (flags->schedule != CNN_SCHEDULE_STEP && !isnan(flags->gamma))
        problem = "--gamma counts only with --schedule step";
    else if (flags->init != CNN_INIT_CONSTANT && !isnan(flags->constant))
        problem = "--constant counts only with --init constant";
    if (problem)
        report_usage("%s", problem);
    return !problem;
}

cnn_optimizer training_optimizer(const training_flags *flags) {
    cnn_optimizer optimizer = CNN_OPTIMIZER_DEFAULT;
    optimizer.kind = (cnn_optimizer_kind)flags->optimizer;
    optimizer.lr = !isnan(flags->lr)                       ? flags->lr
                   : flags->optimizer == CNN_OPTIMIZER_SGD ? 0.01
                                                           : 0.001;
    optimizer.momentum = isnan(flags->momentum) ? 0 : flags->momentum;
    optimizer.nesterov = flags->nesterov;
    optimizer.weight_decay = flags->weight_decay;
    if (flags->mistake)
        cnn_mistake_make(flags->mistake, NULL, &optimizer, NULL, NULL);
    return optimizer;
}

cnn_schedule training_schedule(const training_flags *flags, uint64_t step_size,
                               uint64_t total_steps) {
    cnn_schedule schedule = CNN_SCHEDULE_DEFAULT;
    schedule.kind = (cnn_schedule_kind)flags->schedule;
    schedule.gamma = isnan(flags->gamma) ? schedule.gamma : flags->gamma;
    schedule.step_size = step_size;
    schedule.total_steps = total_steps;
    return schedule;
}

bool training_flags_agree_with(const training_flags *flags, const source *source) {
    const bool init = flags->init != CNN_INIT_PYTORCH, model = source->file;
    const bool normalized = !isnan(flags->mean) || !isnan(flags->std);
    if (!source_trained(source) || (!init && !(model && normalized)))
        return true;
    report_usage(
        model ? "--mean, --std and --init count only with a network text: a model has its own"
              : "--init draws first weights, --weights brings them: choose one");
    return false;
}

cnn_model_options training_options(const training_flags *flags) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = flags->batch_size;
    options.threads = flags->threads;
    options.seed = flags->seed;
    options.backend = flags->backend;
    options.init = (cnn_init)flags->init;
    options.constant = isnan(flags->constant) ? 0 : (float)flags->constant;
    options.normalization = (cnn_normalization){(float)flags->mean, (float)flags->std};
    if (flags->mistake)
        cnn_mistake_make(flags->mistake, &options, NULL, NULL, NULL);
    return options;
}

static cnn_normalization normalization_of(const training_flags *flags, const cnn_dataset *images) {
    cnn_normalization normalization = training_options(flags).normalization;
    if (!isnan(normalization.mean) && !isnan(normalization.std))
        return normalization;
    const cnn_normalization measured = cnn_dataset_measure(images);
    if (isnan(normalization.mean))
        normalization.mean = measured.mean;
    if (isnan(normalization.std))
        normalization.std = measured.std;
    return normalization;
}

bool training_look(const training_flags *flags, images_folder *folder, cnn_error *error) {
    return images_look(folder, flags->data, flags->skip_bad, error);
}

bool training_fits(const training_flags *flags, const source *source) {
    return source_preprocessing(source) == CNN_PREPROCESSING_MNIST && !flags->no_fit;
}

cnn_dataset *training_images_for(const training_flags *flags, const images_folder *folder,
                                 const source *source, cnn_normalization *normalization,
                                 cnn_error *error) {
    const char **names;
    if (!source_names(source, &names, error))
        return NULL;
    cnn_dataset *images = training_images(flags, folder, training_fits(flags, source),
                                          source->network, names, normalization, error);
    free(names);
    return images;
}

cnn_dataset *training_images(const training_flags *flags, const images_folder *folder, bool fit,
                             const cnn_network *network, const char *const *names,
                             cnn_normalization *normalization, cnn_error *error) {
    cnn_dataset *images = images_to_train(folder, fit, network, names, error);
    if (!images)
        return NULL;
    *normalization = normalization_of(flags, images);
    if (flags->limit && !cnn_dataset_truncate(images, flags->limit, error)) {
        cnn_dataset_free(images);
        return NULL;
    }
    if (flags->mistake)
        cnn_mistake_make(flags->mistake, NULL, NULL, images, NULL);
    return images;
}

const char *training_optimizer_name(const training_flags *flags) {
    return optimizer_name(flags->optimizer);
}

const char *training_schedule_name(const training_flags *flags) {
    return schedule_name(flags->schedule);
}
