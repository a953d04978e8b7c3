/* Reads the JHF form of Hershey's fonts: a glyph is a number of five columns, a count of three
 * columns, then as many pairs of characters, perhaps broken into lines. A character means its
 * distance from 'R'. The first pair is the left and right edge; each other pair is x and y of a
 * point, except that " R" lifts the pen. The first glyph of a file is the space, so that the digits
 * are the 17th to the 26th, as in ASCII. */
#include "glyphs.h"

#include "random.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define BEFORE_ZERO ('0' - ' ')

/* The next character that does not end a line, or EOF. */
static int next_mark(FILE *file) {
    int mark;
    do
        mark = fgetc(file);
    while (mark == '\n' || mark == '\r');
    return mark;
}

/* The head of a glyph: the count of pairs, or 0 at the end of the file. */
static size_t read_head(FILE *file) {
    char head[9] = "";
    for (size_t i = 0; i < 8; i++) {
        const int mark = next_mark(file);
        if (mark == EOF)
            return 0;
        head[i] = (char)mark;
    }
    unsigned count = 0;
    return sscanf(head + 5, "%3u", &count) == 1 ? count : 0;
}

static bool read_glyph(FILE *file, glyph *glyph) {
    const size_t count = read_head(file);
    bool begins = true;
    glyph->count = 0;
    for (size_t i = 0; i < count; i++) {
        const int x = next_mark(file), y = next_mark(file);
        if (i == 0)
            continue;
        if (x == ' ' && y == 'R') {
            begins = true;
            continue;
        }
        if (x == EOF || y == EOF || glyph->count == GLYPH_POINTS)
            return false;
        glyph->points[glyph->count].x = x - 'R';
        glyph->points[glyph->count].y = y - 'R';
        glyph->points[glyph->count++].begins = begins;
        begins = false;
    }
    return count > 0;
}

static void center(glyph *glyph) {
    double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
    for (size_t i = 0; i < glyph->count; i++) {
        left = fmin(left, glyph->points[i].x);
        right = fmax(right, glyph->points[i].x);
        top = fmin(top, glyph->points[i].y);
        bottom = fmax(bottom, glyph->points[i].y);
    }
    for (size_t i = 0; i < glyph->count; i++) {
        glyph->points[i].x = (glyph->points[i].x - (left + right) / 2) / (bottom - top);
        glyph->points[i].y = (glyph->points[i].y - (top + bottom) / 2) / (bottom - top);
    }
}

bool glyphs_of_digits(const char *path, glyph digits[10]) {
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    glyph passed;
    bool good = true;
    for (size_t i = 0; good && i < BEFORE_ZERO; i++)
        good = read_glyph(file, &passed);
    for (size_t i = 0; good && i < 10; i++) {
        good = read_glyph(file, &digits[i]) && digits[i].count > 1;
        center(&digits[i]);
    }
    fclose(file);
    return good;
}

static double clamp(double value, double least, double most) {
    return value < least ? least : value > most ? most : value;
}

/* From a pixel to the line between two points. */
static double distance(double x, double y, const double from[2], const double to[2]) {
    const double dx = to[0] - from[0], dy = to[1] - from[1], square = dx * dx + dy * dy;
    const double along = ((x - from[0]) * dx + (y - from[1]) * dy) / (square > 0 ? square : 1);
    const double at = clamp(along, 0, 1);
    return hypot(x - from[0] - at * dx, y - from[1] - at * dy);
}

/* Sets cover[] to the share of each pixel that the pen has touched; a pen finer than a pixel covers
 * less than all of it. */
static void draw_line(const hand *hand, const double from[2], const double to[2], float *cover) {
    const double radius = hand->pen / 2, most = clamp(hand->pen, 0, 1), side = (double)hand->side;
    const size_t first[2] = {(size_t)clamp(fmin(from[0], to[0]) - radius - 1, 0, side),
                             (size_t)clamp(fmin(from[1], to[1]) - radius - 1, 0, side)};
    const size_t end[2] = {(size_t)clamp(fmax(from[0], to[0]) + radius + 2, 0, side),
                           (size_t)clamp(fmax(from[1], to[1]) + radius + 2, 0, side)};
    for (size_t y = first[1]; y < end[1]; y++)
        for (size_t x = first[0]; x < end[0]; x++) {
            const double off = distance((double)x + 0.5, (double)y + 0.5, from, to);
            const double share = clamp(radius + 0.5 - off, 0, most);
            float *pixel = &cover[y * hand->side + x];
            *pixel = share > *pixel ? (float)share : *pixel;
        }
}

static void place_point(const glyph *glyph, const hand *hand, size_t i, double to[2]) {
    const double y = glyph->points[i].y, x = glyph->points[i].x - hand->slant * y;
    to[0] = hand->x + hand->height * (x * cos(hand->turn) - y * sin(hand->turn));
    to[1] = hand->y + hand->height * (x * sin(hand->turn) + y * cos(hand->turn));
}

void glyph_draw(const glyph *glyph, const hand *hand, uint8_t *pixels) {
    const size_t side = hand->side;
    float cover[256 * 256];
    memset(cover, 0, sizeof cover);
    double from[2] = {0}, to[2];
    for (size_t i = 0; i < glyph->count; i++) {
        place_point(glyph, hand, i, to);
        if (!glyph->points[i].begins)
            draw_line(hand, from, to, cover);
        memcpy(from, to, sizeof from);
    }
    random_state random = random_seeded(hand->seed, 0);
    for (size_t y = 0; y < side; y++)
        for (size_t x = 0; x < side; x++) {
            const double far = (double)(x + y) / (double)(2 * side), light = 1 - hand->shade * far;
            const double share = cover[y * side + x];
            const double level = light * (hand->paper + share * (hand->ink - hand->paper)) +
                                 hand->grain * (hand->grain > 0 ? random_normal(&random) : 0);
            pixels[y * side + x] = (uint8_t)(clamp(level, 0, 255) + 0.5);
        }
}
