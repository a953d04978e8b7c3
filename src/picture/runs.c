/* Sums along lines by Brady's fast discrete Radon transform, "A fast discrete approximation
 * algorithm for the Radon transform", 1998: a line through 2 n rows is a line through the upper n
 * and one through the lower n, each with half the shift, recursively down to single rows. So n rows
 * of n columns take n n log n sums. A sum stays within one or two pixels of its straight line. */
#include "runs.h"

#include "memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums for one sign of the slope. */
typedef struct sums {
    size_t rows,
        columns; /* rows: a power of two; columns: those of the map, with `rows` before them */
    uint16_t *now, *next; /* [strip][shift][column], as many strips and shifts as rows */
} sums;

static size_t power_above(size_t count) {
    size_t power = 1;
    while (power < count)
        power *= 2;
    return power;
}

/* upper and lower have `high` rows; a line of shift l moves l columns right by the last row. */
static void join(const sums *s, const uint16_t *upper, const uint16_t *lower, size_t high,
                 uint16_t *joint) {
    for (size_t lean = 0; lean < 2 * high; lean++) {
        const uint16_t *a = upper + lean / 2 * s->columns, *b = lower + lean / 2 * s->columns;
        const size_t shift = (lean + 1) / 2;
        uint16_t *to = joint + lean * s->columns;
        for (size_t x = 0; x + shift < s->columns; x++)
            to[x] = (uint16_t)(a[x] + b[x + shift]);
        for (size_t x = s->columns - shift; x < s->columns; x++)
            to[x] = a[x];
    }
}

static void add_up(sums *s) {
    for (size_t high = 1; high < s->rows; high *= 2) {
        for (size_t row = 0; row < s->rows; row += 2 * high) {
            const uint16_t *upper = s->now + row * s->columns;
            join(s, upper, upper + high * s->columns, high, s->next + row * s->columns);
        }
        uint16_t *swap = s->now;
        s->now = s->next;
        s->next = swap;
    }
}

static void set_map(sums *s, const bool *map, size_t height, size_t width, bool mirrored) {
    memset(s->now, 0, s->rows * s->columns * sizeof *s->now);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            s->now[y * s->columns + s->rows + (mirrored ? width - 1 - x : x)] = map[y * width + x];
}

double run_column(const run *run, size_t y) {
    return floor(run->first + run->slope * (double)y + 0.5);
}

/* Sets the range of rows in which the run is inside. */
static void cut(run *run, size_t height, size_t width) {
    const double end = (double)width - 0.5;
    double top = 0, bottom = (double)height;
    if (run->slope > 0) {
        top = fmax(0, ceil((-0.5 - run->first) / run->slope));
        bottom = fmin(bottom, ceil((end - run->first) / run->slope));
    } else if (run->slope < 0) {
        top = fmax(0, ceil((end - run->first) / run->slope));
        bottom = fmin(bottom, ceil((-0.5 - run->first) / run->slope));
    }
    run->top = (size_t)top;
    run->bottom = bottom > top ? (size_t)bottom : run->top;
}

/* Appends the lines found to runs[*count]; only counts them if runs is NULL. */
static void collect(const sums *s, size_t height, size_t width, bool mirrored, double least,
                    run *runs, size_t *count) {
    for (size_t lean = mirrored; lean < s->rows; lean++)
        for (size_t x = 0; x < s->columns; x++) {
            const uint16_t sum = s->now[lean * s->columns + x];
            if (2 * (double)sum < least * (double)height)
                continue;
            const double first = (double)x - (double)s->rows;
            const double slope = (double)lean / (double)(s->rows > 1 ? s->rows - 1 : 1);
            run run = {.first = mirrored ? (double)width - 1 - first : first,
                       .slope = mirrored ? -slope : slope,
                       .count = sum};
            cut(&run, height, width);
            if (2 * (run.bottom - run.top) < height ||
                (double)sum < least * (double)(run.bottom - run.top))
                continue;
            if (runs)
                runs[*count] = run;
            ++*count;
        }
}

/* By count, then by position, so that the order is the same everywhere. */
static int compare(const void *one, const void *other) {
    const run *a = one, *b = other;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    if (a->slope != b->slope)
        return a->slope < b->slope ? -1 : 1;
    return a->first < b->first ? -1 : a->first > b->first;
}

/* Both signs of the slope: once to count, once to store. */
static bool find(sums *s, const bool *map, size_t height, size_t width, double least, run **runs,
                 size_t *count, cnn_error *error) {
    for (int keep = 0; keep < 2; keep++) {
        if (keep && !(*runs = memory_new(*count, sizeof **runs, error)))
            return false;
        *count = 0;
        for (int mirrored = 0; mirrored < 2; mirrored++) {
            set_map(s, map, height, width, mirrored);
            add_up(s);
            collect(s, height, width, mirrored, least, *runs, count);
        }
        if (!keep && *count == 0)
            break;
    }
    if (*count)
        qsort(*runs, *count, sizeof **runs, compare);
    return true;
}

bool runs_find(const bool *map, size_t height, size_t width, double least, run **runs,
               size_t *count, cnn_error *error) {
    sums s = {.rows = power_above(height)};
    s.columns = s.rows + width;
    *runs = NULL;
    *count = 0;
    s.now = memory_new(s.rows * s.columns, sizeof *s.now, error);
    s.next = s.now ? memory_new(s.rows * s.columns, sizeof *s.next, error) : NULL;
    const bool ok = s.next && find(&s, map, height, width, least, runs, count, error);
    free(s.now);
    free(s.next);
    return ok;
}
