/* Prints the results of `make bench` as JSON. */
#include "results.h"

/* Passes NULL on; the caller that prints the object reports it. */
static json_t *append(json_t *list, json_t *entry) {
    if (list && !json_array_append_new(list, entry))
        return list;
    json_decref(list);
    return NULL;
}

json_t *results_chip_json(const chip *chip) {
    json_t *levels = json_array();
    for (size_t i = 0; i < CHIP_LEVELS; i++) {
        const chip_level *l = &chip->levels[i];
        levels = append(levels,
                        json_pack("{s:s, s:I, s:[f, f], s:[f, f]}", "name", l->name, "bytes",
                                  (json_int_t)l->block, "read_bytes_per_second", l->read[0],
                                  l->read[1], "triad_bytes_per_second", l->triad[0], l->triad[1]));
    }
    return json_pack("{s:s, s:s, s:I, s:I, s:[f, f], s:[f, f], s:o}", "model", chip->model,
                     "vectors", chip->vectors, "lanes", (json_int_t)chip->lanes, "threads",
                     (json_int_t)chip->threads, "flops", chip->flops[0], chip->flops[1],
                     "core_latency_seconds", chip->core_latency[0], chip->core_latency[1], "levels",
                     levels);
}

static json_t *passes_json(const pass_table *table) {
    json_t *list = json_array();
    for (size_t i = 0; i < table->count; i++) {
        const pass_line *l = &table->lines[i];
        list = append(list,
                      json_pack("{s:s, s:s, s:f, s:f, s:f, s:s}", "name", l->name, "pass", l->pass,
                                "seconds", l->seconds, "multiply_adds", l->multiply_adds,
                                "bound_seconds", l->bound.seconds, "bound_by", l->bound.by));
    }
    return list;
}

static json_t *step_json(const step_line *l) {
    json_t *phases = json_object();
    for (size_t i = 0; i < PHASES; i++)
        json_object_set_new(phases, phase_names[i], json_real(l->phases[i]));
    json_object_set_new(phases, "waiting", json_real(l->waiting));
    return json_pack("{s:I, s:I, s:o, s:f, s:f, s:f}", "batch", (json_int_t)l->batch, "threads",
                     (json_int_t)l->threads, "phases", phases, "seconds", l->seconds,
                     "bound_seconds", l->bound, "images_per_second", 1 / l->seconds);
}

json_t *results_json(const results *r) {
    json_t *steps = json_array();
    for (size_t i = 0; i < STEP_LINES; i++)
        steps = append(steps, step_json(&r->steps[i]));
    return json_pack("{s:s, s:b, s:I, s:o, s:o, s:o}", "network", r->network, "mnist", (int)r->real,
                     "batch", (json_int_t)r->batch, "layers", passes_json(&r->layers), "blocks",
                     passes_json(&r->blocks), "steps", steps);
}
