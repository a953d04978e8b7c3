/* Data sets from a folder. */
#define _GNU_SOURCE
#include "class_names.h"
#include "idx_blobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct fixture {
    char folder[256];
    cnn_error error;
} fixture;

static const char *const FILES[] = {"train-images-idx3-ubyte",
                                    "train-images-idx3-ubyte.gz",
                                    "train-labels-idx1-ubyte",
                                    "train-labels-idx1-ubyte.gz",
                                    "t10k-images-idx3-ubyte",
                                    "t10k-labels-idx1-ubyte",
                                    "classes.txt"};

static const char *path_of(const fixture *here, const char *name) {
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", here->folder, name);
    return path;
}

static void write_file(const fixture *here, const char *name, const void *data, size_t size) {
    FILE *file = fopen(path_of(here, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_blob(const fixture *here, const char *name, blob file) {
    write_file(here, name, file.data, file.size);
}

static int make_folder(void **state) {
    fixture *here = calloc(1, sizeof *here);
    if (!here)
        return -1;
    const char *parent = getenv("TMPDIR");
    snprintf(here->folder, sizeof here->folder, "%s/test_folder.XXXXXX", parent ? parent : "/tmp");
    *state = here;
    return mkdtemp(here->folder) ? 0 : -1;
}

/* remove() takes folders too. */
static int remove_folder(void **state) {
    fixture *here = *state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        remove(path_of(here, FILES[i]));
    const int result = rmdir(here->folder);
    free(here);
    return result;
}

/* The error text after the name of the folder. */
static void assert_load_refused(fixture *here, cnn_status status, const char *text) {
    char expected[600];
    snprintf(expected, sizeof expected, "%s%s", here->folder, text);
    assert_null(cnn_dataset_load(here->folder, CNN_SPLIT_TRAIN, 10, &here->error));
    assert_error(&here->error, status, expected);
    assert_null(cnn_dataset_load(here->folder, CNN_SPLIT_TRAIN, 10, NULL));
}

static void folder_splits(void **state) {
    fixture *here = *state;
    const blob images = images_of(3, 4, 5), labels = labels_of(3);
    write_blob(here, "train-images-idx3-ubyte.gz", zipped(images.data, images.size));
    write_blob(here, "train-labels-idx1-ubyte", labels);
    write_blob(here, "t10k-images-idx3-ubyte", images_of(2, 4, 5));
    write_blob(here, "t10k-labels-idx1-ubyte", labels_of(2));
    cnn_dataset *train = cnn_dataset_load(here->folder, CNN_SPLIT_TRAIN, 10, &here->error);
    cnn_dataset *test = cnn_dataset_load(here->folder, CNN_SPLIT_TEST, 10, &here->error);
    assert_three_images(train);
    assert_non_null(test);
    assert_int_equal(cnn_dataset_get_info(test).images, 2);
    assert_string_equal(cnn_dataset_class_at(test, 9), "9");
    cnn_dataset_free(train);
    cnn_dataset_free(test);
}

static void folder_without_files(void **state) {
    fixture *here = *state;
    assert_load_refused(here, CNN_STATUS_IO,
                        ": no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in it");
    write_blob(here, "train-images-idx3-ubyte", images_of(3, 4, 5));
    assert_load_refused(here, CNN_STATUS_IO,
                        ": no train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz in it");
    assert_null(cnn_dataset_load("no/such", CNN_SPLIT_TEST, 10, &here->error));
    assert_error(&here->error, CNN_STATUS_IO, "no/such: no such folder");
    char *path = calloc(5001, 1);
    memset(path, 'x', 5000);
    assert_null(cnn_dataset_load(path, CNN_SPLIT_TRAIN, 10, &here->error));
    assert_int_equal(here->error.status, CNN_STATUS_IO);
    assert_string_equal(here->error.message, "the path is longer than 4095 bytes");
    free(path);
}

static void folder_names_the_file(void **state) {
    fixture *here = *state;
    const blob images = images_of(6, 2, 2), labels = labels_of(5);
    assert_int_equal(mkdir(path_of(here, "train-images-idx3-ubyte"), 0700), 0);
    assert_load_refused(here, CNN_STATUS_IO, "/train-images-idx3-ubyte: not a regular file");
    assert_int_equal(remove(path_of(here, "train-images-idx3-ubyte")), 0);
    write_blob(here, "train-images-idx3-ubyte", images);
    write_blob(here, "train-labels-idx1-ubyte.gz", labels);
    assert_load_refused(here, CNN_STATUS_BAD_FILE,
                        "/train-labels-idx1-ubyte.gz: byte 4: 5 labels for 6 images");
    write_blob(here, "train-labels-idx1-ubyte.gz", zipped(labels.data, labels.size));
    assert_load_refused(here, CNN_STATUS_BAD_FILE,
                        "/train-labels-idx1-ubyte.gz: byte 4: 5 labels for 6 images"
                        " (byte counted decompressed)");
    write_file(here, "train-images-idx3-ubyte", images.data, 20);
    assert_load_refused(here, CNN_STATUS_BAD_FILE,
                        "/train-images-idx3-ubyte: byte 20: the file ends 20 bytes too early");
}

#define LONG_NAME "a name of 47 bytes, which is as many as can be."

/* For a data set of three classes. */
static void class_names_read(void **state) {
    fixture *here = *state;
    static const struct {
        const char *text, *second;
    } CASES[] = {{"a\nb c\nd\n", "b c"},
                 {"\xef\xbb\xbf"
                  "a\nb c\nd\n",
                  "b c"},
                 {"a\nb", NULL},
                 {"a\r\nb\r\nc", "b"},
                 {"a\nb\nc\r", "b"},
                 {"a\rb\rc", "b"},
                 {"a\rb\rc\r \r", "b"},
                 {"a\nb\nc\n\n", "b"},
                 {"a\nb\nc\n \n\t\n\n \t", "b"},
                 {"a\r\nb\r\nc\r\n\r\n\r", "b"},
                 {"\xef\xbb\xbf"
                  "a\r\nb b\r\nc\r\n\r\n",
                  "b b"},
                 {"a\nb\n \n", NULL},
                 {"a\n" LONG_NAME "\nc\n", LONG_NAME},
                 {"a\n\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x88\nc\n", "\xc3\xa4\xe2\x82\xac"
                                                                  "\xf0\x9f\x90\x88"}};
    write_blob(here, "train-images-idx3-ubyte", images_of(3, 4, 5));
    write_blob(here, "train-labels-idx1-ubyte", labels_of(3));
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        write_file(here, "classes.txt", CASES[i].text, strlen(CASES[i].text));
        cnn_dataset *set = cnn_dataset_load(here->folder, CNN_SPLIT_TRAIN, 3, &here->error);
        assert_int_equal(set != NULL, CASES[i].second != NULL);
        if (set) {
            assert_string_equal(cnn_dataset_class_at(set, 0), "a");
            assert_string_equal(cnn_dataset_class_at(set, 1), CASES[i].second);
        }
        cnn_dataset_free(set);
    }
}

static void class_names_refused(void **state) {
    fixture *here = *state;
    static const struct {
        const char *text, *error;
    } CASES[] = {
        {"", "byte 0: 0 names for 10 classes"},
        {"0\n1\n2\n", "byte 6: 3 names for 10 classes"},
        {"0\n1\n2\n3\n4\n5\n6\n7\n8\n9\nten", "byte 20: more names than the 10 classes"},
        {"0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n\n \n.", "byte 20: more names than the 10 classes"},
        {"0\n1\n \n\n", "byte 4: 2 names for 10 classes"},
        {"0\n \t\n2\n", "byte 2: an empty line where a class name should be"},
        {"0\n1\r2\n", "byte 3: 0x0d in a class name is not printable UTF-8"},
        {"0\n1\r\r\n", "byte 3: 0x0d in a class name is not printable UTF-8"},
        {"\xff\xfe", "byte 0: the text is UTF-16; save it as UTF-8"},
        {"\xfe\xff", "byte 0: the text is UTF-16; save it as UTF-8"},
        {"\xef\xbb\xbf", "byte 3: 0 names for 10 classes"},
        {"0\n\n2\n", "byte 2: an empty line where a class name should be"},
        {"0\n" LONG_NAME ".\n", "byte 2: a class name of 48 bytes, more than 47"},
        {"0\na\tb\n", "byte 3: 0x09 in a class name is not printable UTF-8"},
        {"0\na\x7f\n", "byte 3: 0x7f in a class name is not printable UTF-8"},
    };
    write_blob(here, "train-images-idx3-ubyte", images_of(3, 4, 5));
    write_blob(here, "train-labels-idx1-ubyte", labels_of(3));
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[128];
        snprintf(text, sizeof text, "/classes.txt: %s", CASES[i].error);
        write_file(here, "classes.txt", CASES[i].text, strlen(CASES[i].text));
        assert_load_refused(here, CNN_STATUS_BAD_FILE, text);
    }
    remove(path_of(here, "classes.txt"));
    assert_int_equal(mkdir(path_of(here, "classes.txt"), 0700), 0);
    assert_load_refused(here, CNN_STATUS_IO, "/classes.txt: not a regular file");
}

/* Stray and missing tails, long forms, surrogates, past the last code point, control characters. */
static void names_want_utf8(void **state) {
    (void)state;
    static const char *const BAD[] = {"\x80",
                                      "\xbf\xbf",
                                      "\xc3",
                                      "\xc3(",
                                      "\xe2\x82",
                                      "\xf0\x9f\x90",
                                      "\xc0\xaf",
                                      "\xc1\xbf",
                                      "\xc2\x85",
                                      "\xe0\x9f\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xff",
                                      "\xf8\x90\x80\x80",
                                      "\x1f",
                                      "\xf4\x90\x80\x80"};
    static const char GOOD[] = " ~\xc2\xa0\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd"
                               "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf";
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        assert_int_equal(name_first_unprintable((const uint8_t *)BAD[i], strlen(BAD[i])), 0);
    assert_int_equal(name_first_unprintable((const uint8_t *)GOOD, strlen(GOOD)), strlen(GOOD));
    assert_int_equal(name_first_unprintable((const uint8_t *)GOOD, 3), 2);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(folder_splits),         IN_FOLDER(folder_without_files),
        IN_FOLDER(folder_names_the_file), IN_FOLDER(class_names_read),
        IN_FOLDER(class_names_refused),   cmocka_unit_test(names_want_utf8),
    };
    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
