/* cnn predict from end to end, and what a model remembers of the form of its training images. */
#define _GNU_SOURCE /* for memmem */
#include "idx_blobs.h"

#include "command.h"
#include "glyphs.h"
#include "png_blobs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 28

static void save(const char *name, const void *bytes, size_t size) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void save_png(const char *name, const uint8_t *pixels, size_t height, size_t width) {
    size_t size;
    uint8_t *bytes = png_gray(pixels, height, width, &size);
    save(name, bytes, size);
    free(bytes);
}

/* A vertical or a horizontal stroke. */
static glyph stroke(bool upright) {
    glyph glyph = {.count = 2};
    glyph.points[0].begins = true;
    glyph.points[0].x = upright ? 0 : -0.5, glyph.points[1].x = upright ? 0 : 0.5;
    glyph.points[0].y = upright ? -0.5 : 0, glyph.points[1].y = upright ? 0.5 : 0;
    return glyph;
}

static void draw(uint8_t *pixels, bool upright, double height, double pen, size_t side) {
    const glyph glyph = stroke(upright);
    const hand hand = {.side = side,
                       .height = height,
                       .pen = pen,
                       .x = (double)side / 2 + 0.5,
                       .y = (double)side / 2 + 0.5,
                       .ink = 255};
    glyph_draw(&glyph, &hand, pixels);
}

/* A set in MNIST's form: vertical strokes are class 0, horizontal ones class 1. Bolder and
 * finer. */
static void save_strokes(const char *which, uint32_t count) {
    char name[64];
    uint8_t *images = calloc(16 + count * SIDE * SIDE, 1), labels[8 + 256] = {0, 0, 8, 1};
    const uint8_t head[16] = {0, 0, 8, 3, 0, 0, 0, (uint8_t)count, 0, 0, 0, SIDE, 0, 0, 0, SIDE};
    memcpy(images, head, sizeof head);
    labels[7] = (uint8_t)count;
    for (uint32_t i = 0; i < count; i++) {
        const double pen = 1.5 + 0.5 * (i / 2 % 5);
        draw(images + 16 + i * SIDE * SIDE, i % 2 == 0, 20 - pen, pen, SIDE);
        labels[8 + i] = (uint8_t)(i % 2);
    }
    snprintf(name, sizeof name, "strokes/%s-images-idx3-ubyte", which);
    save(name, images, 16 + count * SIDE * SIDE);
    snprintf(name, sizeof name, "strokes/%s-labels-idx1-ubyte", which);
    save(name, labels, 8 + count);
    free(images);
}

/* Beside the usual folder: a data set in MNIST's form, a model of each, pictures. */
static int create(void **state) {
    if (command_folder_create(state) || command_shell("mkdir @/strokes"))
        return -1;
    save_strokes("train", 200);
    save_strokes("t10k", 40);
    save("strokes/strokes.net", "input 28x28x1\nflatten\ndense 2\n", 30);
    save("strokes/classes.txt", "upright\nlying\n", 14);
    uint8_t pixels[100 * 100];
    draw(pixels, true, 40, 9, 100);
    save_png("upright.png", pixels, 100, 100);
    draw(pixels, false, 30, 2, 100);
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(255 - pixels[i]);
    save_png("lying.png", pixels, 100, 100);
    memset(pixels, 77, sizeof pixels);
    save_png("blank.png", pixels, 30, 40);
    return command_run("train @/strokes/strokes.net --data @/strokes --epochs 3 --lr 0.01 "
                       "--out @/strokes.safetensors") ||
           command_run(
               "train @/tiny.net --data @ --lr 0.01 --batch-size 16 --out @/tiny.safetensors");
}

static void pictures_are_fitted_and_named(void **state) {
    (void)state;
    assert_int_equal(command_run("predict @/strokes.safetensors @/upright.png @/lying.png"), 0);
    assert_string_equal(command_err, "");
    char *second = strchr(command_out, '\n');
    assert_non_null(second);
    assert_non_null(strstr(command_out, "upright.png  upright"));
    assert_non_null(strstr(second, "lying.png  lying"));
}

