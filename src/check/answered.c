/* Answers a case with the book, or with a mistaken page. */
#include "worked.h"

#include "error.h"

#include <string.h>

/* False: the mistake is not made in this layer. */
static bool run_page(worked *w, const mistake_row *row) {
    for (const mistaken_page *p = mistaken_pages_double(); p->row != MISTAKE_END; p++)
        if (p->row == row - mistake_rows && p->other == MISTAKE_ALONE && worked_run(w, p))
            return true;
    return false;
}

static void copy_out(const worked *w) {
    for (size_t g = 0; g < GRADIENTS; g++) {
        float *answer = (float *)case_answer(w->given, g);
        for (size_t i = 0; i < case_count(w->given, g); i++)
            answer[i] = (float)worked_last(w, g)[i];
    }
}

bool cnn_case_answer(cnn_case *one, const char *mistake, cnn_error *error) {
    const mistake_row *row = NULL;
    worked w;
    if (!given(one, "case", error))
        return false;
    if (mistake && !(row = mistake_row_named(mistake, error)))
        return false;
    if (!worked_begin(&w, one, error))
        return false;
    if (!row || !run_page(&w, row))
        worked_run(&w, NULL);
    copy_out(&w);
    worked_end(&w);
    return true;
}
