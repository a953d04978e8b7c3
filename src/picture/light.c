/* Fits a polynomial of second degree to the pixels that look like paper, in rounds that exclude
 * outliers. */
#include "light.h"

#include <math.h>
#include <string.h>

/* The rim's width as a fraction of the shorter side, at least one pixel. */
#define RIM_PART 16
/* In larger planes this many rows and columns, evenly spaced, are enough. */
#define SAMPLES 100
/* Rounds of fitting and excluding outliers. */
#define RIM_ROUNDS 6
#define PLANE_ROUNDS 4
/* Pixels further off than this many standard deviations are not paper, unless within this many
 * levels, for finer grain. */
#define FAR 3.0
#define RIM_LEAST 2.0
#define PLANE_LEAST 12.0
/* A histogram of distances, with bins of a quarter of a level. */
#define BINS 1024
#define BINS_PER_LEVEL 4
/* Ratio of standard deviation to median distance from the mean, for a normal distribution. */
#define DEVIATION_PER_MEDIAN 1.4826
/* Keeps the system solvable for planes too small for six terms; far below the weight of any
 * pixel. */
#define RIDGE 1e-9

static void terms_at(const plane *plane, size_t y, size_t x, double terms[LIGHT_TERMS]) {
    const double v = (2.0 * (double)y + 1) / (double)plane->height - 1;
    const double u = (2.0 * (double)x + 1) / (double)plane->width - 1;
    const double all[LIGHT_TERMS] = {1, u, v, u * u, u * v, v * v};
    memcpy(terms, all, sizeof all);
}

double light_at(const light *light, const plane *plane, size_t y, size_t x) {
    double terms[LIGHT_TERMS], sum = 0;
    terms_at(plane, y, x, terms);
    for (size_t i = 0; i < LIGHT_TERMS; i++)
        sum += light->terms[i] * terms[i];
    return sum;
}

/* The pixels used in a round: those of the rim or of the entire plane within `cut` of the current
 * light. */
typedef struct choice {
    const plane *plane;
    size_t rim;  /* its width; 0: the entire plane */
    size_t step; /* between sampled rows or columns */
    double cut;
} choice;

static bool chosen(const choice *choice, const light *light, size_t y, size_t x, double *off) {
    const size_t height = choice->plane->height, width = choice->plane->width, rim = choice->rim;
    if (rim && y >= rim && x >= rim && y + rim < height && x + rim < width)
        return false;
    *off = choice->plane->values[y * width + x] - light_at(light, choice->plane, y, x);
    return fabs(*off) <= choice->cut;
}

/* The median bin of a histogram. */
static size_t middle_bin(const size_t bins[BINS]) {
    size_t all = 0, below = 0, bin = 0;
    for (size_t i = 0; i < BINS; i++)
        all += bins[i];
    while (bin + 1 < BINS && 2 * (below + bins[bin]) < all)
        below += bins[bin++];
    return bin;
}

/* The standard deviation from the median, which a few lines of ink do not affect. */
static double noise_of(const choice *choice, const light *light) {
    size_t bins[BINS] = {0};
    double off;
    for (size_t y = 0; y < choice->plane->height; y += choice->step)
        for (size_t x = 0; x < choice->plane->width; x += choice->step)
            if (chosen(choice, light, y, x, &off)) {
                const double bin = fabs(off) * BINS_PER_LEVEL;
                bins[bin < BINS - 1 ? (size_t)bin : BINS - 1]++;
            }
    return DEVIATION_PER_MEDIAN * (double)middle_bin(bins) / BINS_PER_LEVEL;
}

/* The initial estimate: constant light, the median of the rim. */
static light even_light(const choice *choice) {
    size_t bins[BINS] = {0};
    light light = {.noise = 0};
    double level;
    for (size_t y = 0; y < choice->plane->height; y += choice->step)
        for (size_t x = 0; x < choice->plane->width; x += choice->step)
            if (chosen(choice, &light, y, x, &level))
                bins[(size_t)(level * BINS_PER_LEVEL)]++;
    light.terms[0] = (double)middle_bin(bins) / BINS_PER_LEVEL;
    return light;
}

/* Gaussian elimination without pivoting: the normal matrix with the ridge on its diagonal is
 * positive definite. */
static void solve(double a[LIGHT_TERMS][LIGHT_TERMS + 1], double x[LIGHT_TERMS]) {
    for (size_t i = 0; i < LIGHT_TERMS; i++)
        for (size_t k = i + 1; k < LIGHT_TERMS; k++) {
            const double factor = a[k][i] / a[i][i];
            for (size_t j = i; j <= LIGHT_TERMS; j++)
                a[k][j] -= factor * a[i][j];
        }
    for (size_t i = LIGHT_TERMS; i-- > 0;) {
        x[i] = a[i][LIGHT_TERMS];
        for (size_t j = i + 1; j < LIGHT_TERMS; j++)
            x[i] -= a[i][j] * x[j];
        x[i] /= a[i][i];
    }
}

/* Adds the least squares fit of the residuals of the chosen pixels to the light. */
static void improve(const choice *choice, light *light) {
    double a[LIGHT_TERMS][LIGHT_TERMS + 1] = {{0}}, terms[LIGHT_TERMS + 1], change[LIGHT_TERMS];
    for (size_t y = 0; y < choice->plane->height; y += choice->step)
        for (size_t x = 0; x < choice->plane->width; x += choice->step)
            if (chosen(choice, light, y, x, &terms[LIGHT_TERMS])) {
                terms_at(choice->plane, y, x, terms);
                for (size_t i = 0; i < LIGHT_TERMS; i++)
                    for (size_t j = 0; j <= LIGHT_TERMS; j++)
                        a[i][j] += terms[i] * terms[j];
            }
    for (size_t i = 0; i < LIGHT_TERMS; i++)
        a[i][i] += RIDGE;
    solve(a, change);
    for (size_t i = 0; i < LIGHT_TERMS; i++)
        light->terms[i] += change[i];
}

static double at_least(double value, double least) {
    return value > least ? value : least;
}

light light_of(const plane *plane) {
    const size_t shorter = plane->height < plane->width ? plane->height : plane->width;
    const size_t longer = plane->height < plane->width ? plane->width : plane->height;
    choice choice = {plane, shorter / RIM_PART + 1, (longer + SAMPLES - 1) / SAMPLES, 256};
    light light = even_light(&choice);
    for (size_t round = 0; round < RIM_ROUNDS + PLANE_ROUNDS; round++) {
        light.noise = noise_of(&choice, &light);
        choice.cut = at_least(FAR * light.noise, round < RIM_ROUNDS ? RIM_LEAST : PLANE_LEAST);
        if (round >= RIM_ROUNDS)
            choice.rim = 0;
        improve(&choice, &light);
    }
    light.noise = noise_of(&choice, &light);
    return light;
}

void light_take_off(const light *light, plane *plane) {
    for (size_t y = 0; y < plane->height; y++)
        for (size_t x = 0; x < plane->width; x++)
            plane->values[y * plane->width + x] -= (float)light_at(light, plane, y, x);
}
