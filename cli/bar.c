/* Draws a progress line, ten times a second at most, and never wider than the terminal. */
#define _DEFAULT_SOURCE /* for the size of a terminal, which POSIX 2008 lacks */
#include "bar.h"

#include "clock.h"
#include "print.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DRAW_SECONDS 0.1
#define LEAST_BAR 10
#define MOST_BAR 40

bar bar_on(FILE *stream) {
    return (bar){.stream = is_terminal(stream) ? stream : NULL};
}

static size_t columns_of(FILE *stream) {
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) || !size.ws_col)
        return PRINT_COLUMNS;
    return size.ws_col;
}

/* The right part: rate, loss, time left in the whole run at this rate. */
static void numbers(const cnn_progress *progress, char *text, size_t size) {
    const double rate = progress->seconds > 0 ? (double)progress->images / progress->seconds : 0;
    const size_t whole_epochs = progress->epochs - progress->epoch - 1;
    const double left = (double)whole_epochs * (double)progress->total +
                        (double)(progress->total - progress->images);
    snprintf(text, size, " %s images/s  loss %.4f  %s left", thousands((uint64_t)rate).text,
             progress->loss, format_seconds(rate > 0 ? left / rate : -1).text);
}

void bar_text(const cnn_progress *progress, size_t columns, char *text, size_t size) {
    char left[64], right[128], middle[MOST_BAR + 3] = "";
    const double share = progress->total ? (double)progress->images / (double)progress->total : 1;
    snprintf(left, sizeof left, "epoch %zu/%zu ", progress->epoch + 1, progress->epochs);
    numbers(progress, right, sizeof right);
    const size_t taken = strlen(left) + strlen(right) + strlen("[] 100 %");
    size_t cells = columns > taken ? columns - taken : 0;
    cells = cells > MOST_BAR ? MOST_BAR : cells;
    if (cells >= LEAST_BAR) {
        memset(middle, '.', cells + 2);
        memset(middle + 1, '#', (size_t)(share * (double)cells));
        middle[0] = '[';
        middle[cells + 1] = ']';
    }
    size = columns + 1 < size ? columns + 1 : size;
    snprintf(text, size, "%s%s %3.0f %%%s", left, middle, 100 * share, right);
}

void bar_draw(bar *line, const cnn_progress *progress) {
    const double time = clock_seconds();
    if (!line->stream || time - line->drawn < DRAW_SECONDS)
        return;
    char text[512];
    /* The last column stays free: some terminals go to the next line when it is written. */
    bar_text(progress, columns_of(line->stream) - 1, text, sizeof text);
    fprintf(line->stream, "\r%s\033[K", text);
    fflush(line->stream);
    line->drawn = time;
    line->visible = true;
}

void bar_clear(bar *line) {
    if (!line->visible)
        return;
    fputs("\r\033[K", line->stream);
    fflush(line->stream);
    line->visible = false;
}
