/* Removes printed lines. They are found on a reduced copy, so that they may be slightly bent, and
 * removed from the plane. Each pass handles lines within 45 degrees of vertical; a second pass on
 * the transposed plane handles the others. */
#include "ruling.h"

#include "levels.h"
#include "memory.h"
#include "opening.h"
#include "runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The longer side of the reduced copy. */
#define SMALL 256
/* In smaller planes, such as MNIST's, strokes are as thin as lines. */
#define LEAST_SIDE 48
/* A line is at most the shorter side divided by this, plus one pixel, wide. */
#define WIDTH_PART 24
/* The ground of a line is wider than the shorter side divided by this. */
#define GROUND_PART 3
/* A line differs from its ground by more than this many standard deviations of the grain plus this
 * many levels. */
#define FAR 3.0
#define THINNEST 3.0
/* Fraction of a line's pixels that must be dark, the line itself or a stroke across it; fraction
 * that must be bare line; fraction that must be dark at each end, which is the length divided by
 * END_PART. */
#define DARK 0.88
#define BARE 0.2
#define END_PART 20
#define END_DARK 0.5
/* Anything this many times as strong as the line is a stroke along it. */
#define STRONGER 1.4

/* The search for one brightness and direction; ink is up. */
typedef struct work {
    plane *plane;
    struct plane thin; /* the part of each value that is no wider than a line */
    size_t part;       /* pixels of the plane per pixel of the maps, along one axis */
    size_t height, width, radius;
    bool *dark, *bare; /* [height][width]: above the ground; no wider than a line */
} work;

/* Subtracts everything wider than a window, or wider within the row. */
static bool stand_out(const plane *plane, size_t radius, bool in_row, struct plane *out,
                      cnn_error *error) {
    if (!plane_copy(plane, out, error))
        return false;
    const bool ok =
        in_row ? open_rows(out, radius, error) : open_squares(out, radius, false, error);
    for (size_t i = 0; i < plane->height * plane->width; i++)
        out->values[i] = plane->values[i] - out->values[i];
    return ok;
}

/* Sets a pixel and its two neighbors in the row if it is above the noise and at least half of
 * `beside`. */
static void set_map(bool *map, const plane *out, const plane *beside, double grain) {
    const size_t width = out->width;
    /* More than a quarter of the plane is paper. */
    const double least = levels_below(out, 4) + FAR * grain + THINNEST;
    for (size_t i = 0; i < out->height * width; i++)
        if (out->values[i] > least && 2 * out->values[i] > beside->values[i]) {
            map[i] = true;
            map[i % width ? i - 1 : i] = true;
            map[(i + 1) % width ? i + 1 : i] = true;
        }
}

static bool set_maps(work *work, const plane *small, cnn_error *error) {
    const size_t shorter = plane_shorter(small), all = small->height * small->width;
    const double grain = levels_grain(small);
    plane wide = {0}, narrow = {0};
    work->height = small->height;
    work->width = small->width;
    work->radius = shorter / WIDTH_PART / 2 + 1;
    work->dark = memory_new(all, sizeof *work->dark, error);
    work->bare = work->dark ? memory_new(all, sizeof *work->bare, error) : NULL;
    const bool ok = work->bare &&
                    stand_out(small, shorter / GROUND_PART / 2 + 1, false, &wide, error) &&
                    stand_out(small, work->radius, true, &narrow, error);
    if (ok) {
        set_map(work->dark, &wide, &wide, grain);
        set_map(work->bare, &narrow, &wide, grain);
    }
    free(wide.values);
    free(narrow.values);
    return ok;
}

static bool is_set(const bool *map, const work *work, const run *run, size_t y) {
    const double x = run_column(run, y);
    return x >= 0 && x < (double)work->width && map[y * work->width + (size_t)x];
}

/* Lines along the edge of the picture are usually the edge of something. */
static bool along_edge(const work *work, const run *run) {
    const double near = 2, far = (double)(work->width - 1) - near;
    const double last = run->first + run->slope * (double)(work->height - 1);
    return (run->first < near && last < near) || (run->first > far && last > far);
}

/* The number of set rows in a range. */
static size_t count_set(const bool *map, const work *work, const run *run, size_t from,
                        size_t end) {
    size_t count = 0;
    for (size_t y = from; y < end; y++)
        count += is_set(map, work, run, y);
    return count;
}

/* `any`: accept lines along the edge. */
static bool is_line(const work *work, const run *run, bool any) {
    const size_t top = run->top, bottom = run->bottom, end = (bottom - top) / END_PART + 1;
    const double all = (double)(bottom - top), least = END_DARK * (double)end;
    return (any || !along_edge(work, run)) &&
           (double)count_set(work->dark, work, run, top, top + end) >= least &&
           (double)count_set(work->dark, work, run, bottom - end, bottom) >= least &&
           (double)count_set(work->bare, work, run, top, bottom) >= BARE * all &&
           (double)count_set(work->dark, work, run, top, bottom) >= DARK * all;
}