static json_t *first_image(void) {
    json_t *object = command_json(), *image = json_array_get(json_object_get(object, "images"), 0);
    assert_non_null(image);
    json_incref(image);
    json_decref(object);
    return image;
}

static void json_has_classes_in_order(void **state) {
    (void)state;
    assert_int_equal(command_run("predict @/tiny.safetensors @/upright.png --json"), 0);
    json_t *image = first_image();
    const json_t *best = json_object_get(image, "best");
    assert_int_equal(json_array_size(best), 3);
    double last = 1, sum = 0;
    for (size_t i = 0; i < 3; i++) {
        const json_t *class = json_array_get(best, i);
        const double p = json_number_value(json_object_get(class, "probability"));
        assert_true(p <= last);
        last = p;
        sum += p;
        assert_int_equal(json_string_value(json_object_get(class, "class"))[0] - '0',
                         json_integer_value(json_object_get(class, "index")));
    }
    assert_true(sum <= 1.000001 && sum > 0.75);
    json_decref(image);
}

static bool fitted(const char *flags) {
    assert_int_equal(command_run("predict %s --json", flags), 0);
    json_t *object = command_json();
    const bool fit = json_is_true(json_object_get(object, "fit"));
    json_decref(object);
    return fit;
}

/* Measured on the data: noise in quarters does not have MNIST's form, centered strokes have. */
static void the_form_is_remembered(void **state) {
    (void)state;
    assert_true(fitted("@/strokes.safetensors @/upright.png"));
    assert_false(fitted("@/strokes.safetensors @/upright.png --no-fit"));
    assert_false(fitted("@/tiny.safetensors @/upright.png"));
}

/* A file written before the key existed, and one with another word. */
static void files_without_the_key_load(void **state) {
    (void)state;
    size_t size;
    char *bytes = command_file("strokes.safetensors", &size);
    const char key[] = ",\"cnn.form\":\"mnist\"";
    char *at = memmem(bytes, size, key, sizeof key - 1);
    assert_non_null(at);
    memcpy(at + 13, "moist", 5);
    save("other.safetensors", bytes, size);
    memmove(at, at + sizeof key - 1, (size_t)(strchr(at, '}') - at) - (sizeof key - 1));
    memset(strchr(at, '}') - (sizeof key - 1), ' ', sizeof key - 1);
    save("old.safetensors", bytes, size);
    free(bytes);
    assert_false(fitted("@/old.safetensors @/upright.png"));
    command_run("predict @/other.safetensors @/upright.png");
    command_refused(1, "other.safetensors: byte ", "cnn.form is \"moist\", not \"mnist\"");
}

/* The command reports what cnn_model_predict() computes for an image of the data set. */
static void idx_images_are_taken_as_they_are(void **state) {
    (void)state;
    char path[128];
    cnn_error error;
    assert_int_equal(command_run("predict @/tiny.safetensors @/t10k-images-idx3-ubyte --json"), 0);
    json_t *object = command_json(), *images = json_object_get(object, "images");
    assert_int_equal(json_array_size(images), 64);
    snprintf(path, sizeof path, "%s/tiny.safetensors", command_folder);
    cnn_model *model = cnn_model_load(path, NULL, &error);
    cnn_dataset *set = cnn_dataset_load(command_folder, CNN_SPLIT_TEST, 4, &error);
    for (size_t i = 0; i < 64; i++) {
        float p[4];
        const json_t *image = json_array_get(images, i);
        assert_int_equal(json_integer_value(json_object_get(image, "number")), i);
        const json_t *best = json_array_get(json_object_get(image, "best"), 0);
        assert_true(cnn_model_predict(model, cnn_dataset_image_at(set, i), 1, p, &error));
        const size_t index = (size_t)json_integer_value(json_object_get(best, "index"));
        assert_true((float)json_number_value(json_object_get(best, "probability")) == p[index]);
    }
    cnn_dataset_free(set);
    cnn_model_free(model);
    json_decref(object);
}

static size_t lines_of(const char *text) {
    size_t lines = 0;
    for (; (text = strchr(text, '\n')); text++)
        lines++;
    return lines;
}

