/* A part of cnn.h, which programs include.
 *
 * One picture as bytes [h][w][c], from a PNG or from memory, of whatever size; and the two ways to
 * the size that a network wants, of which cnn_model_prepare() goes the right one. Never changes
 * after it is made: any number of threads may read it. */
#ifndef CNN_PICTURE_H
#define CNN_PICTURE_H

typedef struct cnn_picture cnn_picture;
/* How a picture becomes an input of a network. */
typedef enum cnn_preprocessing {
    CNN_PREPROCESSING_RESIZE, /* by cnn_picture_resize() */
    CNN_PREPROCESSING_MNIST   /* by cnn_picture_fit(): into the form of MNIST's digits */
} cnn_preprocessing;
/* Limits of a picture: pixels a side, pixels in all. */
#define CNN_PICTURE_SIDE_MAX 16384
#define CNN_PICTURE_PIXELS_MAX 33554432
/* Limits of a PNG, which may have more: pixels a side, pixels in all, bytes. What is larger is
 * refused before memory is taken for it. A PNG beyond the limits of a picture is made smaller while
 * its rows are read: squares of 2 x 2 pixels, 3 x 3 or more become one, their mean, so that no more
 * than a quarter of CNN_PICTURE_PIXELS_MAX are left. To read takes 200 MB at most beside the PNG's
 * own bytes. */
#define CNN_PNG_SIDE_MAX 65536
#define CNN_PNG_PIXELS_MAX 268435456
#define CNN_PNG_BYTES_MAX 1073741824

/* A PNG of any color type and depth; `channels`, 1 or 3, says what becomes of it: gray
 * (0.299 R + 0.587 G + 0.114 B) or RGB. 16 bits are rounded to 8; gamma, color profiles, text and
 * a background color are ignored. What is transparent is laid on white, or on black if what is
 * opaque is light on average: so a drawing stands out, whichever way it was made. A pixel that
 * points beyond its palette is black. Refused at a byte: whatever is damaged or cut short of what
 * pixels are made of, checksums included: head, palette, transparency, image data. All else may be
 * in any state: other chunks, image data behind the last row (if it is no more than the rows), a
 * missing end, bytes behind it. */
cnn_picture *cnn_picture_parse(const void *bytes, size_t size, size_t channels, cnn_error *error);
cnn_picture *cnn_picture_load(const char *path, size_t channels, cnn_error *error);
/* Copies pixels[h][w][c]; channels 1 or 3. */
cnn_picture *cnn_picture_create(size_t height, size_t width, size_t channels, const uint8_t *pixels,
                                cnn_error *error);
void cnn_picture_free(cnn_picture *picture);
size_t cnn_picture_height(const cnn_picture *picture);
size_t cnn_picture_width(const cnn_picture *picture);
size_t cnn_picture_channels(const cnn_picture *picture);
/* [h][w][c]; the picture owns them. */
const uint8_t *cnn_picture_pixels(const cnn_picture *picture);

/* Stretches to pixels[height][width][c], each side by itself: an output pixel is the mean of the
 * input under a window around its place, as wide as an output pixel but no less than one input
 * pixel, and pushed back where it would reach over the edge. That is the area average where a side
 * shrinks, bilinear interpolation where it grows, a copy where it stays. Exact, rounded once. */
bool cnn_picture_resize(const cnn_picture *picture, size_t height, size_t width, uint8_t *pixels,
                        cnn_error *error);
/* Brings a drawn or photographed digit into the form of MNIST's, pixels[height][width] in gray:
 * strokes white on black, whichever they were; paper, straight lines printed on it, changes of
 * light, edges of shadows, grain and dust taken off; cut to the drawing, which fits 20/28 of either
 * side in its proportions; the center of mass in the middle; strokes finer or bolder than MNIST's
 * made so much bolder or finer. Refused: a picture in which nothing stands out, and sides over
 * 1024. */
bool cnn_picture_fit(const cnn_picture *picture, size_t height, size_t width, uint8_t *pixels,
                     cnn_error *error);

#endif