/* The columns of a row that may belong to the line; false if it has none. */
static bool reach(const work *work, const run *run, size_t y, size_t part, size_t *from,
                  size_t *end) {
    const double row = ((double)y + 0.5) / (double)part - 0.5;
    const double middle = (run->first + run->slope * row + 0.5) * (double)part;
    const double off = (double)((work->radius + 2) * part);
    const double width = (double)(part == 1 ? work->width : work->plane->width);
    const double low = fmax(0, ceil(middle - off)), high = fmin(width, floor(middle + off) + 1);
    *from = (size_t)low;
    *end = (size_t)fmax(low, high);
    return low < high;
}

static int compare(const void *one, const void *other) {
    const float a = *(const float *)one, b = *(const float *)other;
    return a < b ? -1 : a > b;
}

/* The median difference between the line and its ground, over its rows. */
static bool strength_of(const work *work, const run *run, double *strength, cnn_error *error) {
    float *most = memory_new(work->plane->height, sizeof *most, error);
    size_t from, end, count = 0;
    if (!most)
        return false;
    for (size_t y = 0; y < work->plane->height; y++)
        if (reach(work, run, y, work->part, &from, &end) &&
            is_set(work->bare, work, run, y / work->part)) {
            for (size_t x = from; x < end; x++)
                most[count] = fmaxf(most[count], work->thin.values[y * work->plane->width + x]);
            count++;
        }
    qsort(most, count, sizeof *most, compare);
    *strength = count ? most[count / 2] : 0;
    free(most);
    return true;
}

static bool rub_out(const work *work, const run *run, cnn_error *error) {
    const size_t width = work->plane->width;
    size_t from, end;
    double strength;
    if (!strength_of(work, run, &strength, error))
        return false;
    for (size_t y = 0; y < work->plane->height; y++)
        if (reach(work, run, y, work->part, &from, &end))
            for (size_t i = y * width + from; i < y * width + end; i++)
                if (work->thin.values[i] <= STRONGER * strength) {
                    work->plane->values[i] -= work->thin.values[i];
                    work->thin.values[i] = 0;
                }
    /* Clears the line's pixels, so that no other line is found there. */
    for (size_t y = 0; y < work->height; y++)
        if (reach(work, run, y, 1, &from, &end))
            memset(work->bare + y * work->width + from, false, end - from);
    return true;
}

/* Computes the thin structures of the plane, once. */
static bool set_thin(work *work, cnn_error *error) {
    return work->thin.values || stand_out(work->plane, work->radius * work->part + work->part / 2,
                                          true, &work->thin, error);
}

/* Transposes and negates the plane as the maps were, or back. */
static bool lay(work *work, bool lying, bool light, cnn_error *error) {
    if (!light)
        plane_negate(work->plane);
    return !lying || plane_transpose(work->plane, error);
}

/* Lines along the edge count as lines if there are others. */
static bool rub_out_all(work *work, const run *runs, size_t all, size_t *count, cnn_error *error) {
    bool ok = true;
    for (int any = 0; any < 2; any++)
        for (size_t i = 0; ok && i < all; i++)
            if (is_line(work, &runs[i], any)) {
                ok = set_thin(work, error) && rub_out(work, &runs[i], error);
                ++*count;
            }
    return ok;
}

static bool any_line(const work *work, const run *runs, size_t all) {
    for (size_t i = 0; i < all; i++)
        if (is_line(work, &runs[i], false))
            return true;
    return false;
}

/* Transposes the plane only if there is a line. */
static bool one_way(plane *plane, bool lying, bool light, size_t *count, cnn_error *error) {
    work work = {.plane = plane};
    struct plane small;
    run *runs = NULL;
    size_t all = 0;
    if (!plane_shrink(plane, SMALL, &small, &work.part, error))
        return false;
    if (!light)
        plane_negate(&small);
    bool ok = (!lying || plane_transpose(&small, error)) && set_maps(&work, &small, error) &&
              runs_find(work.dark, work.height, work.width, DARK, &runs, &all, error);
    if (ok && any_line(&work, runs, all))
        ok = lay(&work, lying, light, error) && rub_out_all(&work, runs, all, count, error) &&
             lay(&work, lying, light, error);
    free(runs);
    free(small.values);
    free(work.thin.values);
    free(work.dark);
    free(work.bare);
    return ok;
}

bool ruling_rub_out(plane *plane, size_t *count, cnn_error *error) {
    *count = 0;
    if (plane_shorter(plane) < LEAST_SIDE)
        return true;
    for (int i = 0; i < 4; i++)
        if (!one_way(plane, i % 2, i / 2, count, error))
            return false;
    return true;
}
