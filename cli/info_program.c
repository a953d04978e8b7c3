/* Makes a model to get its program, and describes each step in words. */
#include "info_program.h"

#include "json_line.h"
#include "print.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

static const char *const works[] = {
    [CNN_WORK_FORWARD] = "forward: y from x",
    [CNN_WORK_PARTIAL_SUMS] = "forward: sums for y, each over some of the inputs",
    [CNN_WORK_COMBINE] = "forward: y, these sums added up",
    [CNN_WORK_LOSS] = "loss: p = softmax(y), loss = -log p[label]",
    [CNN_WORK_LOGITS_GRADIENT] = "loss: dy = (p - [label]) / images",
    [CNN_WORK_ACTIVATION_GRADIENT] = "backward: dy through the activation",
    [CNN_WORK_INPUT_GRADIENT] = "backward: dx from dy",
    [CNN_WORK_WEIGHT_GRADIENT] = "backward: dw, db from x and dy",
    [CNN_WORK_REDUCE] = "backward: dw, db: add up the shards' sums",
    [CNN_WORK_UPDATE] = "update: move w, b against dw, db"};

/* As cnn_model_predict() does: each thread has images of its own if there are enough. */
static cnn_program program_of(bool predict, size_t images, size_t threads) {
    if (!predict)
        return CNN_PROGRAM_TRAIN;
    return images < threads ? CNN_PROGRAM_FORWARD : CNN_PROGRAM_PREDICT;
}

static bool ask(info_program *program, const cnn_model *model, cnn_error *error) {
    program->threads = cnn_model_threads(model);
    program->backend = cnn_model_backend(model);
    program->which = program_of(program->predict, program->images, program->threads);
    program->count = cnn_model_program(model, program->which, program->images, NULL, 0);
    program->steps = program->count ? calloc(program->count, sizeof *program->steps) : NULL;
    if (program->steps &&
        cnn_model_program(model, program->which, program->images, program->steps, program->count))
        return true;
    free(program->steps);
    source_refuse(error, "", "no memory for the steps of a program");
    error->status = CNN_STATUS_NO_MEMORY;
    return false;
}

bool info_program_make(info_program *program, const cnn_network *network,
                       const cnn_model_options *options, bool predict, cnn_error *error) {
    *program =
        (info_program){.network = network, .images = options->batch_size, .predict = predict};
    cnn_model *model = cnn_model_create(network, options, error);
    const bool made = model && ask(program, model, error);
    cnn_model_free(model);
    return made;
}

void info_program_free(info_program *program) {
    free(program->steps);
}

static bool about_loss(const cnn_step *step) {
    return step->work == CNN_WORK_LOSS || step->work == CNN_WORK_LOGITS_GRADIENT;
}

/* Writes "conv1 relu1 pool1". */
static void layers_text(const info_program *program, const cnn_step *step, char *text,
                        size_t size) {
    cnn_layer_info layer;
    size_t used = 0;
    for (size_t i = step->first; i <= step->last && used < size; i++) {
        cnn_network_layer_at(program->network, i, &layer);
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > step->first ? " " : "",
                                 layer.name);
    }
    if (about_loss(step))
        snprintf(text, size, "softmax loss");
}

/* Forward steps split an image, backward steps a shard; the head splits the batch. */
static void splits_text(const info_program *program, const cnn_step *step, char *text,
                        size_t size) {
    const size_t parts = step->tasks / step->splits;
    const char *part = parts == program->images ? "image" : "shard";
    if (step->tasks == 1)
        snprintf(text, size, "all images, in one task");
    else if (parts == 1)
        snprintf(text, size, "%zu splits of the layer's work", step->splits);
    else if (step->splits == 1)
        snprintf(text, size, "%zu %ss", parts, part);
    else
        snprintf(text, size, "%zu %ss, the layer's work on each in %zu splits", parts, part,
                 step->splits);
}

static void images_text(const info_program *program, const cnn_step *step, char *text,
                        size_t size) {
    const int used =
        program->which == CNN_PROGRAM_PREDICT ? snprintf(text, size, "each thread's own images")
        : step->tasks == 1                    ? snprintf(text, size, "all images, in one task")
                           : snprintf(text, size, "%zu parts of the images", step->tasks);
    if (step->tile)
        snprintf(text + used, size - (size_t)used, ", %zu at a time", step->tile);
}

