/* Drawings brought into MNIST's form. Whether a network then reads them: test_drawn.c. */
#include "allocations.h"
#include "glyphs.h"
#include "idx_blobs.h"
#include "random.h"
#include "shape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 100
#define FORM 28

/* A three, which is not the same upside down: two bows, drawn round about the middle. */
static glyph three(void) {
    glyph glyph = {.count = 22};
    for (size_t i = 0; i < 22; i++) {
        const size_t part = i % 11;
        const double angle = ((double)part / 10 * 1.4 - 0.7) * 3.14159265;
        glyph.points[i].x = 0.22 * cos(angle);
        glyph.points[i].y = (i < 11 ? -0.25 : 0.25) + 0.25 * sin(angle);
        glyph.points[i].begins = part == 0;
    }
    return glyph;
}

static const hand PLAIN = {.side = SIDE, .height = 60, .pen = 7, .x = 50, .y = 50, .paper = 255};

static void draw(const hand *hand, uint8_t pixels[SIDE * SIDE]) {
    const glyph glyph = three();
    glyph_draw(&glyph, hand, pixels);
}

static bool fit(const uint8_t *pixels, size_t height, size_t width, uint8_t *form,
                cnn_error *error) {
    cnn_picture *picture = cnn_picture_create(height, width, 1, pixels, NULL);
    const bool ok = cnn_picture_fit(picture, FORM, FORM, form, error);
    cnn_picture_free(picture);
    return ok;
}

static void fit_drawn(const hand *hand, uint8_t form[FORM * FORM]) {
    uint8_t pixels[SIDE * SIDE];
    draw(hand, pixels);
    assert_true(fit(pixels, SIDE, SIDE, form, NULL));
}

/* Bright in the box, black around it, the longer side full, the center of mass in the middle. */
static void assert_form(const uint8_t *form, size_t side) {
    size_t top = side, bottom = 0, most = 0;
    double weight = 0, at_y = 0, at_x = 0;
    for (size_t y = 0; y < side; y++)
        for (size_t x = 0; x < side; x++) {
            const uint8_t value = form[y * side + x];
            top = value && y < top ? y : top;
            bottom = value ? y + 1 : bottom;
            most = value > most ? value : most;
            weight += value;
            at_y += value * ((double)y + 0.5);
            at_x += value * ((double)x + 0.5);
        }
    assert_int_equal(most, 255);
    /* It lies anywhere between pixels, so that it can touch one more on either side; where strokes
     * were made finer, rounding shows. */
    const size_t box = (side * 20 + 14) / 28, off = 2 + side / 60;
    assert_in_range(bottom - top, box - off, box + off);
    assert_true(fabs(at_y / weight - (double)side / 2 - 0.5) < 0.3);
    assert_true(fabs(at_x / weight - (double)side / 2 - 0.5) < 0.3);
}

/* The mean distance between two fits, in levels. */
static double apart(const uint8_t *a, const uint8_t *b) {
    double sum = 0;
    for (size_t i = 0; i < FORM * FORM; i++)
        sum += abs(a[i] - b[i]);
    return sum / (FORM * FORM);
}

/* However it was drawn, the result is the same, up to the edges of strokes. */
static void the_drawing_counts_not_how_it_lies(void **state) {
    (void)state;
    uint8_t plain[FORM * FORM], other[FORM * FORM];
    fit_drawn(&PLAIN, plain);
    assert_form(plain, FORM);
    hand hands[6];
    for (size_t i = 0; i < 6; i++)
        hands[i] = PLAIN;
    hands[0].x = 30, hands[0].y = 61;
    hands[1].height = 25, hands[1].pen = 3;
    hands[2].height = 88, hands[2].pen = 10;
    hands[3].paper = 0, hands[3].ink = 255;
    hands[4].paper = 230, hands[4].ink = 140;
    hands[5].paper = 90, hands[5].ink = 170;
    for (size_t i = 0; i < 6; i++) {
        fit_drawn(&hands[i], other);
        assert_form(other, FORM);
        if (apart(plain, other) > 6)
            fail_msg("hand %zu: %.1f levels apart", i, apart(plain, other));
    }
}

