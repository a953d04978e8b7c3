/* Turns measured rows into the tables and step lines of `make bench`, each with its bound. */
#include "results.h"

#include "serve.h"

#include <stdlib.h>
#include <string.h>

const char *const phase_names[PHASES] = {"gather",   "forward", "loss",
                                         "backward", "reduce",  "update"};

/* All rows of a bench model; the caller frees them. */
static bench_model_row *rows_of(const bench_model *tested, size_t *count) {
    *count = bench_model_rows(tested, NULL, 0);
    bench_model_row *rows = serve_need(calloc(*count, sizeof *rows), "no memory");
    bench_model_rows(tested, rows, *count);
    return rows;
}

static bool waits(const bench_model_row *row) {
    return row->about.part == CNN_PROFILE_WAITING;
}

pass_table results_passes(const chip *chip, const bench_model *tested, size_t batch) {
    static const char *const passes[] = {"forward", "dx", "dw"};
    const cnn_network *network = cnn_model_network(bench_model_model(tested));
    size_t rows_count;
    bench_model_row *rows = rows_of(tested, &rows_count);
    pass_table table = {calloc(rows_count * BENCH_MODEL_PASSES, sizeof *table.lines), 0};
    serve_need(table.lines, "no memory");
    for (size_t i = 0; i < rows_count; i++)
        for (size_t p = 0; p < BENCH_MODEL_PASSES; p++) {
            if (rows[i].seconds[p] <= 0 || waits(&rows[i]))
                continue;
            pass_line *line = &table.lines[table.count++];
            memcpy(line->name, rows[i].about.name, sizeof line->name);
            /* Parts of a step have one pass each; only the loss has a backward pass too. */
            line->pass = rows[i].about.first ? passes[p] : p == BENCH_MODEL_DX ? "backward" : "";
            line->seconds = rows[i].seconds[p];
            line->multiply_adds = rows[i].multiply_adds[p];
            line->bound = bound_of(chip, network, &rows[i], p, batch, ONE_THREAD);
        }
    free(rows);
    return table;
}

static size_t phase_of(const bench_model_row *row, size_t pass) {
    switch (row->about.part) {
    case CNN_PROFILE_LAYERS:
        return pass == BENCH_MODEL_FORWARD ? PHASE_FORWARD : PHASE_BACKWARD;
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

step_line results_step(const chip *chip, const bench_model *tested, size_t batch, size_t kind) {
    const cnn_model *model = bench_model_model(tested);
    step_line line = {.batch = batch, .threads = cnn_model_threads(model)};
    size_t count;
    bench_model_row *rows = rows_of(tested, &count);
    line.seconds = line.waiting = bench_model_seconds(tested);
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < BENCH_MODEL_PASSES && !waits(&rows[i]); p++) {
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
