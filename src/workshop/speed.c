/* A larger case of an exercise, to measure the reader's functions beside the book on. */
#include "book_time.h"
#include "problem.h"

#include "error.h"

#include <stdlib.h>

static bool call_all(const problem *p, cnn_call_function run, void *context, cnn_error *error) {
    bool good = true;
    for (size_t f = 0; good && f < p->row->about.function_count; f++) {
        cnn_call call;
        cnn_error failed = {.status = CNN_STATUS_BAD_ARGUMENT, .message = "run failed"};
        good = problem_call(p, f, true, &call) ? run(&call, context, &failed)
                                               : error_no_memory(&failed, SIZE_MAX);
        for (size_t i = 0; i < call.argument_count; i++)
            free(call.arguments[i].numbers);
        if (!good && error)
            *error = failed;
    }
    return good;
}

bool cnn_exercise_speed(const char *exercise, cnn_call_function run, void *context,
                        double *book_seconds, cnn_error *error) {
    const exercise_row *row = exercise_row_named(exercise, error);
    problem p;
    if (!row || !given(book_seconds, "book_seconds", error))
        return false;
    if (!run)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "run is NULL");
    const bool good =
        problem_begin(&p, row, &row->speed, error) && call_all(&p, run, context, error);
    if (good)
        *book_seconds = p.given ? book_time_of_case(p.given)
                                : book_time_of_update(p.update.adam, p.update.count);
    problem_end(&p);
    return good;
}