static double mean_of(const uint8_t *form) {
    double sum = 0;
    for (size_t i = 0; i < FORM * FORM; i++)
        sum += form[i];
    return sum / (FORM * FORM);
}

/* A pen a quarter of a pixel of the form wide, and one as wide as a fifth of the digit. */
static void strokes_come_to_a_like_width(void **state) {
    (void)state;
    uint8_t plain[FORM * FORM], fine[FORM * FORM], bold[FORM * FORM];
    hand thin = PLAIN, thick = PLAIN;
    thin.pen = 0.75;
    thick.pen = 14;
    fit_drawn(&PLAIN, plain);
    fit_drawn(&thin, fine);
    fit_drawn(&thick, bold);
    assert_form(fine, FORM);
    assert_true(mean_of(fine) > 0.75 * mean_of(plain));
    assert_true(mean_of(bold) < 1.6 * mean_of(plain));
}

static void paper_is_taken_off(void **state) {
    (void)state;
    uint8_t plain[FORM * FORM], other[FORM * FORM];
    fit_drawn(&PLAIN, plain);
    hand photo = PLAIN;
    photo.paper = 235, photo.ink = 60, photo.shade = 0.5, photo.grain = 6, photo.seed = 3;
    fit_drawn(&photo, other);
    assert_true(apart(plain, other) < 8);
    assert_form(other, FORM);
}

/* Specks, and the dark table in a corner, would spoil the box and the center. */
static void dust_and_rims_are_left_out(void **state) {
    (void)state;
    uint8_t plain[FORM * FORM], other[FORM * FORM], pixels[SIDE * SIDE];
    fit_drawn(&PLAIN, plain);
    draw(&PLAIN, pixels);
    pixels[3 * SIDE + 95] = pixels[90 * SIDE + 7] = 0;
    for (size_t y = 0; y < 12; y++)
        memset(pixels + y * SIDE, 20, 12 - y);
    assert_true(fit(pixels, SIDE, SIDE, other, NULL));
    assert_memory_equal(plain, other, sizeof plain);
}

static void colors_are_gray_first(void **state) {
    (void)state;
    uint8_t gray[SIDE * SIDE], rgb[3 * SIDE * SIDE], plain[FORM * FORM], other[FORM * FORM];
    fit_drawn(&PLAIN, plain);
    draw(&PLAIN, gray);
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = gray[i / 3];
    cnn_picture *picture = cnn_picture_create(SIDE, SIDE, 3, rgb, NULL);
    assert_true(cnn_picture_fit(picture, FORM, FORM, other, NULL));
    assert_memory_equal(plain, other, sizeof plain);
    cnn_picture_free(picture);
}

static void other_sizes(void **state) {
    (void)state;
    uint8_t pixels[SIDE * SIDE];
    draw(&PLAIN, pixels);
    cnn_picture *picture = cnn_picture_create(SIDE, SIDE, 1, pixels, NULL);
    static const size_t SIDES[] = {14, 32, 56, 200};
    for (size_t i = 0; i < 4; i++) {
        uint8_t *form = malloc(SIDES[i] * SIDES[i]);
        assert_true(cnn_picture_fit(picture, SIDES[i], SIDES[i], form, NULL));
        assert_form(form, SIDES[i]);
        free(form);
    }
    uint8_t form[20 * 60];
    cnn_error error;
    assert_true(cnn_picture_fit(picture, 20, 60, form, NULL));
    assert_true(cnn_picture_fit(picture, 1, 1, form, NULL));
    assert_false(cnn_picture_fit(picture, 1025, 1, form, &error));
    assert_error(&error, CNN_STATUS_BAD_ARGUMENT,
                 "a picture is fitted into 1 to 1024 pixels a side");
    cnn_picture_free(picture);
}

