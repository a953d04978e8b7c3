/* The training by somebody's own layers as a part of cnn train. */
#include "print.h"
#include "train_run.h"
#include "train_with.h"

bool train_beside_flags(const train_run *run) {
    const train_settings *settings = run->settings;
    if (!settings->with || !(settings->training.mistake || settings->checkpoint ||
                             settings->every || settings->validation > 0))
        return true;
    report_usage("--with excludes --break, --checkpoint, --every and --validation");
    return false;
}

bool train_beside_begin(train_run *run, cnn_error *error) {
    const train_settings *settings = run->settings;
    if (!settings->with)
        return true;
    run->with = train_with_open(settings->with, run->model,
                                (cnn_optimizer_kind)settings->training.optimizer, error);
    return run->with;
}

bool train_beside_finish(train_run *run, cnn_error *error) {
    if (!run->with || !run->finished)
        return true;
    if (!train_with_finish(run->with, run->model, run->test, error))
        return false;
    train_with_end(run->with, train_epoch(run, run->finished - 1)->test_accuracy,
                   run->settings->json ? stderr : stdout);
    return true;
}
