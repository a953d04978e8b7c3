/* Makes a case of an optimizer and runs the book's rule, or a mistaken one, over it. */
#include "update.h"

#include "ipow.h"
#include "memory.h"
#include "random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The number after this word of the text. */
static double number_after(const char *text, const char *word, double otherwise) {
    const char *at = strstr(text, word);
    return at ? strtod(at + strlen(word), NULL) : otherwise;
}

static void cut(update *u, arena *arena) {
    for (size_t i = 0; i < UPDATE_ARRAYS; i++) {
        u->before[i] = arena_take(arena, u->count, sizeof *u->before[i]);
        u->after[i] = arena_take(arena, u->count, sizeof *u->after[i]);
        u->right[i] = arena_take(arena, u->count, sizeof *u->right[i]);
    }
}

/* Whole numbers, halves and quarters, which float holds exactly; none of dw and w is 0. */
static void draw(update *u, uint64_t seed) {
    random_state random = random_seeded(seed, RANDOM_MISTAKE);
    const bool begins = u->adam && u->step == 1;
    for (size_t i = 0; i < u->count; i++) {
        const float sign = random_below(&random, 2) ? 1 : -1;
        u->before[UPDATE_DW][i] = sign * (float)(1 + random_below(&random, 4));
        u->before[UPDATE_W][i] = (float)(1 + random_below(&random, 3)) * (i % 2 ? -1 : 1);
        u->before[UPDATE_FIRST][i] = begins ? 0 : (float)(1 + random_below(&random, 5)) / 2;
        u->before[UPDATE_SECOND][i] = begins ? 0 : (float)(1 + random_below(&random, 6)) / 4;
    }
}

/* Powers of a half, so that a program in float has the same rates. */
static void set_rates(update *u, const char *text) {
    u->adam = !strncmp(text, "adam", 4);
    u->step = number_after(text, "step ", 1);
    u->momentum = number_after(text, "momentum ", 0);
    u->decay = number_after(text, "decay ", 0);
    u->lr = 0.5;
    u->beta1 = 0.5;
    u->beta2 = 0.75;
    u->epsilon = 0.125;
}

bool update_begin(update *u, const char *text, size_t count, uint64_t seed, cnn_error *error) {
    arena counted = {0};
    *u = (update){.count = count};
    set_rates(u, text);
    cut(u, &counted);
    u->block = memory_new(counted.used, 1, error);
    if (!u->block)
        return false;
    arena real_arena = {.base = u->block};
    cut(u, &real_arena);
    draw(u, seed);
    update_run(u, NULL);
    for (size_t i = 0; i < UPDATE_ARRAYS; i++)
        memcpy(u->right[i], u->after[i], count * sizeof *u->right[i]);
    return true;
}

void update_end(update *u) {
    free(u->block);
    u->block = NULL;
}

static void run_sgd(update *u, sgd_update rule) {
    const sgd_rates rates = {.lr = u->lr, .momentum = u->momentum, .weight_decay = u->decay};
    rule(&rates, u->after[UPDATE_W], u->after[UPDATE_DW], u->after[UPDATE_FIRST],
         (range){0, u->count});
}

static void run_adam(update *u, adam_update rule) {
    const uint64_t t = (uint64_t)u->step;
    const adam_rates rates = {.shrink = 1,
                              .weight_decay = u->decay,
                              .beta2 = u->beta2,
                              .new1 = 1 - u->beta1,
                              .new2 = 1 - u->beta2,
                              .step = u->lr / (1 - ipow(u->beta1, t)),
                              .root = 1 / sqrt(1 - ipow(u->beta2, t)),
                              .epsilon = u->epsilon,
                              .lr = u->lr};
    rule(&rates, u->after[UPDATE_W], u->after[UPDATE_DW], u->after[UPDATE_FIRST],
         u->after[UPDATE_SECOND], (range){0, u->count});
}

bool update_run(update *u, const mistaken_page *page) {
    const ops *book = ops_best_double();
    if (page && !(u->adam ? page->adam != NULL : page->sgd != NULL))
        return false;
    for (size_t i = 0; i < UPDATE_ARRAYS; i++)
        for (size_t j = 0; j < u->count; j++)
            u->after[i][j] = u->before[i][j];
    if (u->adam)
        run_adam(u, page ? page->adam : book->adam);
    else
        run_sgd(u, page ? page->sgd : book->sgd);
    return true;
}

void update_inner_epsilon(update *u) {
    const double d1 = 1 - ipow(u->beta1, (uint64_t)u->step),
                 d2 = 1 - ipow(u->beta2, (uint64_t)u->step);
    for (size_t i = 0; i < u->count; i++)
        u->after[UPDATE_W][i] =
            (real)u->before[UPDATE_W][i] - u->lr * u->after[UPDATE_FIRST][i] / d1 /
                                               sqrt(u->after[UPDATE_SECOND][i] / d2 + u->epsilon);
}

size_t update_array(const char *name) {
    static const char *const names[] = {"dw", "w", "velocity", "m", "v"};
    static const size_t arrays[] = {UPDATE_DW, UPDATE_W, UPDATE_FIRST, UPDATE_FIRST, UPDATE_SECOND};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return arrays[i];
    return UPDATE_ARRAYS;
}
