/* Defines each kind as a function of the place: how much less light comes from there. Lines are
 * printed under the ink and shadows fall on both, so that all but the table multiply the
 * drawing. */
#include "paper.h"

#include "random.h"

#include <math.h>

#define TURN 6.283185307

static double between(random_state *random, double least, double most) {
    return least + (most - least) * random_uniform(random);
}

hand paper_hand(uint64_t seed) {
    random_state random = random_seeded(seed, 1);
    hand hand = {.side = 128 + random_below(&random, 128), .seed = seed};
    const double side = (double)hand.side;
    hand.height = side * between(&random, 0.45, 0.65);
    hand.pen = side * between(&random, 0.025, 0.07);
    hand.x = side * between(&random, 0.44, 0.56);
    hand.y = side * between(&random, 0.44, 0.56);
    hand.slant = between(&random, -0.1, 0.1);
    hand.turn = between(&random, -0.08, 0.08);
    hand.paper = (uint8_t)between(&random, 190, 255);
    hand.ink = (uint8_t)between(&random, 15, 110);
    hand.shade = between(&random, 0, 0.3);
    hand.grain = between(&random, 0, 4);
    return hand;
}

/* 1 on the far side of an edge, 0 on the near one, in between where the edge is soft. */
static double beyond(double off, double soft) {
    const double at = off / soft + 0.5;
    return at < 0 ? 0 : at > 1 ? 1 : at * at * (3 - 2 * at);
}

/* The share of a pixel that a line covers whose middle is at this distance. */
static double line(double off, double width) {
    const double cover = width / 2 + 0.5 - fabs(off);
    return cover < 0 ? 0 : cover > 1 ? 1 : cover;
}

/* From the nearest of evenly spaced lines. */
static double to_nearest(double along, double pitch) {
    return along - pitch * floor(along / pitch + 0.5);
}

/* A straight edge: how far a place is beyond it. */
typedef struct edge {
    double angle, off;
} edge;

static double past(const edge *edge, double x, double y) {
    return x * cos(edge->angle) + y * sin(edge->angle) - edge->off;
}

/* Parameters drawn for one picture; x and y are from its middle, `side` is its side. */
typedef struct scenery {
    double side, strength, width, pitch, soft, phase[2];
    bool both; /* lines both ways, a margin, a corner, two edges, two holes */
    edge edges[2];
    double tone[2]; /* of the table, of the blocks */
    random_state random;
} scenery;

static double lines(const scenery *s, double x, double y, bool both) {
    const double across = past(&s->edges[0], x, y), along = past(&s->edges[1], x, y);
    const double one = line(to_nearest(across + s->phase[0], s->pitch), s->width);
    const double other = line(to_nearest(along + s->phase[1], s->pitch), s->width);
    return both && other > one ? other : one;
}

static double shadow(const scenery *s, double x, double y) {
    const double one = beyond(past(&s->edges[0], x, y), s->soft);
    return s->both ? one * beyond(past(&s->edges[1], x, y), s->soft) : one;
}

static double vignette(const scenery *s, double x, double y) {
    const double r = hypot(x, y) / s->side;
    return 2 * r * r * r;
}

static double holes(const scenery *s, double x, double y) {
    double off = 1e9;
    for (int i = 0; i <= s->both; i++)
        off = fmin(off, hypot(x - s->phase[0], y - (i ? -1 : 1) * s->phase[1]));
    return beyond(s->width - off, 1.5);
}

/* How much darker a place is, 0 to 1. */
static double darkening(paper_kind kind, const scenery *s, double x, double y) {
    const double fold = past(&s->edges[0], x, y);
    switch (kind) {
    case PAPER_SQUARED:
        return s->strength * lines(s, x, y, true);
    case PAPER_RULED: {
        const double margin = s->both ? line(past(&s->edges[1], x, y), s->width) : 0;
        return s->strength * fmax(lines(s, x, y, false), margin);
    }
    case PAPER_SHADOW:
        return s->strength * shadow(s, x, y);
    case PAPER_SHADOWS:
        return s->strength * fmax(beyond(past(&s->edges[0], x, y), s->soft),
                                  beyond(past(&s->edges[1], x, y), s->soft));
    case PAPER_FOLD:
        return s->strength * (line(fold, s->width) - line(fold - s->width, s->width) / 2);
    case PAPER_VIGNETTE:
        return s->strength * vignette(s, x, y);
    case PAPER_HOLE:
        return s->strength * holes(s, x, y);
    default:
        return 0;
    }
}

static void vary_lines(scenery *s, const hand *hand) {
    random_state *random = &s->random;
    const double ink = 1 - (double)hand->ink / hand->paper;
    s->strength = ink * between(random, 0.1, 0.6);
    s->width = 1 + (double)random_below(random, 3);
    s->pitch = s->side * between(random, 0.07, 0.25);
    s->edges[0].angle = random_below(random, 2) ? between(random, -0.12, 0.12) : 0;
    s->edges[1].angle = s->edges[0].angle + TURN / 4;
    s->phase[0] = between(random, 0, s->pitch), s->phase[1] = between(random, 0, s->pitch);
}

static void vary_ruled(scenery *s) {
    s->edges[0].angle += TURN / 4, s->edges[1].angle += TURN / 4;
    s->edges[1].off = (random_below(&s->random, 2) ? 0.4 : -0.4) * s->side;
    s->pitch *= 1.5;
}

