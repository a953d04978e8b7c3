/* Computes medians and other quantiles of a plane from histograms, in one pass. */
#include "levels.h"

#include <math.h>

/* One in this many pixels may have any strength: the strongest of the others counts. */
#define STRAY 10000
#define LEVELS 256
/* A histogram with bins of a quarter of a level. */
#define BINS 2048
#define BINS_PER_LEVEL 4
/* Ratio of standard deviation to median distance from the mean, for a normal distribution. */
#define DEVIATION_PER_MEDIAN 1.4826

/* The number of values in each level; values below 0 are not counted. */
static void count_levels(const plane *plane, size_t levels[LEVELS]) {
    for (size_t i = 0; i < plane->height * plane->width; i++) {
        const float value = plane->values[i];
        if (value >= 0)
            levels[value < LEVELS - 1 ? (size_t)value : LEVELS - 1]++;
    }
}

/* The highest level that at least `count` values reach. */
static size_t level_reached(const size_t levels[LEVELS], size_t count) {
    size_t level = LEVELS - 1, above = levels[level];
    while (level && above < count)
        above += levels[--level];
    return level;
}

double levels_strength(const plane *plane, double *strongest) {
    size_t levels[LEVELS] = {0}, strong = 0;
    count_levels(plane, levels);
    const size_t top = level_reached(levels, plane->height * plane->width / STRAY + 1);
    for (size_t level = top / 2; level < LEVELS; level++)
        strong += levels[level];
    *strongest = (double)top;
    return (double)level_reached(levels, strong / 2 + 1);
}

/* A histogram of levels from 0 up. */
typedef struct histogram {
    size_t all, bins[BINS];
} histogram;

static void add(histogram *histogram, double value) {
    const double bin = value * BINS_PER_LEVEL;
    histogram->bins[bin < 0 ? 0 : bin < BINS - 1 ? (size_t)bin : BINS - 1]++;
    histogram->all++;
}

/* The level below which one of `part` values is. */
static double below(const histogram *histogram, size_t part) {
    size_t count = 0, bin = 0;
    while (bin + 1 < BINS && part * (count + histogram->bins[bin]) < histogram->all)
        count += histogram->bins[bin++];
    return (double)bin / BINS_PER_LEVEL;
}

double levels_below(const plane *plane, size_t part) {
    histogram histogram = {0};
    for (size_t i = 0; i < plane->height * plane->width; i++)
        add(&histogram, plane->values[i]);
    return below(&histogram, part);
}

double levels_noise(const plane *plane) {
    histogram histogram = {0};
    for (size_t i = 0; i < plane->height * plane->width; i++)
        add(&histogram, fabs(plane->values[i]));
    return DEVIATION_PER_MEDIAN * below(&histogram, 2);
}

double levels_grain(const plane *plane) {
    histogram histogram = {0};
    for (size_t y = 0; y < plane->height; y++)
        for (size_t x = 0; x + 1 < plane->width; x++) {
            const float *value = &plane->values[y * plane->width + x];
            add(&histogram, fabs(value[1] - value[0]));
        }
    return DEVIATION_PER_MEDIAN * below(&histogram, 2) / sqrt(2);
}

bool levels_mostly_above(const plane *plane, double least) {
    double above = 0, below = 0;
    for (size_t i = 0; i < plane->height * plane->width; i++) {
        const double value = plane->values[i];
        above += value > least ? value : 0;
        below -= value < -least ? value : 0;
    }
    return above > below;
}
