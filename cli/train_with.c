/* A training by somebody's own layers. */
#define _POSIX_C_SOURCE 200809L
#include "train_with.h"

#include "file.h"
#include "print.h"
#include "source.h"
#include "submission.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Roundings differ, and grow from step to step; a mistake is larger within the first steps. */
#define SAME_LOSS 0.01
enum { OWN_MOST = 32 };

struct train_with {
    cnn_own_network *own;
    submission files[OWN_MOST];
    char *paths[OWN_MOST]; /* owned */
    size_t count;
    double loss_sum; /* of the current epoch */
    size_t images;
    uint64_t parted;            /* the first step whose losses differ; 0: none */
    double own_loss, book_loss; /* of that step */
    double largest;             /* difference of all steps */
    size_t tested, right;
};

static bool add_path(train_with *with, const char *path, cnn_error *error) {
    if (with->count == OWN_MOST)
        return source_refuse(error, path, "more than %d files", OWN_MOST);
    with->paths[with->count] = strdup(path);
    with->files[with->count] = (submission){.child = {.to = -1, .from = -1}};
    return with->paths[with->count++] || source_refuse(error, "", "no memory for a name");
}

/* The exercises of a folder that the network has a use for. */
static bool find_files(train_with *with, const char *path, cnn_optimizer_kind optimizer,
                       cnn_error *error) {
    cnn_exercise_info info;
    char name[4096];
    if (!file_is_folder(path))
        return add_path(with, path, error);
    for (size_t i = 0; cnn_exercise_at(i, &info); i++) {
        snprintf(name, sizeof name, "%s%s%s.c", path, path[strlen(path) - 1] == '/' ? "" : "/",
                 info.name);
        if (file_exists(name) && cnn_own_network_uses(with->own, info.name, optimizer) &&
            !add_path(with, name, error))
            return false;
    }
    return with->count ||
           source_refuse(error, path, "no file of an exercise that this network has a use for");
}

static bool open_file(train_with *with, size_t index, cnn_optimizer_kind optimizer,
                      cnn_error *error) {
    const char *path = with->paths[index], *exercise = submission_exercise(path);
    if (!exercise)
        return source_refuse(error, path, "its name does not begin with that of an exercise");
    if (!cnn_own_network_uses(with->own, exercise, optimizer))
        return source_refuse(error, path, "this network has no use for %s", exercise);
    if (!submission_open(&with->files[index], path, exercise, SUBMISSION_FAST, error))
        return false;
    return cnn_own_network_use(with->own, exercise, submission_call, &with->files[index], error) ||
           source_refuse(error, path, "%s", error ? error->message : "");
}

train_with *train_with_open(const char *path, const cnn_model *model, cnn_optimizer_kind optimizer,
                            cnn_error *error) {
    train_with *with = calloc(1, sizeof *with);
    bool good = with || source_refuse(error, "", "no memory for a training beside");
    good = good && (with->own = cnn_own_network_create(model, error)) &&
           find_files(with, path, optimizer, error);
    for (size_t i = 0; good && i < with->count; i++)
        good = open_file(with, i, optimizer, error);
    if (good)
        return with;
    train_with_close(with);
    return NULL;
}

void train_with_close(train_with *with) {
    if (!with)
        return;
    for (size_t i = 0; i < with->count; i++) {
        submission_close(&with->files[i]);
        free(with->paths[i]);
    }
    cnn_own_network_free(with->own);
    free(with);
}

/* ------------------------------------------------------------------------------------- steps */

/* The batch of the model, as floats. */
static bool batch_of(const cnn_model *model, cnn_tensor *input, cnn_tensor *labels,
                     cnn_error *error) {
    return cnn_model_tensor(model, "input", input, error) &&
           cnn_model_tensor(model, "labels", labels, error);
}

static double mean_loss(const cnn_model *model) {
    cnn_tensor losses;
    double sum = 0;
    if (!cnn_model_tensor(model, "losses", &losses, NULL))
        return NAN;
    for (size_t i = 0; i < losses.shape[0]; i++)
        sum += (double)((const float *)losses.data)[i];
    return sum / (double)losses.shape[0];
}

static void compare(train_with *with, uint64_t step, double own, double book) {
    const double difference = fabs(own - book);
    with->largest = fmax(with->largest, difference);
    if (with->parted || difference <= SAME_LOSS * fmax(1, book))
        return;
    with->parted = step;
    with->own_loss = own;
    with->book_loss = book;
}