/* gzip, a limit, standard input, another size. */
static void other_ways_in(void **state) {
    (void)state;
    assert_int_equal(command_shell("gzip -c @/t10k-images-idx3-ubyte | "
                                   "\"$CNN\" predict @/tiny.safetensors - --limit 3"),
                     0);
    assert_int_equal(lines_of(command_out), 3);
    assert_int_equal(command_shell("\"$CNN\" predict @/strokes.safetensors - <@/lying.png"), 0);
    assert_non_null(strstr(command_out, "-                         lying"));
    assert_int_equal(
        command_run("predict @/tiny.safetensors @/strokes/t10k-images-idx3-ubyte --limit 2"), 0);
    assert_int_equal(lines_of(command_out), 2);
}

/* In plain text, no line beyond the screen. */
static void what_is_seen_is_shown(void **state) {
    (void)state;
    assert_int_equal(command_run("predict @/strokes.safetensors @/upright.png --show"), 0);
    assert_int_equal(lines_of(command_out), 1 + SIDE);
    assert_non_null(strstr(command_out, "\n                          @@"));
    for (const char *line = command_out, *end; (end = strchr(line, '\n')); line = end + 1)
        assert_in_range(end - line, 0, 80);
    command_run("predict @/strokes.safetensors @/upright.png --show --json");
    command_refused(2, "--show", NULL);
}

/* The bad one is reported as an error, the good ones are predicted. */
static void one_bad_image_among_good_ones(void **state) {
    (void)state;
    command_run("predict @/strokes.safetensors @/upright.png @/blank.png @/lying.png");
    command_refused(1, "/blank.png: a blank picture: no drawing found in it", NULL);
    assert_int_equal(lines_of(command_out), 2);
    assert_int_equal(command_run("predict @/strokes.safetensors @/blank.png --no-fit"), 0);
}

static void refusals(void **state) {
    (void)state;
    static const struct {
        const char *arguments;
        int code;
        const char *part, *other;
    } CASES[] = {
        {"", 2, "MODEL is missing", NULL},
        {"@/strokes.safetensors", 2, "IMAGE... is missing", NULL},
        {"@/none.safetensors @/upright.png", 1, "none.safetensors: cannot open", NULL},
        {"@/tiny.net @/upright.png", 1, "tiny.net: not a model", NULL},
        {"@/tiny.safetensors @/none.png", 1, "none.png: cannot open: No such file", NULL},
        {"@/tiny.safetensors @", 1, "cannot read: Is a directory", NULL},
        {"@/tiny.safetensors @/tiny.net", 1, "tiny.net: a text; a PNG or IDX images are expected",
         NULL},
        {"@/tiny.safetensors /dev/null", 1, "/dev/null: an empty file; ", NULL},
        {"@/tiny.safetensors @/cut.png", 1, "cut.png: byte 60: the PNG data ends", NULL},
        {"@/tiny.safetensors @/cut.jpg", 1, "cut.jpg: a JPEG; a PNG or IDX images are expected",
         NULL},
        {"@/tiny.safetensors @/train-labels-idx1-ubyte", 1, "byte 0: not IDX images", NULL},
        {"@/tiny.safetensors @/t10k-images-idx3-ubyte --limit 0", 2, "--limit", NULL},
    };
    assert_int_equal(command_shell("head -c 60 @/upright.png >@/cut.png; "
                                   "printf '\\377\\330\\377' >@/cut.jpg"),
                     0);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        command_run("predict %s", CASES[i].arguments);
        command_refused(CASES[i].code, CASES[i].part, CASES[i].other);
        assert_string_equal(command_out, "");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_fitted_and_named),
        cmocka_unit_test(json_has_classes_in_order),
        cmocka_unit_test(the_form_is_remembered),
        cmocka_unit_test(files_without_the_key_load),
        cmocka_unit_test(idx_images_are_taken_as_they_are),
        cmocka_unit_test(other_ways_in),
        cmocka_unit_test(what_is_seen_is_shown),
        cmocka_unit_test(one_bad_image_among_good_ones),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, create, command_folder_remove);
}
