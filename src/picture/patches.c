/* Finds connected patches by a flood fill from each one's first pixel, in row order. */
#include "patches.h"

#include "memory.h"

#include <stdlib.h>

/* A piece of the ground begins where one in this many pairs of the outline is open. */
#define OPEN 4.0
/* Patches that weigh less than the largest divided by this are dust. */
#define DUST 50
/* Strokes are 1: a patch that never reaches this is a trace. */
#define STRONG 0.5F
/* Patches at the edge are removed unless they weigh this many times more than the drawing
 * inside. */
#define BESIDE 10

/* The current patch is the first part of `indices`. */
typedef struct search {
    const plane *plane;
    const relief *relief;
    uint32_t *indices; /* [height * width] */
    bool *seen;        /* [height * width] */
    patch patch;
} search;

static void see(search *search, size_t index) {
    if (search->seen[index] || !(search->plane->values[index] > 0))
        return;
    search->seen[index] = true;
    search->indices[search->patch.count++] = (uint32_t)index;
}

static void see_around(search *search, size_t y, size_t x) {
    const size_t height = search->plane->height, width = search->plane->width;
    for (size_t row = y ? y - 1 : 0; row <= y + 1 && row < height; row++)
        for (size_t column = x ? x - 1 : 0; column <= x + 1 && column < width; column++)
            see(search, row * width + column);
}

static bool is_open(const relief *relief, size_t index, size_t beside) {
    return relief && relief->ground[beside] - relief->ground[index] >
                         relief->level[index] - relief->level[beside];
}

static void follow_outline(search *search, size_t y, size_t x) {
    const size_t width = search->plane->width, index = y * width + x;
    const bool ends[4] = {y == 0, x == 0, y + 1 == search->plane->height, x + 1 == width};
    const size_t beside[4] = {index - width, index - 1, index + width, index + 1};
    for (int i = 0; i < 4; i++) {
        if (!ends[i] && search->plane->values[beside[i]] > 0)
            continue;
        search->patch.outline++;
        search->patch.open += ends[i] || is_open(search->relief, index, beside[i]);
        search->patch.at_edge += ends[i];
    }
}

static void widen(patch *patch, size_t y, size_t x) {
    patch->top = y < patch->top ? y : patch->top;
    patch->left = x < patch->left ? x : patch->left;
    patch->bottom = y + 1 > patch->bottom ? y + 1 : patch->bottom;
    patch->right = x + 1 > patch->right ? x + 1 : patch->right;
}

/* The patch that a pixel belongs to; count is 0 if the pixel is in none, or in one already seen. */
static void find_patch(search *search, size_t index) {
    const size_t width = search->plane->width;
    search->patch = (patch){.top = SIZE_MAX, .left = SIZE_MAX};
    see(search, index);
    for (size_t i = 0; i < search->patch.count; i++) {
        const size_t y = search->indices[i] / width, x = search->indices[i] % width;
        const float value = search->plane->values[search->indices[i]];
        search->patch.weight += value;
        search->patch.most = value > search->patch.most ? value : search->patch.most;
        widen(&search->patch, y, x);
        follow_outline(search, y, x);
        see_around(search, y, x);
    }
}

double patch_wholeness(const patch *patch) {
    return 1 - OPEN * (double)patch->open / (double)patch->outline;
}

static void sift(search *search, patch_keep *keep, void *context) {
    for (size_t i = 0; i < search->plane->height * search->plane->width; i++) {
        find_patch(search, i);
        if (search->patch.count && !keep(&search->patch, context))
            for (size_t k = 0; k < search->patch.count; k++)
                search->plane->values[search->indices[k]] = 0;
    }
}

bool patches_sift(plane *plane, const relief *relief, patch_keep *keep, void *context,
                  cnn_error *error) {
    const size_t all = plane->height * plane->width;
    search search = {.plane = plane, .relief = relief};
    search.indices = memory_new(all, sizeof *search.indices, error);
    search.seen = search.indices ? memory_new(all, sizeof *search.seen, error) : NULL;
    const bool ok = search.seen != NULL;
    if (ok)
        sift(&search, keep, context);
    free(search.indices);
    free(search.seen);
    return ok;
}

/* The weights of the largest patch inside and of the largest at the edge, without traces. */
typedef struct largest {
    double inner, outer;
} largest;

static bool learn(const patch *patch, void *context) {
    largest *largest = context;
    double *so_far = patch->at_edge ? &largest->outer : &largest->inner;
    if (patch->most >= STRONG && patch->weight > *so_far)
        *so_far = patch->weight;
    return true;
}

static bool is_drawn(const patch *patch, void *context) {
    const largest *largest = context;
    const bool inner = largest->inner * BESIDE > largest->outer;
    const double most = inner || largest->inner > largest->outer ? largest->inner : largest->outer;
    return patch->most >= STRONG && patch->weight * DUST >= most && !(patch->at_edge && inner);
}

bool patches_clean(plane *plane, cnn_error *error) {
    largest largest = {0, 0};
    return patches_sift(plane, NULL, learn, &largest, error) &&
           patches_sift(plane, NULL, is_drawn, &largest, error);
}
