/* Counts how often each class is taken for each other, and shows the counts as tables, sentences
 * and JSON. */
#include "confusion.h"

#include "json_line.h"
#include "print.h"
#include "source.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool confusion_measure(confusion *result, cnn_model *model, const cnn_dataset *images,
                       cnn_error *error) {
    const size_t classes = cnn_network_class_count(cnn_model_network(model));
    *result = (confusion){.classes = classes};
    if (classes <= CONFUSION_CLASSES)
        result->counts = calloc(classes * classes, sizeof(size_t));
    if (classes <= CONFUSION_CLASSES && !result->counts)
        return source_refuse(error, "", "no memory for a matrix of %zu classes", classes);
    return cnn_model_evaluate(model, images, &result->score, result->counts, error);
}

void confusion_free(confusion *result) {
    free(result->counts);
    result->counts = NULL;
}

static size_t count_at(const confusion *result, size_t truth, size_t guess) {
    return result->counts[truth * result->classes + guess];
}

size_t confusion_images(const confusion *result, size_t class) {
    size_t sum = 0;
    for (size_t guess = 0; guess < result->classes; guess++)
        sum += count_at(result, class, guess);
    return sum;
}

double confusion_accuracy(const confusion *result, size_t class) {
    const size_t images = confusion_images(result, class);
    return images ? (double)count_at(result, class, class) / (double)images : NAN;
}

/* Finds the places of the largest mistakes in counts, in falling order. Returns how many there
 * are. */
static size_t worst_pairs(const confusion *result, size_t *indices) {
    const size_t classes = result->classes;
    size_t found = 0;
    for (size_t i = 0; i < classes * classes; i++) {
        if (i / classes == i % classes || !result->counts[i])
            continue;
        size_t at = found < CONFUSION_PAIRS ? found++ : CONFUSION_PAIRS;
        for (; at > 0 && result->counts[indices[at - 1]] < result->counts[i]; at--)
            if (at < CONFUSION_PAIRS)
                indices[at] = indices[at - 1];
        if (at < CONFUSION_PAIRS)
            indices[at] = i;
    }
    return found;
}

#define TEXT(number) #number
#define NUMBER(number) TEXT(number)

void confusion_worst(const confusion *result, const cnn_model *model, char *text, size_t size) {
    size_t indices[CONFUSION_PAIRS];
    const size_t found = result->counts ? worst_pairs(result, indices) : 0;
    snprintf(text, size, "%s",
             result->counts ? "none"
                            : "not counted: more than " NUMBER(CONFUSION_CLASSES) " classes");
    for (size_t i = 0, used = 0; i < found && used < size; i++) {
        const size_t count = result->counts[indices[i]];
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s\tread\tas\t%s:\t%s\ttime%s",
                             i ? ", " : "", cnn_model_class_at(model, indices[i] / result->classes),
                             cnn_model_class_at(model, indices[i] % result->classes),
                             thousands(count).text, count == 1 ? "" : "s");
    }
}

/* Widths of the table: of the class column, and of one count. */
typedef struct layout {
    int name, cell;
    bool numbered; /* names are not numbers: columns are headed by class numbers */
    bool matrix;   /* it fits */
} layout;

#define MOST_NAME 16

static layout lay_out(const confusion *result, const cnn_model *model) {
    layout table = {.name = 5};
    size_t most = 0, longest = 0;
    for (size_t i = 0; i < result->classes * result->classes; i++)
        most = result->counts[i] > most ? result->counts[i] : most;
    for (size_t class = 0; class < result->classes; class ++) {
        const size_t length = strlen(cnn_model_class_at(model, class));
        longest = length > longest ? length : longest;
    }
    table.cell = 1 + (int)strlen(thousands(most).text);
    table.cell = table.cell < 4 ? 4 : table.cell;
    table.numbered = longest + 1 > (size_t)table.cell;
    const size_t wanted = longest + (table.numbered ? 3 : 0);
    table.name = wanted > MOST_NAME ? MOST_NAME : wanted > 5 ? (int)wanted : 5;
    const size_t matrix = result->classes * (size_t)table.cell;
    table.matrix = matrix < PRINT_COLUMNS && matrix + (size_t)table.name + 11 <= PRINT_COLUMNS;
    if (!table.matrix && table.numbered && matrix + 5 + 11 <= PRINT_COLUMNS) {
        table.name = PRINT_COLUMNS - 11 - (int)matrix;
        table.matrix = true;
    }
    table.numbered &= table.matrix;
    return table;
}

static void print_row(const confusion *result, const cnn_model *model, const layout *table,
                      size_t class, FILE *stream) {
    char name[128];
    const char *text = cnn_model_class_at(model, class);
    if (table->numbered)
        snprintf(name, sizeof name, "%zu %s", class, text);
    else
        snprintf(name, sizeof name, "%s", text);
    name[table->name] = '\0'; /* perhaps within a character */
    cnn_text_clean(name);
    fprintf(stream, "%-*s %9s%s", table->name, name,
            format_percent(confusion_accuracy(result, class)).text, table->matrix ? " " : "");
    for (size_t guess = 0; table->matrix && guess < result->classes; guess++) {
        const size_t count = count_at(result, class, guess);
        const bool right = guess == class;
        fprintf(stream, "%s%*s%s", right ? terminal_style(stream, LOOK_GOOD) : "", table->cell,
                count ? thousands(count).text : ".",
                right ? terminal_style(stream, LOOK_PLAIN) : "");
    }
    fputc('\n', stream);
}

void confusion_table(const confusion *result, const cnn_model *model, FILE *stream) {
    if (!result->counts)
        return;
    const layout table = lay_out(result, model);
    fprintf(stream, "%s%-*s %9s%s", terminal_style(stream, LOOK_BOLD), table.name, "class", "right",
            table.matrix ? " " : "");
    for (size_t guess = 0; table.matrix && guess < result->classes; guess++) {
        char name[CNN_NAME_SIZE];
        snprintf(name, sizeof name, "%s",
                 table.numbered ? thousands(guess).text : cnn_model_class_at(model, guess));
        cnn_text_clean(name);
        fprintf(stream, "%*s", table.cell, name);
    }
    fprintf(stream, "%s\n", terminal_style(stream, LOOK_PLAIN));
    for (size_t class = 0; class < result->classes; class ++)
        if (table.matrix || confusion_images(result, class))
            print_row(result, model, &table, class, stream);
    if (table.matrix)
        fprintf(stream, "(a row for each class as labeled, a column for each class as read)\n");
}

json_t *confusion_matrix(const confusion *result) {
    json_t *rows = result->counts ? json_array() : json_null();
    for (size_t truth = 0; json_is_array(rows) && truth < result->classes; truth++) {
        json_t *row = json_array();
        for (size_t guess = 0; row && guess < result->classes; guess++)
            json_line_append(&row, json_integer((json_int_t)count_at(result, truth, guess)));
        json_line_append(&rows, row);
    }
    return rows;
}

json_t *confusion_classes(const confusion *result, const cnn_model *model) {
    json_t *classes = result->counts ? json_array() : json_null();
    for (size_t class = 0; result->counts && class < result->classes; class ++) {
        json_t *entry =
            json_pack("{s:o, s:I, s:o}", "name", json_line_text(cnn_model_class_at(model, class)),
                      "images", (json_int_t)confusion_images(result, class), "accuracy",
                      json_line_real(confusion_accuracy(result, class)));
        json_line_append(&classes, entry);
    }
    return classes;
}
