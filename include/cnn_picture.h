/* A part of cnn.h, which programs include.
 *
 * One picture of any size as bytes [h][w][c], from a PNG or from memory, and the two ways to bring
 * it to the input size of a network; cnn_model_prepare() chooses between them. Never changes after
 * it is made: any number of threads may read it. */
#ifndef CNN_PICTURE_H
#define CNN_PICTURE_H

typedef struct cnn_picture cnn_picture;
/* How a picture becomes an input of a network. */
typedef enum cnn_preprocessing {
    CNN_PREPROCESSING_RESIZE, /* by cnn_picture_resize() */
    CNN_PREPROCESSING_MNIST   /* by cnn_picture_fit(), into the form of MNIST's digits */
} cnn_preprocessing;
/* Limits of a picture: pixels per side, pixels in total. */
#define CNN_PICTURE_SIDE_MAX 16384
#define CNN_PICTURE_PIXELS_MAX 33554432
/* Limits of a PNG, which may be larger: pixels per side, pixels in total, bytes. Anything larger is
 * refused before memory is allocated for it. A PNG beyond the limits of a picture is reduced while
 * its rows are read: squares of 2 x 2 pixels, 3 x 3 or more are replaced by their mean, so that at
 * most a quarter of CNN_PICTURE_PIXELS_MAX is left. Reading takes at most 200 MB in addition to the
 * PNG's bytes. */
#define CNN_PNG_SIDE_MAX 65536
#define CNN_PNG_PIXELS_MAX 268435456
#define CNN_PNG_BYTES_MAX 1073741824

/* A PNG of any color type and depth, converted to `channels`: 1, gray (0.299 R + 0.587 G + 0.114
 * B), or 3, RGB. 16 bits are rounded to 8; gamma, color profiles, text and a background color are
 * ignored. Transparent pixels are blended with white, or with black if the opaque ones are light on
 * average, so that a drawing is visible in both cases. A pixel with an index beyond the palette is
 * black. Damaged or truncated header, palette, transparency and image data, including their
 * checksums, are refused, with the byte in the error. Anything else may be damaged: other chunks,
 * image data after the last row (if it is no more than the rows), a missing end, bytes after it. */
cnn_picture *cnn_picture_parse(const void *bytes, size_t size, size_t channels, cnn_error *error);
cnn_picture *cnn_picture_load(const char *path, size_t channels, cnn_error *error);
/* Copies pixels[h][w][c]; channels 1 or 3. */
cnn_picture *cnn_picture_create(size_t height, size_t width, size_t channels, const uint8_t *pixels,
                                cnn_error *error);
/* From pixels[h][w][4] of red, green, blue and opacity, as browsers decode pictures; transparent
 * ones are blended as a PNG's are. Has 3 channels. */
cnn_picture *cnn_picture_create_rgba(size_t height, size_t width, const uint8_t *pixels,
                                     cnn_error *error);
void cnn_picture_free(cnn_picture *picture);
size_t cnn_picture_height(const cnn_picture *picture);
size_t cnn_picture_width(const cnn_picture *picture);
size_t cnn_picture_channels(const cnn_picture *picture);
/* [h][w][c]; the picture owns them. */
const uint8_t *cnn_picture_pixels(const cnn_picture *picture);

/* Resizes to pixels[height][width][c], each axis separately. An output pixel is the mean of the
 * input under a window centered on its position. The window is as wide as an output pixel but at
 * least one input pixel, and is shifted to stay inside the picture. That is the area average when
 * shrinking, bilinear interpolation when enlarging, a copy at the same size. Exact, rounded
 * once. */
bool cnn_picture_resize(const cnn_picture *picture, size_t height, size_t width, uint8_t *pixels,
                        cnn_error *error);
/* Converts a drawn or photographed digit to the form of MNIST's, pixels[height][width] in gray:
 * white strokes on black, whichever they were; without paper, printed straight lines, uneven light,
 * edges of shadows, grain and dust; cropped to the drawing, which is scaled in proportion to fit
 * 20/28 of each side; the center of mass in the middle; strokes thinned or thickened to MNIST's
 * width. Refused: a picture without visible strokes, and sides over 1024. */
bool cnn_picture_fit(const cnn_picture *picture, size_t height, size_t width, uint8_t *pixels,
                     cnn_error *error);

#endif
