/* Look-ups in the table of mistakes. */
#include "mistakes.h"

#include "error.h"

#include <stdio.h>
#include <string.h>

static const char *const needs[] = {
    [NEEDS_NOTHING] = "",
    [NEEDS_WINDOW] = "a window larger than 1x1",
    [NEEDS_WINDOWS] = "more than one window",
    [NEEDS_OVERLAP] = "windows that overlap",
    [NEEDS_KERNEL] = "a kernel larger than 1x1",
    [NEEDS_STRIDE] = "a stride above 1",
    [NEEDS_CHANNELS] = "more than one input and more than one output",
    [NEEDS_POSITIONS] = "more than one output position",
    [NEEDS_IMAGES] = "more than one image",
    [NEEDS_PLANES] = "more than one channel of more than one number",
    [NEEDS_DECAY] = "weight decay",
    [NEEDS_ADAM] = "Adam",
};

const char *cnn_mistake_family_name(cnn_mistake_family family) {
    static const char *const names[] = {"silent", "slow", "dead", "elsewhere", "latent"};
    return (unsigned)family < CNN_MISTAKE_FAMILIES ? names[family] : NULL;
}

size_t cnn_mistake_count(void) {
    return mistake_row_count;
}

bool cnn_mistake_at(size_t index, cnn_mistake_info *mistake) {
    if (index >= mistake_row_count)
        return false;
    if (mistake) {
        *mistake = mistake_rows[index].about;
        mistake->needs = needs[mistake_rows[index].need];
    }
    return true;
}

static size_t row_index(const char *name) {
    size_t i = 0;
    while (i < mistake_row_count && strcmp(mistake_rows[i].about.name, name))
        i++;
    return i;
}

bool cnn_mistake_find(const char *name, cnn_mistake_info *mistake) {
    return name && cnn_mistake_at(row_index(name), mistake);
}

const mistake_row *mistake_row_named(const char *name, cnn_error *error) {
    const size_t index = row_index(name);
    if (index < mistake_row_count)
        return &mistake_rows[index];
    error_set(error, CNN_STATUS_BAD_ARGUMENT, "no mistake named \"%.60s\"", name);
    return NULL;
}

/* Pages of updates belong to no layer. */
bool mistake_in_layers(const mistake_row *row) {
    const char *file = row->about.edits[0].file;
    return row->setting == SET_NONE && strcmp(file, "ops/sgd.c") && strcmp(file, "ops/adam.c");
}

/* Do neighboring windows share inputs? */
static bool overlap(const layer_shape *g) {
    return (g->u < g->r && g->y.h > 1) || (g->v < g->s && g->y.w > 1);
}

static bool satisfies(mistake_need need, const layer_shape *g, size_t images) {
    const size_t plane = g->x.h * g->x.w, positions = g->y.h * g->y.w;
    switch (need) {
    case NEEDS_WINDOW:
    case NEEDS_KERNEL:
        return g->r * g->s > 1;
    case NEEDS_WINDOWS:
        return positions > 1;
    case NEEDS_OVERLAP:
        return overlap(g);
    case NEEDS_STRIDE:
        return (g->u > 1 && g->y.h > 1) || (g->v > 1 && g->y.w > 1);
    case NEEDS_CHANNELS:
        return g->x.c > 1 && g->y.c > 1;
    case NEEDS_POSITIONS:
        return images * positions > 1;
    case NEEDS_IMAGES:
        return images > 1;
    case NEEDS_PLANES:
        return g->x.c > 1 && plane > 1;
    default:
        return true;
    }
}

bool mistake_shows(const mistake_row *row, const char *kind, const char *gradient,
                   const layer_shape *g, size_t images) {
    char expected[64];
    const size_t length = (size_t)snprintf(expected, sizeof expected, "%s %s", kind, gradient);
    for (const char *red = row->about.red; *red; red += strspn(red, ", ")) {
        const size_t size = strcspn(red, ",");
        if (size == length && !memcmp(red, expected, size))
            return satisfies(row->need, g, images);
        red += size;
    }
    return false;
}