static void vary_shadow(scenery *s, bool strip) {
    random_state *random = &s->random;
    s->strength = between(random, 0.25, 0.65);
    s->soft = random_below(random, 2) ? 1.5 : s->side * between(random, 0.02, 0.12);
    s->edges[0] = (edge){between(random, 0, TURN), s->side * between(random, -0.3, 0.3)};
    s->edges[1] = (edge){s->edges[0].angle + between(random, 0.17, 0.33) * TURN,
                         s->side * between(random, -0.3, 0)};
    if (!strip)
        return;
    s->edges[0].off = s->side * between(random, 0.1, 0.3);
    s->edges[1] = (edge){s->edges[0].angle + TURN / 2, s->side * between(random, 0.1, 0.3)};
}

/* An edge of the page just beside the drawing, or anywhere between that and the picture's. */
static void vary_page(scenery *s, const hand *hand) {
    random_state *random = &s->random;
    const double from = hypot(hand->x - s->side / 2, hand->y - s->side / 2);
    const double least = 0.62 * hand->height + hand->pen + from;
    const double lean = between(random, -0.25, 0.25), quarter = random_below(random, 4);
    s->edges[0] =
        (edge){lean + quarter * TURN / 4, fmax(least, s->side * between(random, 0.3, 0.48))};
    s->edges[1] =
        (edge){s->edges[0].angle + TURN / 4, fmax(least, s->side * between(random, 0.3, 0.48))};
    const uint8_t paper = hand->paper;
    s->tone[0] =
        random_below(random, 4) ? between(random, 20, 0.8 * paper) : between(random, paper, 255);
    s->tone[1] = between(random, 0, 12);
}

static void vary_blemish(paper_kind kind, scenery *s) {
    random_state *random = &s->random;
    s->strength = kind == PAPER_VIGNETTE ? between(random, 0.4, 0.9) : between(random, 0.15, 0.5);
    s->width = kind == PAPER_HOLE ? s->side * between(random, 0.02, 0.05) : between(random, 1, 3);
    s->edges[0] = (edge){between(random, 0, TURN), s->side * between(random, 0, 0.45)};
    s->phase[0] = (random_below(random, 2) ? 0.43 : -0.43) * s->side;
    s->phase[1] = s->side * between(random, 0.1, 0.4);
    s->soft = between(random, 4, 16);
}

static scenery vary(paper_kind kind, uint64_t seed, const hand *hand) {
    scenery s = {.side = (double)hand->side, .random = random_seeded(seed, 2)};
    s.both = random_below(&s.random, 2);
    if (kind == PAPER_SQUARED || kind == PAPER_RULED)
        vary_lines(&s, hand);
    if (kind == PAPER_RULED)
        vary_ruled(&s);
    if (kind == PAPER_SHADOW || kind == PAPER_SHADOWS)
        vary_shadow(&s, kind == PAPER_SHADOWS);
    if (kind == PAPER_PAGE)
        vary_page(&s, hand);
    if (kind >= PAPER_FOLD)
        vary_blemish(kind, &s);
    return s;
}

static void lay_table(scenery *s, double x, double y, uint8_t *pixel) {
    double past_page = beyond(past(&s->edges[0], x, y), 1.5);
    if (s->both)
        past_page = fmax(past_page, beyond(past(&s->edges[1], x, y), 1.5));
    const double table = s->tone[0] + s->tone[1] * random_normal(&s->random);
    const double level = *pixel + past_page * (table - *pixel);
    *pixel = (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
}

/* Each block keeps its mean and, in steps of `soft`, the differences from it. */
static void press_block(const scenery *s, size_t side, size_t top, size_t left, uint8_t *pixels) {
    double sum = 0, count = 0;
    for (size_t y = top; y < top + 8 && y < side; y++)
        for (size_t x = left; x < left + 8 && x < side; x++, count++)
            sum += pixels[y * side + x];
    for (size_t y = top; y < top + 8 && y < side; y++)
        for (size_t x = left; x < left + 8 && x < side; x++) {
            const double mean = s->soft * floor(sum / count / s->soft + 0.5);
            const double steps = floor((pixels[y * side + x] - sum / count) / s->soft / 2 + 0.5);
            const double level = mean + 2 * s->soft * steps;
            pixels[y * side + x] = (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
        }
}

void paper_lay(paper_kind kind, uint64_t seed, const hand *hand, uint8_t *pixels) {
    const size_t side = hand->side;
    scenery s = vary(kind, seed, hand);
    for (size_t y = 0; y < side; y++)
        for (size_t x = 0; x < side; x++) {
            uint8_t *pixel = &pixels[y * side + x];
            const double u = (double)x + 0.5 - s.side / 2, v = (double)y + 0.5 - s.side / 2;
            const double level = *pixel * (1 - darkening(kind, &s, u, v)) + 0.5;
            *pixel = (uint8_t)(level > 255 ? 255 : level);
            if (kind == PAPER_PAGE)
                lay_table(&s, u, v, pixel);
        }
    for (size_t y = 0; kind == PAPER_BLOCKS && y < side; y += 8)
        for (size_t x = 0; x < side; x += 8)
            press_block(&s, side, y, x, pixels);
}

const char *paper_name(paper_kind kind) {
    static const char *const NAMES[PAPER_KINDS] = {
        "plain paper", "squared paper", "ruled paper", "a shadow", "two shadows",
        "page's edge", "a fold",        "vignette",    "holes",    "blocks"};
    return NAMES[kind];
}
