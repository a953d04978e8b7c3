/* Asks the reader's functions for answers to each case of an exercise. */
#include "attempt.h"

#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All calls of one attempt. */
typedef struct asking {
    cnn_attempt *attempt;
    cnn_call_function run;
    void *context;
    bool again; /* the second calls */
} asking;

static part *part_of(cnn_attempt *a, size_t function, size_t parameter) {
    for (size_t i = 0; i < a->part_count; i++)
        if (a->parts[i].function_index == function &&
            a->parts[i].parameter == &a->row->functions[function].parameters[parameter])
            return &a->parts[i];
    return NULL;
}

static size_t case_total(const cnn_attempt *a) {
    return a->row->about.case_count;
}

/* Keeps the outputs if the call succeeded, and frees the rest. */
static void take_answers(const asking *q, size_t function, size_t index, cnn_call *call,
                         bool good) {
    for (size_t i = 0; i < call->argument_count; i++) {
        part *p = part_of(q->attempt, function, i);
        if (p && good)
            (q->again ? p->second : p->first)[index] = call->arguments[i].numbers;
        else
            free(call->arguments[i].numbers);
    }
}

static void stop(cnn_attempt *a, const cnn_call *call, const cnn_error *error) {
    a->about.stopped = true;
    a->about.function = call->function;
    a->about.title = call->title;
    snprintf(a->about.message, sizeof a->about.message, "%s", error->message);
}

/* False without memory, or if the reader's function failed. */
static bool ask(const asking *q, size_t function, size_t index, cnn_error *error) {
    cnn_call call;
    if (!problem_call(&q->attempt->problems[index], function, q->again, &call)) {
        take_answers(q, function, index, &call, false);
        return error_no_memory(error, SIZE_MAX);
    }
    call.case_index = index;
    cnn_error failed = {.status = CNN_STATUS_OK};
    const bool good = q->run(&call, q->context, &failed);
    if (!good && !q->again)
        stop(q->attempt, &call, &failed);
    take_answers(q, function, index, &call, good);
    return good;
}

static bool any_wrong(const cnn_attempt *a, size_t function) {
    for (size_t i = 0; i < a->part_count; i++)
        if (a->parts[i].function_index == function && a->parts[i].about.answer == CNN_ANSWER_WRONG)
            return true;
    return false;
}

/* From the smallest case up; false only without memory. */
static bool ask_all(const asking *q, cnn_error *error) {
    cnn_attempt *a = q->attempt;
    cnn_error none = {.status = CNN_STATUS_OK};
    bool goes = true;
    for (size_t f = 0; f < a->row->about.function_count && (goes || q->again); f++) {
        goes = !q->again || any_wrong(a, f);
        for (size_t c = 0; goes && c < case_total(a); c++)
            goes = ask(q, f, c, &none);
    }
    if (error && none.status != CNN_STATUS_OK)
        *error = none;
    return none.status == CNN_STATUS_OK;
}

static bool take_part(cnn_attempt *a, size_t function, const exercise_parameter *parameter,
                      cnn_error *error) {
    part *p = &a->parts[a->part_count++];
    *p = (part){.about = {.function = a->row->functions[function].name,
                          .array = parameter->name,
                          .answer = CNN_ANSWER_UNKNOWN,
                          .case_count = case_total(a)},
                .function_index = function,
                .parameter = parameter};
    p->first = memory_new(case_total(a), sizeof *p->first, error);
    p->second = memory_new(case_total(a), sizeof *p->second, error);
    return p->first && p->second;
}

static bool begin(cnn_attempt *a, cnn_error *error) {
    a->problems = memory_new(case_total(a), sizeof *a->problems, error);
    for (size_t f = 0; f < a->row->about.function_count; f++)
        for (size_t i = 0; i < a->row->functions[f].count; i++)
            if (a->row->functions[f].parameters[i].kind >= CNN_ARGUMENT_OUTPUT &&
                !take_part(a, f, &a->row->functions[f].parameters[i], error))
                return false;
    for (size_t c = 0; a->problems && c < case_total(a); c++)
        if (!problem_begin(&a->problems[c], a->row, &a->row->cases[c], error))
            return false;
    return a->problems;
}

static bool work(cnn_attempt *a, cnn_call_function run, void *context, cnn_error *error) {
    asking q = {.attempt = a, .run = run, .context = context};
    if (!begin(a, error) || !ask_all(&q, error))
        return false;
    verdict_of_parts(a);
    q.again = true;
    return ask_all(&q, error) && verdict_names(a, error) && describe(a, error);
}

cnn_attempt *cnn_attempt_create(const char *exercise, cnn_call_function run, void *context,
                                cnn_error *error) {
    const exercise_row *row = exercise_row_named(exercise, error);
    cnn_attempt *a = row && (run || error_set(error, CNN_STATUS_BAD_ARGUMENT, "run is NULL"))
                         ? memory_new(1, sizeof *a, error)
                         : NULL;
    if (!a)
        return NULL;
    a->row = row;
    a->about.exercise = row->about.name;
    if (!work(a, run, context, error)) {
        cnn_attempt_free(a);
        return NULL;
    }
    return a;
}

void cnn_attempt_free(cnn_attempt *a) {
    if (!a)
        return;
    for (size_t i = 0; i < a->part_count; i++) {
        for (size_t c = 0; c < case_total(a); c++) {
            free(a->parts[i].first ? a->parts[i].first[c] : NULL);
            free(a->parts[i].second ? a->parts[i].second[c] : NULL);
        }
        free(a->parts[i].first);
        free(a->parts[i].second);
    }
    for (size_t c = 0; a->problems && c < case_total(a); c++)
        problem_end(&a->problems[c]);
    free(a->problems);
    free(a->line);
    free(a->text);
    free(a);
}

cnn_attempt_info cnn_attempt_get_info(const cnn_attempt *attempt) {
    return attempt ? attempt->about : (cnn_attempt_info){0};
}

bool cnn_attempt_part_at(const cnn_attempt *attempt, size_t index, cnn_attempt_part *part) {
    if (!attempt || index >= attempt->part_count)
        return false;
    if (part)
        *part = attempt->parts[index].about;
    return true;
}

const char *cnn_answer_name(cnn_answer answer) {
    static const char *const names[] = {"right", "wrong", "not written", "not checked"};
    return (size_t)answer < sizeof names / sizeof *names ? names[answer] : NULL;
}
