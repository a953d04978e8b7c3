/* Finds what a wrong gradient has in common with the right one. */
#include "properties.h"

#include "cnn.h"

#include <math.h>

bool gradients_equal(double a, double b, double tolerance) {
    return fabs(a - b) <= tolerance; /* false for a NaN */
}

static size_t count_of(const two_gradients *g) {
    return g->size[0] * g->size[1] * g->size[2] * g->size[3];
}

static bool same(const two_gradients *g, size_t ours, size_t theirs) {
    return gradients_equal(g->ours[ours], g->theirs[theirs], g->tolerance);
}

static size_t largest_index(const two_gradients *g) {
    size_t most = 0;
    for (size_t i = 1; i < count_of(g); i++)
        if (fabs(g->ours[i]) > fabs(g->ours[most]))
            most = i;
    return most;
}

/* The ratio at the largest number, if it holds for all others too. */
static double ratio_of(const two_gradients *g) {
    const size_t most = largest_index(g);
    const double ratio = g->ours[most] == 0 ? NAN : g->theirs[most] / g->ours[most];
    for (size_t i = 0; i < count_of(g); i++)
        if (!gradients_equal(g->theirs[i], ratio * g->ours[i], g->tolerance * fmax(1, fabs(ratio))))
            return NAN;
    return ratio;
}

/* The four indices of a flat index, and back. */
static void unfold(const two_gradients *g, size_t at, size_t index[4]) {
    for (size_t i = 4; i-- > 0; at /= g->size[i])
        index[i] = at % g->size[i];
}

static size_t fold(const size_t size[4], const size_t index[4]) {
    size_t at = 0;
    for (size_t i = 0; i < 4; i++)
        at = at * size[i] + index[i];
    return at;
}

/* Is theirs ours with two neighboring indices exchanged, and stored in that order? */
static bool exchanged(const two_gradients *g, const size_t order[4]) {
    size_t index[4], size[4], permuted[4];
    bool moves = false;
    for (size_t at = 0; at < count_of(g); at++) {
        unfold(g, at, index);
        for (size_t i = 0; i < 4; i++) {
            size[i] = g->size[order[i]];
            permuted[i] = index[order[i]];
        }
        const size_t to = fold(size, permuted);
        moves |= to != at;
        if (!same(g, at, to))
            return false;
    }
    return moves;
}

static bool transposed(const two_gradients *g) {
    static const size_t orders[][4] = {{1, 0, 2, 3}, {0, 2, 1, 3}, {0, 1, 3, 2}};
    return exchanged(g, orders[g->plane]) || exchanged(g, orders[2]);
}

/* Is theirs ours shifted by this many rows and columns, where both have a value? */
static bool shifted_by(const two_gradients *g, size_t rows, size_t columns) {
    const size_t p = g->plane;
    size_t index[4], seen = 0;
    for (size_t at = 0; at < count_of(g); at++) {
        unfold(g, at, index);
        index[p] += rows;
        index[p + 1] += columns;
        /* 0 - 1 wraps around, so it is outside as well. */
        if (index[p] >= g->size[p] || index[p + 1] >= g->size[p + 1])
            continue;
        const size_t from = fold(g->size, index);
        seen += g->ours[from] != 0;
        if (!same(g, from, at))
            return false;
    }
    return seen >= 2;
}

static bool shifted(const two_gradients *g) {
    static const size_t steps[] = {(size_t)-1, 0, 1};
    for (size_t i = 0; i < 9; i++)
        if (i != 4 && shifted_by(g, steps[i / 3], steps[i % 3]))
            return true;
    return false;
}

/* Right but for the border, in planes that have an interior. */
static bool only_borders(const two_gradients *g) {
    const size_t p = g->plane;
    size_t index[4];
    if (g->size[p] < 3 || g->size[p + 1] < 3)
        return false;
    for (size_t at = 0; at < count_of(g); at++) {
        unfold(g, at, index);
        const bool border = !index[p] || !index[p + 1] || index[p] + 1 == g->size[p] ||
                            index[p + 1] + 1 == g->size[p + 1];
        if (!border && !same(g, at, at))
            return false;
    }
    return true;
}

static unsigned zeros_of(const two_gradients *g) {
    unsigned found = 0;
    for (size_t i = 0; i < count_of(g); i++) {
        const bool ours = gradients_equal(g->ours[i], 0, g->tolerance);
        const bool theirs = gradients_equal(g->theirs[i], 0, g->tolerance);
        found |= theirs && !ours ? CNN_PROPERTY_ZERO : 0;
        found |= ours && !theirs ? CNN_PROPERTY_NOT_ZERO : 0;
    }
    return found;
}

static bool all_finite(const two_gradients *g) {
    for (size_t i = 0; i < count_of(g); i++)
        if (!isfinite(g->theirs[i]))
            return false;
    return true;
}

unsigned properties_of(const two_gradients *g, double *ratio) {
    *ratio = NAN;
    if (!all_finite(g))
        return CNN_PROPERTY_NOT_FINITE;
    *ratio = ratio_of(g);
    unsigned found = zeros_of(g);
    found |= isnan(*ratio) ? 0 : CNN_PROPERTY_RATIO;
    found |= transposed(g) ? CNN_PROPERTY_TRANSPOSED : 0;
    found |= shifted(g) ? CNN_PROPERTY_SHIFTED : 0;
    found |= only_borders(g) ? CNN_PROPERTY_BORDERS : 0;
    return found;
}
