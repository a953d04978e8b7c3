/* Looks up the size of a layer. */
#include "shape_value.h"

#include <string.h>

/* A dense layer takes an image as one vector. */
double shape_value(const layer_shape *g, const char *kind, size_t images, const char *name) {
    const size_t pixels = g->x.h * g->x.w * g->x.c;
    const struct {
        const char *name;
        double value;
    } values[] = {{"count", (double)(images * pixels)},
                  {"N", (double)images},
                  {"H", (double)g->x.h},
                  {"W", (double)g->x.w},
                  {"C", (double)(strcmp(kind, "dense") ? g->x.c : pixels)},
                  {"K", (double)g->y.c},
                  {"R", (double)g->r},
                  {"S", (double)g->s},
                  {"size", (double)g->r},
                  {"P", (double)g->y.h},
                  {"Q", (double)g->y.w},
                  {"stride", (double)g->u},
                  {"pad", (double)g->pad_h},
                  {"slope", g->value}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!strcmp(values[i].name, name))
            return values[i].value;
    return 0;
}
