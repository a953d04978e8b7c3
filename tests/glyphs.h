/* Digits as strokes of a pen, from Hershey's fonts, and drawings of them. */
#ifndef TESTS_GLYPHS_H
#define TESTS_GLYPHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GLYPH_POINTS 128

/* Points that the pen visits, y downwards. It is lifted on its way to a point that begins a
 * line. */
typedef struct glyph {
    size_t count;
    struct {
        double x, y;
        bool begins;
    } points[GLYPH_POINTS];
} glyph;

/* The digits 0 to 9 of a .jhf file, scaled to lie between -1/2 and 1/2 in height, the middle of
 * their box at 0. False if the file cannot be read or does not have them. */
bool glyphs_of_digits(const char *path, glyph digits[10]);

/* How a digit is drawn. */
typedef struct hand {
    size_t side;        /* of the square picture, in pixels */
    double height;      /* of the glyph, in pixels */
    double pen;         /* diameter, in pixels */
    double x, y;        /* where its middle comes, in pixels */
    double slant;       /* how far the top leans to the right, in heights */
    double turn;        /* in radians */
    uint8_t paper, ink; /* brightness */
    double shade;       /* how much darker the corner far from the lamp is, 0 to 1 */
    double grain;       /* standard deviation of the paper's and the camera's noise, in levels */
    uint64_t seed;      /* of the grain */
} hand;

/* pixels[side][side], the edges of strokes soft. */
void glyph_draw(const glyph *glyph, const hand *hand, uint8_t *pixels);

#endif
