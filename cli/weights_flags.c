/* Defines the flags for weights, and makes the model that they describe. */
#include "weights_flags.h"

#include "print.h"

#include <math.h>

const option weights_rows[WEIGHTS_ROW_COUNT] = {
    ROW_FILE(weights_flags, weights, OPTION_INPUT, "--weights", "FILE",
             "for a network text in MODEL's place"),
    ROW_REAL(weights_flags, mean, "--mean", "if they do not say", -1000, 1000),
    ROW_REAL(weights_flags, std, "--std", "if they do not say", 1e-6, 1000),
};

bool weights_flags_agree(const weights_flags *flags) {
    if (flags->weights || (isnan(flags->mean) && isnan(flags->std)))
        return true;
    report_usage("--mean and --std go with --weights: a model has its own");
    return false;
}

cnn_model *weights_model(const source *source, const weights_flags *flags,
                         const cnn_model_options *options, cnn_error *error) {
    cnn_model_options used = *options;
    used.normalization = (cnn_normalization){(float)flags->mean, (float)flags->std};
    return source_model(source, &used, NULL, error);
}
