/* Makes a model of the network to find which layers it fuses and how much memory it takes. */
#include "info_plan.h"

#include "json_line.h"
#include "print.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

/* Limit for this model, which takes its memory when it is made and is used only for its plan. */
#define MOST_BYTES 1e9

static bool ask(info_plan *plan, const cnn_model *model, cnn_error *error) {
    plan->memory = cnn_model_memory(model);
    plan->backend = cnn_model_backend(model);
    plan->threads = cnn_model_threads(model);
    plan->count = cnn_model_profile(model, NULL, 0);
    plan->blocks = calloc(plan->count, sizeof *plan->blocks);
    if (!plan->blocks) {
        source_refuse(error, "", "no memory for %zu blocks", plan->count);
        error->status = CNN_STATUS_NO_MEMORY;
        return false;
    }
    cnn_model_profile(model, plan->blocks, plan->count);
    /* The parts of a step have no layers and come last. */
    while (plan->count && plan->blocks[plan->count - 1].part != CNN_PROFILE_LAYERS)
        plan->count--;
    return true;
}

bool info_plan_make(info_plan *plan, const cnn_network *network, const cnn_model_options *options,
                    double activation_bytes, cnn_error *error) {
    const size_t batch_size = options->batch_size;
    const double parameters = 2.0 * sizeof(float) * (double)cnn_network_parameter_count(network);
    *plan = (info_plan){.batch_size = batch_size};
    *error = (cnn_error){.status = CNN_STATUS_OK};
    if (activation_bytes * (double)batch_size + parameters > MOST_BYTES)
        return false;
    cnn_model *model = cnn_model_create(network, options, error);
    const bool made = model && ask(plan, model, error);
    cnn_model_free(model);
    return made;
}

void info_plan_free(info_plan *plan) {
    free(plan->blocks);
}

/* Lines are not broken within a block. The last block computes more than layers together. */
static void blocks_text(const info_plan *plan, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < plan->count; i++) {
        const char *name = plan->blocks[i].name;
        if (used + strlen(name) + 24 > size) {
            snprintf(text + used, size - used, ", ...");
            return;
        }
        char *start = text + used;
        used += (size_t)snprintf(start, size - used, "%s%s%s", i ? ", " : "", name,
                                 i + 1 == plan->count ? " softmax loss" : "");
        for (char *space = start + (i ? 2 : 0); (space = strchr(space, ' '));)
            *space = '\t';
    }
}

void info_plan_kept(char *text, size_t size, double bytes) {
    const char *name;
    size_t used = 0;
    for (int i = 0; (name = cnn_optimizer_kind_name((cnn_optimizer_kind)i)) && used < size; i++) {
        const double kept = bytes * (double)cnn_optimizer_kind_numbers((cnn_optimizer_kind)i);
        used += (size_t)snprintf(text + used, size - used, "%s%s%s %s%s", i ? ", " : "", name,
                                 i ? "" : " keeps", format_bytes(kept).text, i ? "" : " more");
    }
}

/* NULL without memory. */
static json_t *kept_json(const info_plan *plan) {
    const char *name;
    json_t *kept = json_object();
    for (int i = 0; (name = cnn_optimizer_kind_name((cnn_optimizer_kind)i)); i++) {
        const size_t numbers = cnn_optimizer_kind_numbers((cnn_optimizer_kind)i);
        const json_int_t bytes = (json_int_t)(numbers * plan->memory.parameters);
        if (json_object_set_new(kept, name, json_integer(bytes))) {
            json_decref(kept);
            return NULL;
        }
    }
    return kept;
}

void info_plan_print(const info_plan *plan) {
    char blocks[1024], kept[256];
    const cnn_memory *m = &plan->memory;
    blocks_text(plan, blocks, sizeof blocks);
    info_plan_kept(kept, sizeof kept, (double)m->parameters);
    print_field(stdout, "computed", "together by %s: %s", plan->backend, blocks);
    print_field(stdout, "memory",
                "%s for a batch of %s on %zu thread%s: parameters %s, gradients %s, activations "
                "%s, scratch %s; to train, %s",
                format_bytes((double)m->total).text, thousands(plan->batch_size).text,
                plan->threads, plan->threads == 1 ? "" : "s",
                format_bytes((double)m->parameters).text, format_bytes((double)m->gradients).text,
                format_bytes((double)m->activations).text, format_bytes((double)m->scratch).text,
                kept);
}

json_t *info_plan_json(const info_plan *plan) {
    const cnn_memory *m = &plan->memory;
    json_t *blocks = json_array();
    for (size_t i = 0; i < plan->count; i++)
        json_line_append(&blocks, json_string(plan->blocks[i].name));
    return json_pack("{s:s, s:o, s:I, s:I, s:{s:I, s:I, s:I, s:I, s:I}, s:o}", "backend",
                     plan->backend, "blocks", blocks, "batch_size", (json_int_t)plan->batch_size,
                     "threads", (json_int_t)plan->threads, "memory", "parameters",
                     (json_int_t)m->parameters, "gradients", (json_int_t)m->gradients,
                     "activations", (json_int_t)m->activations, "scratch", (json_int_t)m->scratch,
                     "total", (json_int_t)m->total, "optimizers", kept_json(plan));
}