static void blank_pictures_are_refused(void **state) {
    (void)state;
    uint8_t pixels[SIDE * SIDE], form[FORM * FORM];
    random_state random = random_seeded(1, 0);
    cnn_error error;
    memset(pixels, 255, sizeof pixels);
    assert_false(fit(pixels, SIDE, SIDE, form, &error));
    assert_error(&error, CNN_STATUS_BAD_ARGUMENT, "a blank picture: no drawing found in it");
    /* A sheet of paper under a lamp. */
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(200 + 6 * random_normal(&random) - (double)(i / SIDE) / 2);
    assert_false(fit(pixels, SIDE, SIDE, form, &error));
    assert_false(fit(pixels, 1, 1, form, NULL));
}

/* Pictures that are not drawings give a result or a refusal; this is for the sanitizers. */
static void anything_is_survived(void **state) {
    (void)state;
    uint8_t pixels[60 * 60], form[FORM * FORM];
    random_state random = random_seeded(2, 0);
    size_t fitted = 0;
    for (size_t round = 0; round < 300; round++) {
        const size_t height = random_below(&random, 60) + 1, width = random_below(&random, 60) + 1;
        const uint32_t one_in = random_below(&random, 20) + 1;
        for (size_t i = 0; i < height * width; i++)
            pixels[i] = random_below(&random, one_in) ? 10 : (uint8_t)random_bits(&random);
        fitted += fit(pixels, height, width, form, NULL);
    }
    assert_in_range(fitted, 100, 300);
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    uint8_t pixels[SIDE * SIDE], form[FORM * FORM];
    size_t n = 0;
    hand thin = PLAIN;
    thin.pen = 1;
    draw(&thin, pixels);
    cnn_picture *picture = cnn_picture_create(SIDE, SIDE, 1, pixels, NULL);
    for (bool done = false; !done; n++) {
        cnn_error error = {.status = CNN_STATUS_OK};
        allocations_fail(n, false);
        done = cnn_picture_fit(picture, FORM, FORM, form, &error);
        allocations_succeed();
        assert_int_equal(error.status, done ? CNN_STATUS_OK : CNN_STATUS_NO_MEMORY);
    }
    assert_in_range(n - 1, 6, 1000);
    cnn_picture_free(picture);
}

/* Against all distances computed one by one. */
static void shapes_grow_and_shrink_by_distance(void **state) {
    (void)state;
    enum { HEIGHT = 23, WIDTH = 31, REACH = 4 };
    bool before[HEIGHT * WIDTH], inside[HEIGHT * WIDTH];
    random_state random = random_seeded(3, 0);
    for (int round = 0; round < 20; round++) {
        const bool grow = round % 2;
        for (size_t i = 0; i < HEIGHT * WIDTH; i++)
            before[i] = inside[i] = (random_below(&random, 40) == 0) == grow;
        shape shape = {HEIGHT, WIDTH, inside};
        assert_true(grow ? shape_grow(&shape, REACH, NULL) : shape_shrink(&shape, REACH, NULL));
        for (int i = 0; i < HEIGHT * WIDTH; i++) {
            bool near = false;
            for (int j = 0; j < HEIGHT * WIDTH; j++) {
                const int dy = i / WIDTH - j / WIDTH, dx = i % WIDTH - j % WIDTH;
                near |= before[j] == grow && dy * dy + dx * dx <= REACH * REACH;
            }
            assert_int_equal(inside[i] == grow, near);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_drawing_counts_not_how_it_lies),
        cmocka_unit_test(strokes_come_to_a_like_width),
        cmocka_unit_test(paper_is_taken_off),
        cmocka_unit_test(dust_and_rims_are_left_out),
        cmocka_unit_test(colors_are_gray_first),
        cmocka_unit_test(other_sizes),
        cmocka_unit_test(blank_pictures_are_refused),
        cmocka_unit_test(anything_is_survived),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(shapes_grow_and_shrink_by_distance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
