/* IDX files by the names under which they are distributed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "idx_blobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Names, separated by blanks: each gets images or labels, by its words. */
static void put_files(fixture *here, const char *names) {
    char list[400];
    snprintf(list, sizeof list, "%s", names);
    for (char *name = strtok(list, " "); name; name = strtok(NULL, " ")) {
        const blob images = images_of(3, 4, 5), labels = labels_of(3);
        const bool is_labels = strstr(name, "abel") || strstr(name, "ABEL");
        const blob file = is_labels ? labels : images;
        const blob packed = zipped(file.data, file.size);
        const blob *used = strstr(name, ".gz") || strstr(name, ".GZ") ? &packed : &file;
        fixture_write(here, name, used->data, used->size);
    }
}

static void remove_files(fixture *here) {
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s'/*", here->folder);
    assert_int_equal(system(command), 0);
}

static void other_spellings_are_found(void **state) {
    fixture *here = *state;
    static const struct {
        cnn_split split;
        const char *names;
    } CASES[] = {
        {CNN_SPLIT_TRAIN, "train-images-idx3-ubyte train-labels-idx1-ubyte.gz"},
        {CNN_SPLIT_TRAIN, "train-images.idx3-ubyte train-labels.idx1-ubyte"},
        {CNN_SPLIT_TEST, "t10k-images.idx3-ubyte t10k-labels.idx1-ubyte"},
        {CNN_SPLIT_TRAIN, "train-images.idx3-ubyte.gz train-labels-idx1-ubyte"},
        {CNN_SPLIT_TRAIN, "emnist-letters-train-images-idx3-ubyte.gz "
                          "emnist-letters-train-labels-idx1-ubyte.gz"},
        {CNN_SPLIT_TEST,
         "emnist-digits-test-images-idx3-ubyte emnist-digits-test-labels-idx1-ubyte "
         "emnist-digits-train-images-idx3-ubyte emnist-digits-mapping.txt"},
        {CNN_SPLIT_TEST, "Test_Images.UBYTE Test_Labels.UBYTE"},
        {CNN_SPLIT_TRAIN, "TRAIN-IMAGES-IDX3-UBYTE.GZ TRAIN-LABELS-IDX1-UBYTE.GZ"},
        {CNN_SPLIT_TRAIN, "train_images.idx train_labels.idx test_images.idx"},
        {CNN_SPLIT_TEST, "train-images-idx3-ubyte train-labels-idx1-ubyte test-images-idx3-ubyte "
                         "test-labels-idx1-ubyte"},
        /* A plain file takes precedence over one with .gz, MNIST's name over all. */
        {CNN_SPLIT_TRAIN,
         "train-images.idx3-ubyte train-images.idx3-ubyte.gz train-labels.idx1-ubyte"},
        {CNN_SPLIT_TRAIN, "train-images-idx3-ubyte train-labels-idx1-ubyte train-images.idx3-ubyte "
                          "emnist-letters-train-labels-idx1-ubyte"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        put_files(here, CASES[i].names);
        assert_int_equal(cnn_dataset_look(here->folder, CASES[i].split), CNN_IDX_FOUND);
        cnn_dataset *set = cnn_dataset_load(here->folder, CASES[i].split, 10, &here->error);
        if (!set)
            fail_msg("%s: %s", CASES[i].names, here->error.message);
        assert_three_images(set);
        cnn_dataset_free(set);
        remove_files(here);
    }
}

static void what_is_unclear_or_missing(void **state) {
    fixture *here = *state;
    static const struct {
        cnn_split split;
        cnn_idx_files look;
        const char *names, *error;
    } CASES[] = {
        {CNN_SPLIT_TRAIN, CNN_IDX_FOUND,
         "emnist-letters-train-images-idx3-ubyte emnist-digits-train-images-idx3-ubyte "
         "emnist-letters-train-labels-idx1-ubyte",
         "two data sets in it: emnist-digits-train-images-idx3-ubyte and "
         "emnist-letters-train-images-idx3-ubyte; each needs its own folder"},
        /* One set to learn from and another to test with. */
        {CNN_SPLIT_TEST, CNN_IDX_FOUND,
         "a-train-images-idx3-ubyte a-train-labels-idx1-ubyte b-test-images-idx3-ubyte "
         "b-test-labels-idx1-ubyte",
         "two data sets in it: a-train-images-idx3-ubyte and b-test-images-idx3-ubyte; each needs "
         "its own folder"},
        {CNN_SPLIT_TRAIN, CNN_IDX_FOUND,
         "train-images-idx3-ubyte emnist-digits-train-labels-idx1-ubyte",
         "no train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz in it, but "
         "emnist-digits-train-labels-idx1-ubyte"},
        {CNN_SPLIT_TRAIN, CNN_IDX_FOUND, "train-images.idx train_images.idx train-labels.idx",
         "one file twice in it: train-images.idx and train_images.idx; each needs its own "
         "folder"},
        {CNN_SPLIT_TRAIN, CNN_IDX_SIMILAR,
         "train-images-idx3-ubyte.zip train-labels-idx1-ubyte.zip",
         "no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in it, but "
         "train-images-idx3-ubyte.zip"},
        {CNN_SPLIT_TRAIN, CNN_IDX_FOUND,
         "qmnist-train-images-idx3-ubyte qmnist-train-labels-idx2-int.gz",
         "no train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz in it, but "
         "qmnist-train-labels-idx2-int.gz"},
        {CNN_SPLIT_TEST, CNN_IDX_NONE, "train-images.idx3-ubyte train-labels.idx1-ubyte",
         "no test part in it, such as t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz"},
        {CNN_SPLIT_TRAIN, CNN_IDX_SIMILAR,
         "train-images.png idx3-ubyte images-train-idx3 .train-images.idx",
         "no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in it, but images-train-idx3"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[500];
        put_files(here, CASES[i].names);
        assert_int_equal(cnn_dataset_look(here->folder, CASES[i].split), CASES[i].look);
        assert_null(cnn_dataset_load(here->folder, CASES[i].split, 10, &here->error));
        snprintf(text, sizeof text, "%s: %s", here->folder, CASES[i].error);
        fixture_error_is(&here->error, CNN_STATUS_IO, text);
        remove_files(here);
    }
}

/* As in archives that have both: the file, and a folder of MNIST's name. */
static void folders_are_passed_over(void **state) {
    fixture *here = *state;
    assert_int_equal(mkdir(fixture_path(here, "train-images-idx3-ubyte"), 0700), 0);
    assert_int_equal(mkdir(fixture_path(here, "train-labels-idx1-ubyte"), 0700), 0);
    put_files(here, "train-images.idx3-ubyte train-labels.idx1-ubyte");
    cnn_dataset *set = cnn_dataset_load(here->folder, CNN_SPLIT_TRAIN, 10, &here->error);
    assert_three_images(set);
    cnn_dataset_free(set);
    remove_files(here);
}

static void no_folder_is_no_data(void **state) {
    fixture *here = *state;
    assert_int_equal(cnn_dataset_look("no/such", CNN_SPLIT_TRAIN), CNN_IDX_NONE);
    assert_int_equal(cnn_dataset_look(here->folder, CNN_SPLIT_TRAIN), CNN_IDX_NONE);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, fixture_create, fixture_remove)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(other_spellings_are_found),
        IN_FOLDER(what_is_unclear_or_missing),
        IN_FOLDER(folders_are_passed_over),
        IN_FOLDER(no_folder_is_no_data),
    };
    return cmocka_run_group_tests_name("idx_names", tests, NULL, NULL);
}
