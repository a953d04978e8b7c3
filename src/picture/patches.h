/* Patches: places of a plane above 0 that touch one another, sides or corners. */
#ifndef PICTURE_PATCHES_H
#define PICTURE_PATCHES_H

#include "plane.h"

typedef struct patch {
    size_t count;                    /* places */
    double weight;                   /* the sum of their values */
    float most;                      /* of them */
    size_t top, left, bottom, right; /* its box; bottom and right are outside */
    size_t outline;                  /* pairs of a place inside and one outside that share a side */
    size_t open;    /* those of them over which the ground rises more than the level falls, or the
                     * plane ends: the patch goes on there, but nothing shows it */
    size_t at_edge; /* pairs where the plane ends */
} patch;

/* What a plane was before its ground was taken off, both [height][width]. */
typedef struct relief {
    const float *level, *ground;
} relief;

/* 1 if a patch is closed all around, 0 if a quarter of its outline is open, below 0 if more: it is
 * then rather a piece of the ground than something drawn on it. */
double patch_wholeness(const patch *patch);

/* Asks about each patch in turn, and clears it if the answer is no. `relief` NULL: no pair is open
 * but at the plane's end. False if there is no memory. */
typedef bool patch_keep(const patch *patch, void *context);
bool patches_sift(plane *plane, const relief *relief, patch_keep *keep, void *context,
                  cnn_error *error);

/* Clears dust: patches that hold less than a fiftieth of the largest, or are nowhere half as strong
 * as strokes, which are 1. And what touches the edge, the
 * rim of the paper, the table, a shadow, unless all that does not touch it is small beside it. */
bool patches_clean(plane *plane, cnn_error *error);

#endif
