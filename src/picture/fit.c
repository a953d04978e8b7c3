/* Fits a drawing to MNIST's form: its box, including the strokes' width, fits 20 x 20 of 28 x 28 in
 * proportion; its center of mass is in the middle; strokes are white on black, two or three pixels
 * wide, with soft edges. MNIST was made from black and white scans, and a fit follows it: the
 * drawing is enlarged in black and white, its strokes are thickened if a fine pen would leave too
 * little of them, and the result is reduced. */
#include "ink.h"
#include "memory.h"
#include "shape.h"

#include <math.h>
#include <stdlib.h>

/* Larger pictures are reduced to this side first; strokes stay wide enough. */
#define PLANE_SIDE 1024
/* The box is 20/28 of each side. */
#define BOX 20
#define OF 28
/* Maximum pixels per side of a result. */
#define SIDE_MOST 1024
/* The shape has this many pixels to one of the result, or fewer if a side would exceed
 * FINE_SIDE. */
#define FINE 8
#define FINE_SIDE 512
/* Ink below this fraction of a stroke's ink is a trace, which the box leaves out. */
#define TRACE 0.25
/* Width of strokes on 28 pixels, as stroke_width() measures it. Half of MNIST's are between 2.0 and
 * 2.7. Bold digits of MNIST were written with a broad pen, with their loops open; bold strokes in a
 * small drawing close their loops, so thinning helps. */
#define FINEST_STROKE 2.0
#define BOLDEST_STROKE 2.5

/* A region of a plane. */
typedef struct box {
    size_t top, left, height, width;
} box;

/* The state of one fit. */
typedef struct setting {
    plane ink;
    double pen;   /* width of strokes on the plane */
    box box;      /* bounding box of the drawing on the plane */
    size_t fine;  /* pixels of the shape per pixel of the result */
    double scale; /* pixels of the shape per pixel of the plane */
    double reach; /* growth of strokes on each side, in pixels of the shape; below 0: they shrink */
    double stroke; /* width of strokes in pixels of the shape, before growth */
    size_t margin; /* around the drawing in the shape: room to grow */
    shape shape;
} setting;

/* 0, paper, outside the plane. */
static double ink_at(const plane *ink, size_t y, size_t x) {
    return y < ink->height && x < ink->width ? ink->values[y * ink->width + x] : 0;
}

/* The width of a long stroke: twice the area divided by the length of the outline. The outline is
 * the sum of the gradient's magnitudes, which also holds for soft edges. */
static double stroke_width(const plane *ink) {
    double area = 0, outline = 0;
    for (size_t y = 0; y <= ink->height; y++)
        for (size_t x = 0; x <= ink->width; x++) {
            const double here = ink_at(ink, y - 1, x - 1);
            const double dx = ink_at(ink, y - 1, x) - here, dy = ink_at(ink, y, x - 1) - here;
            area += here;
            outline += sqrt(dx * dx + dy * dy);
        }
    return 2 * area / outline;
}

static double smaller(double a, double b) {
    return a < b ? a : b;
}

/* The bounding box of all ink above a trace. */
static box box_of(const plane *ink, double pen) {
    const double least = TRACE * smaller(1, 0.9 * pen);
    size_t top = ink->height, left = ink->width, bottom = 0, right = 0;
    for (size_t y = 0; y < ink->height; y++)
        for (size_t x = 0; x < ink->width; x++)
            if (ink->values[y * ink->width + x] > least) {
                top = y < top ? y : top;
                left = x < left ? x : left;
                bottom = y + 1;
                right = x + 1 > right ? x + 1 : right;
            }
    return (box){top, left, bottom - top, right - left};
}

/* Sets the scale of the drawing and the growth of its strokes. Strokes grow on both sides, also
 * beyond the box, so the drawing leaves that much of the box free. */
static void measure(setting *setting, size_t height, size_t width) {
    const double unit = smaller((double)height, (double)width) / OF;
    const double high = (double)(height * setting->fine) * BOX / OF;
    const double wide = (double)(width * setting->fine) * BOX / OF;
    const double down =
        smaller(high / (double)setting->box.height, wide / (double)setting->box.width);
    const double stroke = setting->pen * down;
    const double least = FINEST_STROKE * unit * (double)setting->fine;
    const double most = BOLDEST_STROKE * unit * (double)setting->fine;
    if (stroke < least)
        setting->reach = floor((least - stroke) / 2 + 0.5);
    else if (stroke > most)
        setting->reach = -floor((stroke - most) / 2 + 0.5);
    setting->scale = smaller((high - 2 * setting->reach) / (double)setting->box.height,
                             (wide - 2 * setting->reach) / (double)setting->box.width);
    setting->stroke = setting->pen * setting->scale;
    setting->margin = setting->reach > 0 ? (size_t)setting->reach : 1;
}

/* The mean ink in a window around a position in the box; the window is one pixel of the shape or of
 * the plane, whichever is larger. */
