/* The flags of commands that use a model as it is: weights for a network text, and the
 * normalization of pixels if the weights do not have it. */
#ifndef CLI_WEIGHTS_FLAGS_H
#define CLI_WEIGHTS_FLAGS_H

#include "options.h"
#include "source.h"

/* NaN: not given. */
typedef struct weights_flags {
    const char *weights;
    double mean, std;
} weights_flags;

#define WEIGHTS_FLAGS_DEFAULT                                                                      \
    { .mean = NAN, .std = NAN }

/* Add them with option_group {WEIGHTS_ROWS, offset of the struct}. */
#define WEIGHTS_ROW_COUNT 3
extern const option weights_rows[WEIGHTS_ROW_COUNT];
#define WEIGHTS_ROWS weights_rows, WEIGHTS_ROW_COUNT

/* False if flags contradict each other, which is reported. */
bool weights_flags_agree(const weights_flags *flags);

/* Makes the model of a source that was opened with these weights. */
cnn_model *weights_model(const source *source, const weights_flags *flags,
                         const cnn_model_options *options, cnn_error *error);

#endif
