/* Sums squares of pixels as rows arrive; each square becomes its mean. */
#include "shrink.h"

#include "memory.h"

/* No network needs more squares than 1/4 of CNN_PICTURE_PIXELS_MAX; their sums take four bytes
 * each. */
#define SQUARES_MOST ((size_t)CNN_PICTURE_PIXELS_MAX / 4)

static size_t squares(size_t pixels, size_t side) {
    return (pixels + side - 1) / side;
}

bool shrink_begin(shrinking *s, size_t height, size_t width, size_t channels, cnn_error *error) {
    size_t side = 1, rows = height, columns = width;
    while (rows > CNN_PICTURE_SIDE_MAX || columns > CNN_PICTURE_SIDE_MAX ||
           rows * columns > SQUARES_MOST) {
        side++;
        rows = squares(height, side);
        columns = squares(width, side);
    }
    *s = (shrinking){height, width, channels, side, rows, columns, NULL};
    s->sums = memory_new(rows * columns, channels * sizeof *s->sums, error);
    return s->sums != NULL;
}

void shrink_take(shrinking *s, size_t y, size_t x, size_t step, const uint8_t *pixels,
                 size_t count) {
    const size_t channels = s->channels, colors = channels - (channels % 2 == 0);
    uint32_t *row = s->sums + y / s->side * s->columns * channels;
    for (size_t i = 0; i < count; i++, x += step, pixels += channels) {
        uint32_t *sum = row + x / s->side * channels;
        const uint32_t alpha = colors < channels ? pixels[colors] : 1;
        for (size_t c = 0; c < colors; c++)
            sum[c] += alpha * pixels[c];
        if (colors < channels)
            sum[colors] += alpha;
    }
}

static uint8_t mean(uint32_t sum, uint32_t count) {
    return count ? (uint8_t)((sum + count / 2) / count) : 0;
}

/* The number of pixels along one side of this square. */
static size_t within(size_t square, size_t side, size_t pixels) {
    const size_t left = pixels - square * side;
    return left < side ? left : side;
}

/* Pixels are written at or before the place of their sums, after these have been read. */
uint8_t *shrink_end(shrinking *s, size_t *height, size_t *width) {
    const size_t channels = s->channels, colors = channels - (channels % 2 == 0);
    const uint32_t *sum = s->sums;
    uint8_t *pixels = (uint8_t *)s->sums, *to = pixels;
    for (size_t y = 0; y < s->rows; y++)
        for (size_t x = 0; x < s->columns; x++, sum += channels, to += channels) {
            const uint32_t area =
                (uint32_t)(within(y, s->side, s->height) * within(x, s->side, s->width));
            const uint32_t alpha = colors < channels ? sum[colors] : 0;
            for (size_t c = 0; c < colors; c++)
                to[c] = mean(sum[c], colors < channels ? alpha : area);
            if (colors < channels)
                to[colors] = mean(alpha, area);
        }
    *height = s->rows;
    *width = s->columns;
    s->sums = NULL;
    return pixels;
}
