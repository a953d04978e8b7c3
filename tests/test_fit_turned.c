/* A picture laid on its side is fitted as the upright one and then laid on its side: rows and
 * columns are treated alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"

#include <math.h>
#include <stdlib.h>

enum { HEIGHT = 90, WIDTH = 70, SIDE = 28 };

/* A pen of some width along two strokes, on paper or, if `shade`, on paper whose light falls off.
 */
typedef struct drawing {
    double pen, shade;
    bool dark; /* ink on paper, not chalk on slate */
} drawing;

static double distance(double y, double x, const double from[2], const double to[2]) {
    const double dy = to[0] - from[0], dx = to[1] - from[1];
    double along = ((y - from[0]) * dy + (x - from[1]) * dx) / (dy * dy + dx * dx);
    along = along < 0 ? 0 : along > 1 ? 1 : along;
    return hypot(y - from[0] - along * dy, x - from[1] - along * dx);
}

static uint8_t level(const drawing *d, double y, double x) {
    static const double ends[3][2] = {{20, 18}, {66, 31}, {58, 52}};
    const double one = distance(y, x, ends[0], ends[1]), two = distance(y, x, ends[1], ends[2]);
    const double near = one < two ? one : two, ink = d->pen / 2 + 0.5 - near;
    const double light = 1 - d->shade * (0.6 * y / HEIGHT + 0.4 * (x / WIDTH) * (x / WIDTH));
    const double covered = ink < 0 ? 0 : ink > 1 ? 1 : ink;
    return (uint8_t)(255 * (d->dark ? light * (1 - 0.9 * covered) : covered));
}

/* On its side if `turned`. */
static void fit(const drawing *d, bool turned, uint8_t out[SIDE][SIDE]) {
    static uint8_t pixels[HEIGHT * WIDTH];
    const size_t height = turned ? WIDTH : HEIGHT, width = turned ? HEIGHT : WIDTH;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            pixels[y * width + x] = level(d, (double)(turned ? x : y), (double)(turned ? y : x));
    cnn_picture *picture = cnn_picture_create(height, width, 1, pixels, NULL);
    assert_non_null(picture);
    assert_true(cnn_picture_fit(picture, SIDE, SIDE, out[0], NULL));
    cnn_picture_free(picture);
}

/* Except for the last place of a pixel, since sums run in another order. */
static void test_rows_and_columns_are_alike(void **state) {
    static const drawing drawings[] = {
        {2, 0, false}, {7, 0, false},  {15, 0, false}, {3, 0, true},
        {8, 0, true},  {3, 0.5, true}, {8, 0.5, true}, {14, 0.4, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof drawings / sizeof *drawings; i++) {
        uint8_t upright[SIDE][SIDE], turned[SIDE][SIDE];
        size_t lit = 0, first = SIDE, last = 0;
        fit(&drawings[i], false, upright);
        fit(&drawings[i], true, turned);
        for (size_t y = 0; y < SIDE; y++)
            for (size_t x = 0; x < SIDE; x++) {
                assert_true(abs(upright[y][x] - turned[x][y]) <= 1);
                if (upright[y][x] < 128)
                    continue;
                lit++;
                first = y < first ? y : first;
                last = y;
            }
        /* As large as MNIST's digits, and nearly the same strokes whatever the pen was. */
        print_message("%zu %zu %zu\n", lit, first, last);
        assert_in_range(lit, 50, 110);
        assert_in_range(last + 1 - first, 18, 21);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_and_columns_are_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
