/* Backgrounds of drawings in photographs, and their light: squares, rules, shadows, a table. */
#ifndef TESTS_PAPER_H
#define TESTS_PAPER_H

#include "glyphs.h"

typedef enum paper_kind {
    PAPER_PLAIN,    /* as glyph_draw() leaves it */
    PAPER_SQUARED,  /* lines both ways, straight or a little turned */
    PAPER_RULED,    /* lines one way, half of them with a margin line across */
    PAPER_SHADOW,   /* the edge or the corner of one, hard or soft, over the drawing or beside it */
    PAPER_SHADOWS,  /* a strip of light between two */
    PAPER_PAGE,     /* one or two edges of the page, the table beyond it darker or lighter */
    PAPER_FOLD,     /* a crease from edge to edge, dark on one side and light on the other */
    PAPER_VIGNETTE, /* corners that the lens leaves dark */
    PAPER_HOLE,     /* two punched holes or stickers beside the drawing */
    PAPER_BLOCKS,   /* artifacts of strong compression in blocks of 8 x 8 */
    PAPER_KINDS
} paper_kind;

const char *paper_name(paper_kind kind);

/* A hand drawn from the seed: a pen or a pencil, of varied width, place and lean, on paper of
 * varied brightness, lit from a corner. */
hand paper_hand(uint64_t seed);

/* Puts that under a drawing made by glyph_draw(), in varied size, strength and place; the same for
 * the same seed. The drawing itself stays complete. */
void paper_lay(paper_kind kind, uint64_t seed, const hand *hand, uint8_t *pixels);

#endif
