/* cnn gradcheck --at: one number nudged by smaller and smaller steps, the whole network in double.
 */
#ifndef CLI_SLOPE_REPORT_H
#define CLI_SLOPE_REPORT_H

#include "one_image.h"
#include "source.h"

typedef struct slope_settings {
    const char *network, *at;
    const char *image; /* NULL: one is drawn by the seed, and its class too */
    const one_image_flags *flags;
    uint64_t seed; /* of that, and of the weights of a network text */
    bool json;
} slope_settings;

/* Returns an exit code. */
int slope_report(const slope_settings *settings, const source *source);

#endif