static double ink_under(const setting *setting, double y, double x) {
    const double half = setting->scale < 1 ? 0.5 / setting->scale : 0.5;
    const double top = (double)setting->box.top + y, left = (double)setting->box.left + x;
    double sum = 0;
    for (double row = floor(top - half); row < top + half; row++)
        for (double column = floor(left - half); column < left + half; column++)
            if (row >= 0 && column >= 0) {
                const double high = smaller(row + 1, top + half) - fmax(row, top - half);
                const double wide = smaller(column + 1, left + half) - fmax(column, left - half);
                sum += high * wide * ink_at(&setting->ink, (size_t)row, (size_t)column);
            }
    return sum / (4 * half * half);
}

/* Draws the enlarged drawing into the shape. A pixel is inside if half of it is covered; for a
 * stroke finer than a pixel, half of what it covers when it lies across two pixels is enough. */
static bool set_shape(setting *setting, cnn_error *error) {
    shape *shape = &setting->shape;
    const double margin = (double)setting->margin;
    const double least = 0.5 * smaller(1, 0.9 * setting->stroke);
    shape->height =
        (size_t)ceil((double)setting->box.height * setting->scale) + 2 * setting->margin;
    shape->width = (size_t)ceil((double)setting->box.width * setting->scale) + 2 * setting->margin;
    shape->inside = memory_new(shape->height * shape->width, sizeof *shape->inside, error);
    if (!shape->inside)
        return false;
    for (size_t y = 0; y < shape->height; y++)
        for (size_t x = 0; x < shape->width; x++)
            shape->inside[y * shape->width + x] =
                ink_under(setting, ((double)y + 0.5 - margin) / setting->scale,
                          ((double)x + 0.5 - margin) / setting->scale) >= least;
    if (setting->reach > 0)
        return shape_grow(shape, (size_t)setting->reach, error);
    return setting->reach == 0 || shape_shrink(shape, (size_t)-setting->reach, error);
}

/* Where a shape of this length starts on a side of `side` pixels of the shape so that its center is
 * at `middle`, limited so that it stays inside. */
static long begin_at(double middle, double center, size_t length, size_t side) {
    const long begin = (long)floor(middle - center + 0.5), last = (long)side - (long)length;
    return begin > last ? last : begin < 0 ? 0 : begin;
}

/* Where the shape starts on the result, in pixels of the shape. The center of mass is at the center
 * of the pixel after the middle, as in MNIST. */
static void place(const setting *setting, size_t height, size_t width, long *top, long *left) {
    const shape *shape = &setting->shape;
    double weight = 0, at_y = 0, at_x = 0;
    for (size_t y = 0; y < shape->height; y++)
        for (size_t x = 0; x < shape->width; x++)
            if (shape->inside[y * shape->width + x]) {
                weight++;
                at_y += (double)y + 0.5;
                at_x += (double)x + 0.5;
            }
    const size_t high = height * setting->fine, wide = width * setting->fine;
    const double half = 0.5 * (double)setting->fine;
    weight = weight > 0 ? weight : 1;
    *top = begin_at((double)high / 2 + half, at_y / weight, shape->height, high);
    *left = begin_at((double)wide / 2 + half, at_x / weight, shape->width, wide);
}

/* The covered part of a pixel of the result, 0 to 255. */
static uint8_t covered(const setting *setting, long top, long left) {
    size_t count = 0;
    for (long y = top; y < top + (long)setting->fine; y++)
        for (long x = left; x < left + (long)setting->fine; x++)
            if (y >= 0 && x >= 0 && y < (long)setting->shape.height &&
                x < (long)setting->shape.width)
                count += setting->shape.inside[(size_t)y * setting->shape.width + (size_t)x];
    const size_t all = setting->fine * setting->fine;
    return (uint8_t)((255 * count + all / 2) / all);
}

static void shrink(const setting *setting, size_t height, size_t width, uint8_t *pixels) {
    long top, left;
    place(setting, height, width, &top, &left);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            *pixels++ =
                covered(setting, (long)(y * setting->fine) - top, (long)(x * setting->fine) - left);
}

static size_t fineness(size_t height, size_t width) {
    const size_t longer = height > width ? height : width, most = FINE_SIDE / longer;
    return most < 1 ? 1 : most < FINE ? most : FINE;
}

static bool fit_plane(setting *setting, size_t height, size_t width, uint8_t *pixels,
                      cnn_error *error) {
    if (!ink_find(&setting->ink, error))
        return false;
    setting->pen = stroke_width(&setting->ink);
    setting->box = box_of(&setting->ink, setting->pen);
    setting->fine = fineness(height, width);
    measure(setting, height, width);
    const bool ok = set_shape(setting, error);
    if (ok)
        shrink(setting, height, width, pixels);
    free(setting->shape.inside);
    return ok;
}

bool cnn_picture_fit(const cnn_picture *picture, size_t height, size_t width, uint8_t *pixels,
                     cnn_error *error) {
    setting setting = {.fine = 1};
    if (!given(picture, "picture", error) || !given(pixels, "pixels", error))
        return false;
    if (!height || !width || height > SIDE_MOST || width > SIDE_MOST)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "a picture is fitted into 1 to %d pixels a side", SIDE_MOST);
    if (!plane_of_picture(&setting.ink, picture, PLANE_SIDE, error))
        return false;
    const bool ok = fit_plane(&setting, height, width, pixels, error);
    free(setting.ink.values);
    return ok;
}
