/* Compiles a file of the workshop and makes calls in its process. */
#define _GNU_SOURCE
#include "submission.h"

#include "call_program.h"
#include "crash.h"
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A compiler may take this long, and the calls of a check so much of a processor; a busy machine
 * may need longer for that. What they print and write is limited too. */
#define COMPILE_SECONDS 120
#define COMPILE_COMPUTING 20
#define CALL_SECONDS 5
#define WAIT_SECONDS 30
#define TRAINING_SECONDS (7 * 24 * 3600)
#define MEMORY_BYTES ((size_t)2 << 30)
#define PRINTED_BYTES ((size_t)4 << 20)
#define PROGRAM_BYTES ((size_t)64 << 20)

#define SANITIZERS "-fsanitize=address,undefined"
static const char *const sanitizer_options =
    "exitcode=99:detect_leaks=0:hard_rss_limit_mb=1024:max_allocation_size_mb=512:"
    "detect_stack_use_after_return=0:allocator_may_return_null=0";

const char *submission_exercise(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    cnn_exercise_info info;
    for (size_t i = 0; cnn_exercise_at(i, &info); i++) {
        const size_t length = strlen(info.name);
        if (!strncmp(name, info.name, length) && name[length] && strchr(".-_ ", name[length]))
            return info.name;
    }
    return NULL;
}

/* -------------------------------------------------------------------------------- compiling */

enum { WORDS_MAX = 48, PATH_SIZE = 400 };

typedef struct compiling {
    submission *s;
    submission_build build;
    char compiler[256]; /* $CC, in words */
    char *words[WORDS_MAX];
    size_t count;
    char report[PATH_SIZE], printed[PATH_SIZE];
} compiling;

static void file_in(const submission *s, const char *name, char path[PATH_SIZE]) {
    snprintf(path, PATH_SIZE, "%s/%s", s->folder, name);
}

static void add(compiling *c, const char *word) {
    if (c->count + 1 < WORDS_MAX)
        c->words[c->count++] = (char *)word;
}

/* $CC may have flags, as in make. */
static void begin_words(compiling *c) {
    const char *compiler = getenv("CC");
    char *rest = c->compiler;
    snprintf(c->compiler, sizeof c->compiler, "%s", compiler && *compiler ? compiler : "cc");
    memset(c->words, 0, sizeof c->words);
    c->count = 0;
    for (char *word; (word = strtok_r(rest, " ", &rest));)
        add(c, word);
    add(c, "-g");
    add(c, c->build == SUBMISSION_FAST ? "-O2" : "-O1");
    add(c, "-fno-omit-frame-pointer");
    add(c, "-pipe"); /* a compiler that is stopped leaves no file */
    if (c->s->sanitized) {
        add(c, SANITIZERS);
        add(c, "-fno-sanitize-recover=all");
    }
}