/* Describes how a step is divided. */
static void cut_text(const info_program *program, const cnn_step *step, char *text, size_t size) {
    if (step->cut == CNN_CUT_IMAGES)
        images_text(program, step, text, size);
    else if (step->cut == CNN_CUT_SPLITS)
        splits_text(program, step, text, size);
    else if (step->cut == CNN_CUT_SHARDS)
        snprintf(text, size, "%zu shard%s of the images in %zu task%s, one shard at a time",
                 step->shards, step->shards == 1 ? "" : "s", step->tasks,
                 step->tasks == 1 ? "" : "s");
    else
        snprintf(text, size, "%s in %zu pieces",
                 step->cut == CNN_CUT_ROWS ? "rows of w" : "w and b", step->tasks);
}

/* Sums of a gradient extend over a shard, or over the batch. */
static const char *extent_of(const cnn_step *step) {
    if (step->work != CNN_WORK_WEIGHT_GRADIENT)
        return "";
    return step->cut == CNN_CUT_ROWS ? ", summed over the batch" : ", summed over each shard";
}

/* The column is as wide as the longest names. */
static int names_width(const info_program *program) {
    char names[256];
    size_t width = 0;
    for (size_t i = 0; i < program->count; i++) {
        layers_text(program, &program->steps[i], names, sizeof names);
        width = strlen(names) > width ? strlen(names) : width;
    }
    return (int)width;
}

static void print_step(const info_program *program, size_t i, int width, char (*cut)[128]) {
    const cnn_step *step = &program->steps[i];
    char names[256], own[sizeof *cut];
    layers_text(program, step, names, sizeof names);
    cut_text(program, step, own, sizeof own);
    if (step->barrier && i && program->threads > 1)
        printf("%s-- threads synchronize --%s\n", terminal_style(stdout, LOOK_BOLD),
               terminal_style(stdout, LOOK_PLAIN));
    if (step->barrier || strcmp(own, *cut))
        printf("%s:\n", own);
    memcpy(*cut, own, sizeof own);
    printf("  %-*s  %s%s\n", width, names, works[step->work], extent_of(step));
}

void info_program_print(const info_program *program) {
    char cut[128] = "";
    const int width = names_width(program);
    printf("%s of %s image%s on %zu thread%s by %s.\n",
           program->predict ? "A prediction" : "A training step", thousands(program->images).text,
           program->images == 1 ? "" : "s", program->threads, program->threads == 1 ? "" : "s",
           program->backend);
    printf("%s\n", program->threads > 1
                       ? "A task does its share of each step until threads synchronize.\n"
                       : "");
    for (size_t i = 0; i < program->count; i++)
        print_step(program, i, width, &cut);
}

static json_t *step_json(const info_program *program, const cnn_step *step) {
    cnn_layer_info layer;
    json_t *layers = json_array();
    for (size_t i = step->first; i <= step->last; i++) {
        cnn_network_layer_at(program->network, i, &layer);
        json_line_append(&layers, json_string(layer.name));
    }
    return json_pack("{s:s, s:o, s:b, s:s, s:I, s:I, s:I, s:I}", "work", cnn_work_name(step->work),
                     "layers", layers, "barrier", step->barrier, "cut", cnn_cut_name(step->cut),
                     "tasks", (json_int_t)step->tasks, "shards", (json_int_t)step->shards, "splits",
                     (json_int_t)step->splits, "tile", (json_int_t)step->tile);
}

json_t *info_program_json(const info_program *program, const char *file) {
    json_t *steps = json_array();
    for (size_t i = 0; i < program->count; i++)
        json_line_append(&steps, step_json(program, &program->steps[i]));
    return json_pack("{s:o, s:s, s:I, s:I, s:s, s:o}", "file", json_line_text(file), "program",
                     program->predict ? "predict" : "train", "batch_size",
                     (json_int_t)program->images, "threads", (json_int_t)program->threads,
                     "backend", program->backend, "steps", steps);
}
