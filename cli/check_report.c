/* Prints what became of a file of the workshop. */
#include "check_report.h"

#include "json_line.h"
#include "print.h"
#include "quote.h"

#include <math.h>
#include <string.h>

bool check_right(const checked_file *file) {
    return file->attempt && cnn_attempt_get_info(file->attempt).right;
}

bool check_speed(submission *fast, checked_file *file) {
    cnn_error error;
    const bool good =
        cnn_exercise_speed(file->exercise, submission_time, fast, &file->book_seconds, &error);
    file->seconds = fast->total;
    return good;
}

/* The lines of a text; those that are too long are broken at blanks. */
static void print_text(const char *text) {
    while (*text) {
        const size_t length = strcspn(text, "\n");
        const size_t indent = strspn(text, " ");
        if (length <= PRINT_COLUMNS) {
            print_line(stdout, "%.*s", (int)length, text);
        } else {
            printf("%*s", (int)indent, "");
            print_wrapped(stdout, (int)indent, "%.*s", (int)(length - indent), text + indent);
        }
        text += length + (text[length] == '\n');
    }
}

/* The first lines: those of the smallest case. */
static void print_printed(const char *text) {
    enum { LINES = 10 };
    printf("your program printed:\n");
    for (size_t line = 0; *text && line < LINES; line++) {
        const size_t length = strcspn(text, "\n");
        print_line(stdout, "%.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
    printf("%s\n", *text ? "...\n" : "");
}

static void print_parts(const cnn_attempt *attempt) {
    cnn_attempt_part part;
    for (size_t i = 0; cnn_attempt_part_at(attempt, i, &part); i++) {
        if (part.answer == CNN_ANSWER_WRONG)
            print_field(stdout, part.array, "%swrong%s: %zu of %zu cases right",
                        terminal_style(stdout, LOOK_BAD), terminal_style(stdout, LOOK_PLAIN),
                        part.right_cases, part.case_count);
        else if (part.answer == CNN_ANSWER_UNKNOWN && part.right_cases)
            print_field(stdout, part.array, "right in the first %zu of %zu cases, then stopped",
                        part.right_cases, part.case_count);
        else if (part.answer == CNN_ANSWER_UNKNOWN)
            print_field(stdout, part.array, "not checked");
        else
            print_field(stdout, part.array, "%s%s%s",
                        part.answer == CNN_ANSWER_RIGHT ? terminal_style(stdout, LOOK_GOOD) : "",
                        part.answer == CNN_ANSWER_EMPTY ? "not written yet" : "right",
                        part.answer == CNN_ANSWER_RIGHT ? terminal_style(stdout, LOOK_PLAIN) : "");
    }
}

static void print_speed(const checked_file *file) {
    const double times = file->seconds / file->book_seconds;
    if (!file->timed)
        return;
    if (times >= 1)
        print_field(stdout, "speed", "%.2g times as long as the book's loops", times);
    else
        print_field(stdout, "speed", "%.2g times as fast as the book's loops", 1 / times);
}

static void print_next(const checked_file *file, const char *program) {
    printf("%-13s%s ", "next", program);
    if (check_right(file)) {
        printf("train --with ");
        quote_write(file->path, stdout);
    } else {
        printf("check ");
        quote_write(file->path, stdout);
        printf(" --hint");
    }
    putchar('\n');
}

void check_print(const checked_file *file, const char *program) {
    if (!file->attempt) {
        report_cnn_error(&file->error);
        return;
    }
    const cnn_attempt_info info = cnn_attempt_get_info(file->attempt);
    print_parts(file->attempt);
    if (info.text[0])
        putchar('\n'), print_text(info.text), putchar('\n');
    if (file->printed[0])
        print_printed(file->printed);
    if (info.stopped && info.first_wrong == SIZE_MAX)
        report_error("%s: in the case of %s: %s", file->path, info.title, info.message);
    if (info.right)
        print_field(stdout, "all right", "%s, in every case", info.exercise);
    if (!file->submission.sanitized)
        print_field(stdout, "note",
                    "the compiler has no sanitizers: writes outside of arrays may "
                    "have gone unseen");
    print_speed(file);
    print_next(file, program);
}

void check_print_row(const checked_file *file, size_t width, bool first) {
    const int columns = width < 60 ? (int)width : 60;
    char head[600];
    if (first)
        printf("%-*s  %-12s  %s\n", columns, "file", "exercise", "result");
    snprintf(head, sizeof head, "%-*s  %-12s", columns, file->path,
             file->exercise ? file->exercise : "-");
    print_line(stdout, "%s  %s", head,
               file->attempt ? cnn_attempt_get_info(file->attempt).line : file->error.message);
}

/* ------------------------------------------------------------------------------------- JSON */

static json_t *names_json(const cnn_attempt_part *part) {
    json_t *list = json_array();
    for (size_t i = 0; i < part->explanation_count; i++) {
        json_t *names = json_array();
        json_line_append(&names, json_string(part->explanations[i][0]));
        if (part->explanations[i][1])
            json_line_append(&names, json_string(part->explanations[i][1]));
        json_line_append(&list, names);
    }
    return list;
}

static json_t *index_json(const cnn_attempt_part *part) {
    json_t *list = json_array();
    for (size_t i = 0; i < part->rank; i++)
        json_line_append(&list, json_integer((json_int_t)part->index[i]));
    return list;
}

static json_t *part_json(const cnn_attempt_part *part) {
    json_t *one = json_pack("{s:s, s:s, s:s, s:i, s:i}", "function", part->function, "array",
                            part->array, "answer", cnn_answer_name(part->answer), "right_cases",
                            (int)part->right_cases, "cases", (int)part->case_count);
    if (!one || part->answer != CNN_ANSWER_WRONG)
        return one;
    const bool good = !json_object_set_new(one, "case", json_string(part->title)) &&
                      !json_object_set_new(one, "index", index_json(part)) &&
                      !json_object_set_new(one, "ours", json_line_real(part->ours)) &&
                      !json_object_set_new(one, "theirs", json_line_real(part->theirs)) &&
                      !json_object_set_new(one, "ratio", json_line_real(part->ratio)) &&
                      !json_object_set_new(one, "over_images", json_boolean(part->over_images)) &&
                      !json_object_set_new(one, "mistakes", names_json(part));
    if (!good)
        json_decref(one);
    return good ? one : NULL;
}

json_t *check_json(const checked_file *file) {
    json_t *parts = json_array();
    cnn_attempt_part part;
    for (size_t i = 0; cnn_attempt_part_at(file->attempt, i, &part); i++)
        json_line_append(&parts, part_json(&part));
    const cnn_attempt_info info = cnn_attempt_get_info(file->attempt);
    const char *stopped = !file->attempt ? file->error.message : info.stopped ? info.message : NULL;
    if (!parts)
        return NULL;
    return json_pack("{s:o, s:s?, s:b, s:o, s:s?, s:o, s:o, s:o, s:o}", "file",
                     json_line_text(file->path), "exercise", file->exercise, "right",
                     check_right(file), "stopped", stopped ? json_line_text(stopped) : json_null(),
                     "stopped_in", info.function, "parts", parts, "seconds",
                     json_line_real(file->timed ? file->seconds : NAN), "book_seconds",
                     json_line_real(file->timed ? file->book_seconds : NAN), "result",
                     json_line_text(file->attempt ? info.line : file->error.message));
}