/* True if the compiler ended well; *lost if it could not be run or took too long. */
static bool run_compiler(compiling *c, bool *lost, cnn_error *error) {
    const child_start start = {.arguments = c->words,
                               .output = c->printed,
                               .error = c->report,
                               .limits = {COMPILE_COMPUTING, PROGRAM_BYTES, MEMORY_BYTES, false}};
    child child;
    int status;
    *lost = true;
    const char *place = getenv("TMPDIR");
    char *before = place ? strdup(place) : NULL;
    setenv("TMPDIR", c->s->folder, 1); /* what it leaves when it is stopped goes with the folder */
    const bool begun = child_begin(&child, &start, error);
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    free(before);
    if (!begun)
        return false;
    if (!child_end(&child, COMPILE_SECONDS, &status))
        return source_refuse(error, c->s->path, "the compiler did not end within %d seconds",
                             COMPILE_SECONDS);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return source_refuse(error, "", "the compiler %s does not run: set CC", c->words[0]);
    *lost = false;
    return WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool compile_one(compiling *c, const char *source, const char *object, bool own,
                        cnn_error *error) {
    char declarations[PATH_SIZE], to[PATH_SIZE];
    bool lost;
    file_in(c->s, "declarations.h", declarations);
    file_in(c->s, object, to);
    begin_words(c);
    add(c, "-std=c11");
    add(c, "-D_GNU_SOURCE");
    if (own) {
        add(c, "-Dmain=a_main_of_its_own");
        add(c, "-include");
        add(c, declarations);
    }
    add(c, "-c");
    add(c, "-x");
    add(c, "c");
    add(c, source);
    add(c, "-o");
    add(c, to);
    return run_compiler(c, &lost, error) ||
           (!lost && crash_of_compiler(c->s->path, c->report, c->s->exercise, error));
}

static bool link_program(compiling *c, cnn_error *error) {
    char own[PATH_SIZE], around[PATH_SIZE], program[PATH_SIZE];
    bool lost;
    file_in(c->s, "own.o", own);
    file_in(c->s, "around.o", around);
    file_in(c->s, "program", program);
    begin_words(c);
    add(c, own);
    add(c, around);
    add(c, "-o");
    add(c, program);
    add(c, "-lm");
    return run_compiler(c, &lost, error) ||
           (!lost && crash_of_compiler(c->s->path, c->report, c->s->exercise, error));
}

static bool compile_all(compiling *c, cnn_error *error) {
    char around[PATH_SIZE], declarations[PATH_SIZE];
    file_in(c->s, "around.c", around);
    file_in(c->s, "declarations.h", declarations);
    return call_program_declarations(c->s->exercise, declarations, error) &&
           call_program_text(c->s->exercise, around, error) &&
           compile_one(c, c->s->path, "own.o", true, error) &&
           compile_one(c, around, "around.o", false, error) && link_program(c, error);
}

/* Does a program of nothing link with the sanitizers? */
static bool sanitizers_link(compiling *c) {
    char empty[PATH_SIZE], program[PATH_SIZE];
    cnn_error error;
    bool lost;
    file_in(c->s, "empty.c", empty);
    file_in(c->s, "empty", program);
    FILE *file = fopen(empty, "we");
    if (!file)
        return false;
    fputs("int main(void) { return 0; }\n", file);
    fclose(file);
    begin_words(c);
    add(c, empty);
    add(c, "-o");
    add(c, program);
    return run_compiler(c, &lost, &error);
}

static bool start_program(submission *s, const char *printed, const char *report,
                          cnn_error *error) {
    char program[PATH_SIZE];
    char *words[] = {program, NULL};
    const size_t memory = s->sanitized ? 0 : MEMORY_BYTES;
    file_in(s, "program", program);
    const child_start start = {
        .arguments = words,
        .output = printed,
        .error = report,
        .limits = {s->fast ? TRAINING_SECONDS : CALL_SECONDS, PRINTED_BYTES, memory, true},
        .piped = true};
    s->started++;
    return s->child.pid || child_begin(&s->child, &start, error);
}

/* Without a call it ends by itself. False: a library that it is linked with is missing. */
static bool starts(compiling *c) {
    cnn_error error;
    int status;
    const bool ended = start_program(c->s, c->printed, c->report, &error) &&
                       child_end(&c->s->child, CALL_SECONDS, &status);
    c->s->started = 0;
    return !ended || !WIFEXITED(status) || WEXITSTATUS(status) != 127;
}

/* The sanitizers may be missing, at the link or at the start: then without them. */
static bool compile(compiling *c, cnn_error *error) {
    c->s->sanitized = c->build == SUBMISSION_CHECKED;
    const bool good = compile_all(c, error);
    if (!c->s->sanitized || (good ? starts(c) : sanitizers_link(c)))
        return good;
    c->s->sanitized = false;
    return compile_all(c, error);
}

static bool is_source(const char *path, cnn_error *error) {
    struct stat about;
    if (stat(path, &about))
        return source_refuse(error, path, "%s", strerror(errno));
    if (!S_ISREG(about.st_mode))
        return source_refuse(error, path, "not a file");
    return about.st_size <= 1 << 20 ||
           source_refuse(error, path, "more than 1 MB: not a file of the workshop");
}

static bool make_folder(submission *s, cnn_error *error) {
    const char *place = getenv("TMPDIR");
    const bool fits = place && *place && strlen(place) < 250;
    snprintf(s->folder, sizeof s->folder, "%s/cnn-XXXXXX", fits ? place : "/tmp");
    if (mkdtemp(s->folder))
        return true;
    source_refuse(error, s->folder, "%s", strerror(errno));
    s->folder[0] = '\0';
    return false;
}

bool submission_open(submission *s, const char *path, const char *exercise, submission_build build,
                     cnn_error *error) {
    *s = (submission){.path = path,
                      .exercise = exercise,
                      .fast = build == SUBMISSION_FAST,
                      .child = {.to = -1, .from = -1}};
    compiling c = {.s = s, .build = build};
    if (!is_source(path, error) || !make_folder(s, error))
        return false;
    file_in(s, "report", c.report);
    file_in(s, "printed", c.printed);
    setenv("LC_ALL", "C", 1);
    setenv("ASAN_OPTIONS", sanitizer_options, 1);
    setenv("UBSAN_OPTIONS", "exitcode=99", 1);
    if (compile(&c, error))
        return true;
    submission_close(s);
    return false;
}

void submission_close(submission *s) {
    child_kill(&s->child);
    DIR *folder = s->folder[0] ? opendir(s->folder) : NULL;
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    if (s->folder[0])
        rmdir(s->folder);
    s->folder[0] = '\0';
}

void submission_printed(submission *s, char *text, size_t size) {
    char path[PATH_SIZE];
    int status;
    text[0] = '\0';
    if (s->child.pid && !child_end(&s->child, 1, &status))
        return;
    file_in(s, "printed", path);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

/* ---------------------------------------------------------------------------------- calling */

static bool is_array(const cnn_argument *argument) {
    return argument->kind >= CNN_ARGUMENT_LABELS;
}

static void *numbers_of(const cnn_argument *argument) {
    return argument->kind == CNN_ARGUMENT_LABELS ? (void *)argument->labels : argument->numbers;
}

static bool send(const submission *s, const cnn_call *call, bool *late) {
    const double seconds = WAIT_SECONDS;
    const call_program_head head = {(uint32_t)call->function_index, (uint32_t)call->argument_count,
                                    1, 0};
    bool good = child_write(&s->child, &head, sizeof head, seconds, late);
    for (size_t i = 0; good && i < call->argument_count; i++) {
        const cnn_argument *a = &call->arguments[i];
        const call_program_argument one = {a->value, is_array(a) ? (uint32_t)a->count : 0,
                                           (uint32_t)a->kind};
        good = child_write(&s->child, &one, sizeof one, seconds, late);
    }
    for (size_t i = 0; good && i < call->argument_count; i++)
        if (is_array(&call->arguments[i]))
            good = child_write(&s->child, numbers_of(&call->arguments[i]),
                               4 * call->arguments[i].count, seconds, late);
    return good;
}

static bool receive(submission *s, const cnn_call *call, uint64_t *addresses, bool *late) {
    const double seconds = WAIT_SECONDS;
    bool good =
        child_read(&s->child, addresses, call->argument_count * sizeof *addresses, seconds, late) &&
        child_read(&s->child, &s->seconds, sizeof s->seconds, seconds, late);
    for (size_t i = 0; good && i < call->argument_count; i++)
        if (call->arguments[i].kind >= CNN_ARGUMENT_OUTPUT)
            good = child_read(&s->child, call->arguments[i].numbers, 4 * call->arguments[i].count,
                              seconds, late);
    return good;
}

bool submission_call(const cnn_call *call, void *context, cnn_error *error) {
    submission *s = context;
    char printed[PATH_SIZE], report[PATH_SIZE];
    uint64_t addresses[CNN_ARGUMENTS_MAX] = {0};
    bool late = false;
    file_in(s, "printed", printed);
    file_in(s, "report", report);
    if (!start_program(s, printed, report, error))
        return false;
    if (send(s, call, &late) && receive(s, call, addresses, &late))
        return true;
    if (late) {
        child_kill(&s->child);
        return source_refuse(error, s->path,
                             "%s does not end: stopped after %d seconds; an endless loop?",
                             call->function, WAIT_SECONDS);
    }
    crash c = {s->path, report, printed, PRINTED_BYTES, 0, call, addresses};
    if (!child_end(&s->child, CALL_SECONDS, &c.status))
        return source_refuse(error, s->path, "%s closes the check's own files", call->function);
    return crash_explain(&c, error);
}

bool submission_time(const cnn_call *call, void *context, cnn_error *error) {
    enum { ROUNDS = 5 };
    submission *s = context;
    double best = INFINITY;
    for (size_t i = 0; i < ROUNDS; i++) {
        if (!submission_call(call, s, error))
            return false;
        best = fmin(best, s->seconds);
    }
    s->total += best;
    return true;
}
