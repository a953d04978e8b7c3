/* Lines on the paper are removed and shadows taken off; the drawing stays. Whether a network then
 * reads it: test_drawn.c. */
#include "allocations.h"
#include "idx_blobs.h"
#include "ink.h"
#include "opening.h"
#include "random.h"
#include "ruling.h"
#include "runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 120, WIDTH = 90 };

/* The highest level that all of some window around a place reach, by trying them all. */
static float opened(const float *values, long y, long x, long radius, bool whole) {
    float best = -INFINITY;
    for (long row = y - radius; row <= y + radius; row++)
        for (long column = x - radius; column <= x + radius; column++) {
            float least = INFINITY;
            if (row < 0 || column < 0 || row >= HEIGHT || column >= WIDTH)
                continue;
            for (long v = row - radius; v <= row + radius; v++)
                for (long u = column - radius; u <= column + radius; u++)
                    if (v >= 0 && u >= 0 && v < HEIGHT && u < WIDTH)
                        least = fminf(least, values[v * WIDTH + u]);
                    else if (whole)
                        least = -INFINITY;
            best = fmaxf(best, least);
        }
    return best;
}

static void openings_are_as_defined(void **state) {
    (void)state;
    random_state random = random_seeded(1, 0);
    static float before[HEIGHT * WIDTH];
    for (size_t round = 0; round < 4; round++) {
        plane plane = {HEIGHT, WIDTH, malloc(sizeof before)};
        const long radius = 1 + (long)round;
        for (size_t i = 0; i < HEIGHT * WIDTH; i++)
            before[i] = plane.values[i] = (float)random_below(&random, 50);
        assert_true(open_squares(&plane, (size_t)radius, round % 2, NULL));
        for (long y = 0; y < HEIGHT; y += 7)
            for (long x = 0; x < WIDTH; x++)
                assert_true(plane.values[y * WIDTH + x] == opened(before, y, x, radius, round % 2));
        free(plane.values);
    }
}

/* In a map with one line, that line comes first, whichever way it leans. */
static void runs_are_found(void **state) {
    (void)state;
    static const double leans[] = {0, 0.1, -0.3, 0.97, -0.97};
    for (size_t i = 0; i < sizeof leans / sizeof *leans; i++) {
        static bool map[HEIGHT * WIDTH];
        memset(map, 0, sizeof map);
        const double first = leans[i] < 0 ? WIDTH - 5 : 4;
        for (size_t y = 0; y < HEIGHT; y++) {
            const double x = floor(first + leans[i] * (double)y + 0.5);
            for (double at = x - 1; at <= x + 1; at++)
                if (at >= 0 && at < WIDTH)
                    map[y * WIDTH + (size_t)at] = true;
        }
        run *runs;
        size_t count;
        assert_true(runs_find(map, HEIGHT, WIDTH, 0.9, &runs, &count, NULL));
        assert_true(count > 0);
        assert_true(fabs(runs[0].slope - leans[i]) < 0.05);
        assert_true(fabs(runs[0].first - first) < 4);
        free(runs);
    }
}

/* Light paper, dark lines of squares on it if `pitch`, a shadow over its right half if `shadow`. */
static plane paper(size_t pitch, bool shadow) {
    plane plane = {HEIGHT, WIDTH, malloc(HEIGHT * WIDTH * sizeof(float))};
    random_state random = random_seeded(2, 0);
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++) {
            const bool line = pitch && (y % pitch == 5 || x % pitch == 5);
            const double light = shadow && x > WIDTH / 2 ? 0.5 : 1;
            plane.values[y * WIDTH + x] =
                (float)(light * (line ? 150 : 220) + 2 * random_normal(&random));
        }
    return plane;
}

static void bar(plane *plane, size_t top, size_t bottom, size_t left, size_t right, float level) {
    for (size_t y = top; y < bottom; y++)
        for (size_t x = left; x < right; x++)
            plane->values[y * WIDTH + x] = level;
}

/* How many places of a stretch hold ink. */
static size_t inked(const plane *plane, size_t top, size_t bottom, size_t left, size_t right) {
    size_t count = 0;
    for (size_t y = top; y < bottom; y++)
        for (size_t x = left; x < right; x++)
            count += plane->values[y * WIDTH + x] > 0.5F;
    return count;
}

/* An L whose strokes cross lines, and lie beside them. */
static void strokes_stay(void **state) {
    (void)state;
    for (int kind = 0; kind < 8; kind++) {
        plane plane = paper(kind & 1 ? 14 : 0, kind & 2);
        const float ink = kind & 2 ? 20 : 40;
        bar(&plane, 30, 90, 36, 43, ink);
        bar(&plane, 83, 90, 36, 66, ink);
        if (kind & 4 && !(kind & 2))
            for (size_t i = 0; i < HEIGHT * WIDTH; i++)
                plane.values[i] = 255 - plane.values[i];
        assert_true(ink_find(&plane, NULL));
        const size_t upright = inked(&plane, 30, 90, 36, 43), foot = inked(&plane, 83, 90, 43, 66);
        const size_t all = inked(&plane, 0, HEIGHT, 0, WIDTH);
        if (upright < 400 || foot < 150 || all > upright + foot + 25)
            fail_msg("kind %d: %zu and %zu of 420 and 161, %zu in all", kind, upright, foot, all);
        free(plane.values);
    }
}

/* A line across a picture is a rule on its paper if something is drawn, else it is the drawing. */
static void a_line_alone_is_drawn(void **state) {
    (void)state;
    plane plane = paper(0, false);
    bar(&plane, 0, HEIGHT, 40, 43, 60);
    size_t count;
    assert_true(ink_find(&plane, NULL));
    assert_in_range(inked(&plane, 0, HEIGHT, 40, 43), 3 * HEIGHT - 30, 3 * HEIGHT);
    free(plane.values);
    plane = paper(0, false);
    bar(&plane, 0, HEIGHT, 40, 43, 60);
    assert_true(ruling_rub_out(&plane, &count, NULL));
    assert_int_equal(count, 1);
    for (size_t i = 0; i < HEIGHT * WIDTH; i++)
        assert_true(plane.values[i] > 190);
    free(plane.values);
}

static void empty_paper_is_blank(void **state) {
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        plane plane = paper(kind & 1 ? 14 : 0, kind & 2);
        cnn_error error;
        if (ink_find(&plane, &error))
            fail_msg("kind %d: %zu places inked", kind, inked(&plane, 0, HEIGHT, 0, WIDTH));
        assert_error(&error, CNN_STATUS_BAD_ARGUMENT, "a blank picture: no drawing found in it");
        free(plane.values);
    }
}

/* In every request for memory by the functions for lines and steps. */
static void no_memory_is_an_error(void **state) {
    (void)state;
    size_t n = 0;
    for (bool done = false; !done; n++) {
        plane plane = paper(14, true);
        cnn_error error = {.status = CNN_STATUS_OK};
        bar(&plane, 30, 90, 36, 43, 20);
        allocations_fail(n, false);
        done = ink_find(&plane, &error);
        allocations_succeed();
        assert_int_equal(error.status, done ? CNN_STATUS_OK : CNN_STATUS_NO_MEMORY);
        free(plane.values);
    }
    assert_true(n > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openings_are_as_defined),
        cmocka_unit_test(runs_are_found),
        cmocka_unit_test(strokes_stay),
        cmocka_unit_test(a_line_alone_is_drawn),
        cmocka_unit_test(empty_paper_is_blank),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