bool train_with_step(train_with *with, const cnn_model *model, const cnn_run *run,
                     cnn_error *error) {
    const cnn_trainer_info info = cnn_trainer_get_info(cnn_run_trainer(run));
    cnn_tensor input, labels;
    double loss;
    if (!batch_of(model, &input, &labels, error) ||
        !cnn_own_network_step(with->own, input.data, labels.data, input.shape[0], &info.rates,
                              info.step, &loss, error))
        return false;
    compare(with, info.step, loss, mean_loss(model));
    with->loss_sum += loss * (double)input.shape[0];
    with->images += input.shape[0];
    return true;
}

static size_t likeliest(const float *p, size_t classes) {
    size_t best = 0;
    for (size_t k = 1; k < classes; k++)
        best = p[k] > p[best] ? k : best;
    return best;
}

static bool test_batch(train_with *with, cnn_model *model, const cnn_dataset *test, size_t first,
                       size_t count, cnn_error *error) {
    const size_t classes = cnn_network_class_count(cnn_model_network(model));
    uint32_t *indices = calloc(count, sizeof *indices);
    float *p = calloc(count * classes, sizeof *p);
    cnn_tensor input, labels;
    bool good = (indices && p) || source_refuse(error, "", "no memory for a batch");
    for (size_t i = 0; good && i < count; i++)
        indices[i] = (uint32_t)(first + i);
    good = good && cnn_model_set_batch(model, test, indices, count, error) &&
           batch_of(model, &input, &labels, error) &&
           cnn_own_network_forward(with->own, input.data, labels.data, count, p, NULL, error);
    for (size_t i = 0; good && i < count; i++)
        with->right += likeliest(p + i * classes, classes) == cnn_dataset_label_at(test, first + i);
    with->tested += good ? count : 0;
    free(indices);
    free(p);
    return good;
}

bool train_with_finish(train_with *with, cnn_model *model, const cnn_dataset *test,
                       cnn_error *error) {
    const size_t images = test ? cnn_dataset_get_info(test).images : 0;
    const size_t batch = cnn_model_batch_size(model);
    for (size_t first = 0; first < images; first += batch) {
        const size_t count = images - first < batch ? images - first : batch;
        if (!test_batch(with, model, test, first, count, error))
            return false;
    }
    size_t count;
    const float *own = cnn_own_network_parameters(with->own, &count);
    float *all = NULL;
    size_t block;
    const float *before = cnn_model_parameters(model, &block);
    if (block == count)
        return cnn_model_set_parameters(model, own, count, error);
    all = malloc(block * sizeof *all);
    if (!all)
        return source_refuse(error, "", "no memory for the weights");
    memcpy(all, before, block * sizeof *all);
    memcpy(all, own, (count < block ? count : block) * sizeof *all);
    const bool good = cnn_model_set_parameters(model, all, block, error);
    free(all);
    return good;
}

/* ------------------------------------------------------------------------------------ report */

void train_with_head(const train_with *with, FILE *stream) {
    char names[512] = "";
    for (size_t i = 0, used = 0; i < with->count && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                                 with->files[i].exercise);
    print_field(stream, "yours", "%s; the library computes the rest, and all of it once more",
                names);
}

void train_with_epoch(train_with *with, double book_loss, FILE *stream) {
    const double loss = with->images ? with->loss_sum / (double)with->images : NAN;
    fprintf(stream, "    yours   train loss %.4f, the book's %.4f\n", loss, book_loss);
    with->loss_sum = 0;
    with->images = 0;
}

void train_with_end(const train_with *with, double book_accuracy, FILE *stream) {
    if (with->parted)
        print_field(stream, "losses",
                    "they part in step %llu: yours is %.4f, the book's %.4f. cnn check says why",
                    (unsigned long long)with->parted, with->own_loss, with->book_loss);
    else
        print_field(stream, "losses", "yours and the book's agree in every step, within %.1g",
                    with->largest > 0 ? with->largest : 1e-9);
    if (with->tested)
        print_field(stream, "yours", "%s of %s test images right; the book %s",
                    format_percent((double)with->right / (double)with->tested).text,
                    thousands(with->tested).text, format_percent(book_accuracy).text);
}
