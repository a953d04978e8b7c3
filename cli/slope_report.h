/* cnn gradcheck --at: moves one number by smaller and smaller steps, the network in double. */
#ifndef CLI_SLOPE_REPORT_H
#define CLI_SLOPE_REPORT_H

#include "one_image.h"
#include "source.h"

typedef struct slope_settings {
    const char *network, *at;
    const char *image; /* NULL: a random one, and a random class */
    const one_image_flags *flags;
    uint64_t seed; /* for that, and for the weights of a network text */
    bool json;
} slope_settings;

/* Returns an exit code. */
int slope_report(const slope_settings *settings, const source *source);

#endif
