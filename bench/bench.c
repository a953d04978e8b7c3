/* bench [--json] [NETWORK...]: measures the chip's limits, and how close each layer, each fusion
 * and each training step comes to them. Default: networks/simple.net. Takes less than a minute. */
#include "results.h"
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_BATCH = 64, NETWORKS_MOST = 4 };
/* Per model and round. */
static const double round_seconds = 0.2;

/* All models of one network: one by layers, one fused, and one for each kind of step. */
typedef struct models {
    bench_model *layers, *blocks, *steps[STEP_LINES];
} models;

/* Each batch size, with one thread and with all. */
static bench_model_options step_options(size_t line) {
    static const size_t batches[] = {10, 64, 512};
    return (bench_model_options){.batch = batches[line / THREADS_KINDS],
                                 .threads = line % THREADS_KINDS == ONE_THREAD ? 1 : 0};
}

static models make_models(const cnn_network *network, const cnn_dataset *images) {
    const bench_model_options table = {.batch = TABLE_BATCH, .threads = 1};
    const bench_model_options layers = {.batch = TABLE_BATCH, .threads = 1, .every_layer = true};
    models m = {bench_model_create(network, images, layers),
                bench_model_create(network, images, table),
                {0}};
    for (size_t i = 0; i < STEP_LINES; i++)
        m.steps[i] = bench_model_create(network, images, step_options(i));
    return m;
}

/* Models alternate, so that a temporary disturbance of the machine affects all alike. */
static void run_rounds(const models *m, chip *chip) {
    for (size_t round = 0; round < BENCH_MODEL_ROUNDS; round++) {
        chip_round(chip);
        bench_model_round(m->layers, round_seconds);
        bench_model_round(m->blocks, round_seconds);
        for (size_t i = 0; i < STEP_LINES; i++)
            bench_model_round(m->steps[i], round_seconds);
    }
}

static void free_models(const models *m) {
    bench_model_free(m->layers);
    bench_model_free(m->blocks);
    for (size_t i = 0; i < STEP_LINES; i++)
        bench_model_free(m->steps[i]);
}

static cnn_network *load(const char *path) {
    char text[512];
    cnn_error error = {0};
    cnn_network *network = cnn_network_load(path, &error);
    cnn_error_text(&error, text, sizeof text);
    return serve_need(network, text);
}

static results measure(const char *path, chip *chip) {
    results r = {.network = path, .batch = TABLE_BATCH};
    cnn_network *network = load(path);
    cnn_dataset *images = bench_model_images(network, &r.real);
    const models m = make_models(network, images);
    run_rounds(&m, chip);
    r.layers = results_passes(chip, m.layers, TABLE_BATCH);
    r.blocks = results_passes(chip, m.blocks, TABLE_BATCH);
    for (size_t i = 0; i < STEP_LINES; i++)
        r.steps[i] = results_step(chip, m.steps[i], step_options(i).batch, i % THREADS_KINDS);
    free_models(&m);
    cnn_dataset_free(images);
    cnn_network_free(network);
    return r;
}

static int print_json(chip *chip, char *const *paths, size_t count) {
    json_t *networks = json_array();
    for (size_t i = 0; i < count; i++) {
        results r = measure(paths[i], chip);
        json_array_append_new(networks, results_json(&r));
        free(r.layers.lines);
        free(r.blocks.lines);
    }
    json_t *all = json_pack("{s:o, s:o}", "chip", results_chip_json(chip), "networks", networks);
    char *text = all ? json_dumps(all, JSON_REAL_PRECISION(6)) : NULL;
    serve_need(text, "no memory for the JSON output");
    puts(text);
    free(text);
    json_decref(all);
    return 0;
}

static int print_text(chip *chip, char *const *paths, size_t count) {
    for (size_t i = 0; i < count; i++) {
        results r = measure(paths[i], chip);
        if (i == 0)
            results_print_chip(chip);
        results_print(&r);
        fflush(stdout);
        free(r.layers.lines);
        free(r.blocks.lines);
    }
    return 0;
}

int main(int arguments, char **argument) {
    char *simple = "networks/simple.net", **paths = argument + 1;
    size_t count = (size_t)arguments - 1;
    const bool json = count && !strcmp(paths[0], "--json");
    paths += json;
    count -= json;
    if (count > NETWORKS_MOST || (count && paths[0][0] == '-')) {
        fprintf(stderr, "usage: bench [--json] [NETWORK...], at most %d\n", NETWORKS_MOST);
        return 2;
    }
    if (!count) {
        paths = &simple;
        count = 1;
    }
    chip chip = chip_create();
    const int code = (json ? print_json : print_text)(&chip, paths, count);
    chip_free(&chip);
    return code;
}
