/* Turns measured rows into the tables and step lines of `make bench`, each with its bound. */
#include "results.h"

#include "serve.h"

#include <stdlib.h>
#include <string.h>

const char *const phase_names[PHASES] = {"gather", "forward", "loss", "backward", "sums", "update"};

/* All rows of a subject; to be freed. */
static subject_row *rows_of(const subject *subject, size_t *count) {
    *count = subject_rows(subject, NULL, 0);
    subject_row *rows = serve_need(calloc(*count, sizeof *rows), "no memory");
    subject_rows(subject, rows, *count);
    return rows;
}

static bool waits(const subject_row *row) {
    return row->about.part == CNN_PROFILE_WAITING;
}

pass_table results_passes(const chip *chip, const subject *subject, size_t batch) {
    static const char *const passes[] = {"forward", "dx", "dw"};
    const cnn_network *network = cnn_model_network(subject_model(subject));
    size_t rows_count;
    subject_row *rows = rows_of(subject, &rows_count);
    pass_table table = {calloc(rows_count * SUBJECT_PASSES, sizeof *table.lines), 0};
    serve_need(table.lines, "no memory");
    for (size_t i = 0; i < rows_count; i++)
        for (size_t p = 0; p < SUBJECT_PASSES; p++) {
            if (rows[i].seconds[p] <= 0 || waits(&rows[i]))
                continue;
            pass_line *line = &table.lines[table.count++];
            memcpy(line->name, rows[i].about.name, sizeof line->name);
            /* Parts of a step have one pass, or are told by their names. */
            line->pass = rows[i].about.first ? passes[p] : p == SUBJECT_DX ? "backward" : "";
            line->seconds = rows[i].seconds[p];
            line->multiply_adds = rows[i].multiply_adds[p];
            line->bound = bound_of(chip, network, &rows[i], p, batch, ONE_THREAD);
        }
    free(rows);
    return table;
}

static size_t phase_of(const subject_row *row, size_t pass) {
    switch (row->about.part) {
    case CNN_PROFILE_LAYERS:
        return pass == SUBJECT_FORWARD ? PHASE_FORWARD : PHASE_BACKWARD;
    case CNN_PROFILE_GATHER:
        return PHASE_GATHER;
    case CNN_PROFILE_REDUCE:
        return PHASE_SUMS;
    case CNN_PROFILE_UPDATE:
        return PHASE_UPDATE;
    default:
        return PHASE_LOSS;
    }
}

step_line results_step(const chip *chip, const subject *subject, size_t batch, size_t kind) {
    const cnn_model *model = subject_model(subject);
    step_line line = {.batch = batch, .threads = cnn_model_threads(model)};
    size_t count;
    subject_row *rows = rows_of(subject, &count);
    line.seconds = line.waiting = subject_seconds(subject);
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < SUBJECT_PASSES && !waits(&rows[i]); p++) {
            const double seconds = rows[i].seconds[p] / (double)line.threads;
            line.phases[phase_of(&rows[i], p)] += seconds;
            line.waiting -= seconds;
            line.bound +=
                bound_of(chip, cnn_model_network(model), &rows[i], p, batch, kind).seconds;
        }
    line.waiting = line.waiting > 0 ? line.waiting : 0;
    free(rows);
    return line;
}
