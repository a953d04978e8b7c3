/* Patches: connected pixels of a plane above 0; sides and corners connect. */
#ifndef PICTURE_PATCHES_H
#define PICTURE_PATCHES_H

#include "plane.h"

typedef struct patch {
    size_t count;                    /* pixels */
    double weight;                   /* the sum of their values */
    float most;                      /* the maximum of their values */
    size_t top, left, bottom, right; /* bounding box; bottom and right are exclusive */
    size_t outline; /* pairs of adjacent pixels, by side, one inside and one outside */
    size_t open; /* those pairs where the ground rises more than the level falls, or the plane ends:
                    the patch may continue there, invisibly */
    size_t at_edge; /* those pairs where the plane ends */
} patch;

/* A plane before its ground was removed, both [height][width]. */
typedef struct relief {
    const float *level, *ground;
} relief;

/* 1 if a patch is closed all around, 0 if a quarter of its outline is open, below 0 if more: it is
 * then probably a piece of the ground and not drawn on it. */
double patch_wholeness(const patch *patch);

/* Calls `keep` for each patch and clears the patch if it returns false. `relief` NULL: only pairs
 * at the plane's end are open. False if there is no memory. */
typedef bool patch_keep(const patch *patch, void *context);
bool patches_sift(plane *plane, const relief *relief, patch_keep *keep, void *context,
                  cnn_error *error);

/* Clears dust: patches that weigh less than a fiftieth of the largest, or nowhere reach half of a
 * stroke's strength, which is 1. Also clears patches at the edge, such as the rim of the paper, the
 * table or a shadow, unless everything else is small in comparison. */
bool patches_clean(plane *plane, cnn_error *error);

#endif
