/* Reads and writes names of numbers. Indices are those of memory: [h,w,c], weights [r,s,c,k]. */
#include "where.h"

#include "closest.h"
#include "decimal.h"
#include "source.h"

#include <stdio.h>
#include <string.h>

static size_t numbers_of(const cnn_tensor *tensor) {
    size_t count = 1;
    for (size_t d = 0; d < tensor->rank; d++)
        count *= tensor->shape[d];
    return count;
}

static bool ends_with(const char *text, const char *end) {
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && !strcmp(text + length - tail, end);
}

/* Is the first index the image? Not of parameters and their gradients. */
static bool of_images(const cnn_tensor *tensor) {
    const char *dot = strchr(tensor->name, '.');
    return !dot || !strcmp(dot, ".grad") || tensor->type == CNN_TYPE_INT32;
}

/* The indices of a name: not the image of a single one, nor the channel of a gray one. */
typedef struct shown {
    size_t first, last; /* last: one past the end */
} shown;

static shown shown_of(const cnn_tensor *tensor) {
    const bool images = of_images(tensor);
    shown s = {images && tensor->rank && tensor->shape[0] == 1, tensor->rank};
    s.last -= images && tensor->rank == 4 && tensor->shape[3] == 1;
    return s;
}

static void unfold(const cnn_tensor *tensor, size_t index, size_t at[4]) {
    for (size_t d = tensor->rank; d-- > 0;) {
        at[d] = tensor->shape[d] ? index % tensor->shape[d] : 0;
        index /= tensor->shape[d] ? tensor->shape[d] : 1;
    }
}

void where_text(const cnn_tensor *tensor, size_t index, char text[WHERE_SIZE]) {
    size_t at[4];
    const shown s = shown_of(tensor);
    unfold(tensor, index, at);
    size_t used = (size_t)snprintf(text, WHERE_SIZE, "%s", tensor->name);
    for (size_t d = s.first; d < s.last && used < WHERE_SIZE; d++)
        used += (size_t)snprintf(text + used, WHERE_SIZE - used, "%s%zu%s", d > s.first ? "," : "[",
                                 at[d], d + 1 == s.last ? "]" : "");
}

void where_name(const cnn_model *model, const char *name, size_t index, char text[WHERE_SIZE]) {
    cnn_tensor tensor;
    text[0] = '\0';
    if (name[0] && index != CNN_NO_INDEX && cnn_model_tensor(model, name, &tensor, NULL))
        where_text(&tensor, index, text);
}

/* "14x14x16", the sizes of the indices in a name. */
static void shape_text(const cnn_tensor *tensor, char *text, size_t size) {
    const shown s = shown_of(tensor);
    size_t used = 0;
    text[0] = '\0';
    for (size_t d = s.first; d < s.last && used < size; d++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s%zu", used ? "x" : "", tensor->shape[d]);
}

/* Reads "[4,3,8]" as the indices from first to last - 1; the others are 0. */
static bool read_indices(const char *text, const cnn_tensor *tensor, shown s, size_t *index) {
    *index = 0;
    for (size_t d = 0; d < tensor->rank; d++) {
        uint64_t at = 0;
        bool large = false;
        if (d >= s.first && d < s.last) {
            if (*text++ != (d > s.first ? ',' : '['))
                return false;
            const size_t digits = decimal_digits(text, strlen(text), SIZE_MAX, &at, &large);
            if (!digits || large || at >= tensor->shape[d])
                return false;
            text += digits;
        }
        *index = *index * tensor->shape[d] + (size_t)at;
    }
    return !strcmp(text, s.first < s.last ? "]" : "");
}

/* The number in the middle, an example away from the edges. */
static size_t middle_of(const cnn_tensor *tensor) {
    size_t index = 0;
    for (size_t d = 0; d < tensor->rank; d++)
        index = index * tensor->shape[d] + tensor->shape[d] / 2;
    return index;
}

static bool refuse_index(const cnn_tensor *tensor, const char *text, cnn_error *error) {
    char shape[96], example[WHERE_SIZE];
    shape_text(tensor, shape, sizeof shape);
    where_text(tensor, middle_of(tensor), example);
    if (!shape[0])
        return source_refuse(error, "", "%.60s: %s is one number: %s", text, tensor->name, example);
    return source_refuse(error, "", "%.60s: %s %s %s%s, counted from 0: %s is one of its numbers",
                         text, tensor->name, strchr(shape, 'x') ? "is" : "has", shape,
                         strchr(shape, 'x') ? "" : " numbers", example);
}

static bool refuse_name(const cnn_model *model, const char *name, cnn_error *error) {
    closest near = {.typed = name, .length = strlen(name)};
    cnn_tensor tensor;
    char example[WHERE_SIZE] = "";
    for (size_t i = 0; cnn_model_tensor_at(model, i, &tensor); i++) {
        closest_offer(&near, tensor.name);
        if (i == 2) /* after the input and its gradient: the first layer */
            where_text(&tensor, middle_of(&tensor), example);
    }
    if (cnn_model_tensor(model, near.word, &tensor, NULL))
        where_text(&tensor, middle_of(&tensor), example);
    return source_refuse(error, "", "no tensor %.40s; %s %s%s", name,
                         near.word[0] ? "did you mean" : "there is, for one,", example,
                         near.word[0] ? "?" : "");
}

bool where_read(const cnn_model *model, const char *text, where *where, cnn_error *error) {
    char name[CNN_NAME_SIZE] = "";
    const size_t length = strcspn(text, "[");
    cnn_tensor *tensor = &where->tensor;
    if (length < sizeof name)
        memcpy(name, text, length);
    if (!cnn_model_tensor(model, name, tensor, NULL))
        return refuse_name(model, length < sizeof name ? name : text, error);
    const shown least = shown_of(tensor), image = {least.first, tensor->rank},
                all = {0, tensor->rank}, none = {0, 0};
    return read_indices(text + length, tensor, least, &where->index) ||
           read_indices(text + length, tensor, image, &where->index) ||
           read_indices(text + length, tensor, all, &where->index) ||
           (numbers_of(tensor) == 1 && read_indices(text + length, tensor, none, &where->index)) ||
           refuse_index(tensor, text, error);
}

bool where_backward(const where *where) {
    return ends_with(where->tensor.name, ".grad") || !strcmp(where->tensor.name, "losses");
}

void where_words(const where *where, char *text, size_t size) {
    static const char *const image[] = {"row", "column", "channel"};
    static const char *const kernel[] = {"kernel row", "column", "input channel", "output channel"};
    static const char *const vector[] = {"number"};
    static const char *const matrix[] = {"input", "output"};
    const cnn_tensor *tensor = &where->tensor;
    const bool images = of_images(tensor);
    const char *const *words = images && tensor->rank == 4                         ? image
                               : images == (tensor->rank == 2) && tensor->rank < 3 ? vector
                               : !images && tensor->rank == 4                      ? kernel
                               : !images && tensor->rank == 2                      ? matrix
                                                                                   : NULL;
    const shown s = shown_of(tensor);
    size_t at[4], used = 0;
    unfold(tensor, where->index, at);
    text[0] = '\0';
    for (size_t d = s.first, w = 0; words && d < s.last && used < size; d++, w++)
        used += (size_t)snprintf(text + used, size - used, "%s%s %zu", used ? ", " : "", words[w],
                                 at[d]);
}
