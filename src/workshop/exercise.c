/* The exercises as the public interface shows them. */
#include "exercise.h"

#include "error.h"

#include <ctype.h>
#include <string.h>

size_t cnn_exercise_count(void) {
    return exercise_row_count;
}

bool cnn_exercise_at(size_t index, cnn_exercise_info *exercise) {
    if (index >= exercise_row_count)
        return false;
    if (exercise)
        *exercise = exercise_rows[index].about;
    return true;
}

static const exercise_row *row_of(const char *name) {
    for (size_t i = 0; name && i < exercise_row_count; i++)
        if (!strcmp(exercise_rows[i].about.name, name))
            return &exercise_rows[i];
    return NULL;
}

const exercise_row *exercise_row_named(const char *name, cnn_error *error) {
    const exercise_row *row = row_of(name);
    if (!row && given(name, "exercise", error))
        error_set(error, CNN_STATUS_BAD_ARGUMENT, "there is no exercise %s", name);
    return row;
}

bool cnn_exercise_find(const char *name, cnn_exercise_info *exercise) {
    const exercise_row *row = row_of(name);
    if (row && exercise)
        *exercise = row->about;
    return row;
}

const char *cnn_exercise_hint_at(const char *name, size_t index) {
    const exercise_row *row = row_of(name);
    return row && index < row->about.hint_count ? row->hints[index] : NULL;
}

size_t exercise_letters(const char *sizes, char letters[5]) {
    size_t rank = 0;
    for (; *sizes && rank < 4; sizes += strcspn(sizes, " "), sizes += strspn(sizes, " "))
        letters[rank++] = isupper((unsigned char)*sizes) ? (char)tolower(*sizes) : 'i';
    letters[rank] = '\0';
    return rank;
}

bool cnn_exercise_function_at(const char *name, size_t index, cnn_call *call) {
    const exercise_row *row = row_of(name);
    if (!row || index >= row->about.function_count)
        return false;
    const exercise_function *f = &row->functions[index];
    cnn_call made = {.function = f->name,
                     .prototype = f->prototype,
                     .function_index = index,
                     .argument_count = f->count};
    for (size_t i = 0; i < f->count; i++) {
        char letters[5];
        made.arguments[i].kind = f->parameters[i].kind;
        made.arguments[i].name = f->parameters[i].name;
        made.arguments[i].rank = exercise_letters(f->parameters[i].sizes, letters);
    }
    if (call)
        *call = made;
    return true;
}
