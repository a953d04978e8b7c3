/* Truncates and cleans words so that a message stays one short printable line. */
#include "shown.h"

#include "printable.h"

#include <stdio.h>
#include <string.h>

/* CNN_NAME_SIZE - 1: our own names are never truncated. */
#define NAME_LIMIT 47

/* Never cuts a character in two: the cut moves before it. */
static size_t cut(const uint8_t *text, size_t length, size_t limit) {
    if (length <= limit)
        return length;
    size_t at = limit;
    while (at > 0 && limit - at < 4 && (text[at] & 0xc0) == 0x80)
        at--;
    return (text[at] & 0xc0) == 0x80 ? limit : at;
}

shown show(const void *text, size_t length, size_t limit) {
    shown shown = {""};
    const size_t count = cut(text, length, limit < SHOWN_MAX ? limit : SHOWN_MAX);
    if (count)
        memcpy(shown.text, text, count);
    uint8_t *byte = (uint8_t *)shown.text, *end = byte + count;
    while ((byte += name_first_unprintable(byte, (size_t)(end - byte))) < end)
        *byte = *byte == '\t' ? ' ' : '?';
    if (count < length)
        memcpy(end, "...", 4);
    return shown;
}

shown show_name(const char *name) {
    return show(name, strlen(name), NAME_LIMIT);
}

/* Truncates: once the text is full, `at` is past its end, which ends the loop. */
shown show_shape(size_t rank, const size_t *shape) {
    shown shown = {"one number"};
    size_t at = 0;
    for (size_t i = 0; i < rank && at < sizeof shown.text; i++)
        at += (size_t)snprintf(shown.text + at, sizeof shown.text - at, "%s%zu", i ? "x" : "",
                               shape[i]);
    return shown;
}
