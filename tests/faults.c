/* Runs the command once for each request it makes, and lets that one fail. */
#define _POSIX_C_SOURCE 200809L
#include "faults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OLD "what stood here before"

/* Result of one run. */
typedef struct outcome {
    int code;
    size_t requests;
    long blocks;
    int files;
    char out[65536], err[8192];
} outcome;

const char *faults_impossible(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return "a sanitizer has to be the first to take memory";
#elif !defined(__GLIBC__)
    return "the library to be preloaded knows glibc only";
#else
    return NULL;
#endif
}

static const char *in_folder(const char *name) {
    static char paths[4][128];
    static size_t turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", command_folder, name);
    return path;
}

/* Splits the arguments of the case into argv; text holds the words. */
static void split(const char *arguments, char *text, size_t size, char *argv[], size_t capacity) {
    size_t used = 0, count = 0;
    for (const char *c = arguments; *c && used + sizeof command_folder < size; c++)
        used += *c == '@' ? (size_t)sprintf(text + used, "%s", command_folder)
                          : (size_t)sprintf(text + used, "%c", *c);
    char *rest = NULL;
    argv[count++] = getenv("CNN");
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_true(count + 1 < capacity);
        argv[count++] = word;
    }
    argv[count] = NULL;
}

static void redirect(const char *name, int to) {
    const int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || dup2(fd, to) != to)
        _exit(126);
    close(fd);
}

/* An endless run is ended, and counts as crashed. */
static void become(const command_case *command_case, const char *wish) {
    char text[2048], *argv[64], library[256];
    const char *build = getenv("BUILD");
    split(command_case->arguments, text, sizeof text, argv, 64);
    snprintf(library, sizeof library, "%s/tests/faults.so", build ? build : "build");
    setenv("LD_PRELOAD", library, 1);
    setenv("CNN_FAULT", wish, 1);
    setenv("CNN_FAULT_REPORT", in_folder("report"), 1);
    redirect("out", 1);
    redirect("err", 2);
    alarm(20);
    execv(argv[0], argv);
    _exit(126);
}

static void take(const char *name, char *text, size_t size) {
    FILE *file = fopen(in_folder(name), "rb");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void run(const command_case *command_case, const char *wish, outcome *result) {
    int status = 0;
    char report[80];
    remove(in_folder("report"));
    const pid_t child = fork();
    if (child == 0)
        become(command_case, wish);
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    take("err", result->err, sizeof result->err);
    if (!WIFEXITED(status))
        fail_msg("%s, %s: signal %d; said: %s", command_case->name, wish, WTERMSIG(status),
                 result->err);
    take("out", result->out, sizeof result->out);
    take("report", report, sizeof report);
    result->code = WEXITSTATUS(status);
    assert_int_equal(
        sscanf(report, "%zu %ld %d", &result->requests, &result->blocks, &result->files), 3);
}

/* -------------------------------------------------------------------------------- what is asked */

static const char *beyond_number(const char *text) {
    while (*text && strchr("0123456789., -+e", *text))
        text++;
    return text;
}

/* Equal except for numbers, if those are times; up to the length of `a`, if only_begins. */
static bool alike(const char *a, const char *b, bool timed, bool only_begins) {
    for (;; a++, b++) {
        a = timed ? beyond_number(a) : a;
        b = timed ? beyond_number(b) : b;
        if (!*a && only_begins)
            return true;
        if (*a != *b || !*a)
            return *a == *b;
    }
}

/* Standard error is that of a clean run up to some point, and then one line with the reason. */
static bool explained(const command_case *command_case, const char *err, const char *clean,
                      const fault *fault) {
    char before[8192];
    const char *line = strncmp(err, "cnn: ", 5) ? strstr(err, "\ncnn: ") : err;
    if (!line)
        return false;
    line += *line == '\n';
    snprintf(before, sizeof before, "%.*s", (int)(line - err), err);
    const char *end = strchr(line, '\n');
    /* Threads take memory of their own, and report the lack of it in other words. */
    const bool memory =
        fault->reason == ENOMEM && (strstr(line, " memory") || strstr(line, "cannot start thread"));
    return end && !end[1] && alike(before, clean, command_case->timed, true) &&
           (memory || fault->reason < 0 || strstr(line, strerror(fault->reason)));
}

/* True if the library reads the file. A trace is complete except for the network. */
static bool readable(const char *name, const char *bytes, size_t size, cnn_error *error) {
    if (strstr(name, ".png")) {
        cnn_picture *picture = cnn_picture_parse(bytes, size, 3, error);
        cnn_picture_free(picture);
        return picture != NULL;
    }
    cnn_model *model = cnn_model_parse(bytes, size, NULL, error);
    cnn_model_free(model);
    return model || (strstr(name, "trace") && strstr(error->message, "no network in it"));
}

/* Either the earlier content, or a complete file. */
static void assert_whole(const command_case *command_case, const char *wish, const char *name) {
    size_t size;
    cnn_error error;
    char *bytes = command_file(name, &size);
    if (strcmp(bytes, OLD) && !readable(name, bytes, size, &error))
        fail_msg("%s, %s: %s: %s", command_case->name, wish, name, error.message);
    free(bytes);
}

static void put_old(const command_case *command_case) {
    for (size_t i = 0; command_case->outputs[i]; i++) {
        FILE *file = fopen(in_folder(command_case->outputs[i]), "wb");
        assert_non_null(file);
        fputs(OLD, file);
        fclose(file);
    }
}

static void copy(const char *from, const char *to) {
    size_t size;
    char *bytes = command_file(from, &size);
    FILE *file = fopen(in_folder(to), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    free(bytes);
}

/* Before a run. */
static void put_checkpoint(const command_case *command_case) {
    if (command_case->checkpoint && !command_case->resumes)
        remove(in_folder(command_case->checkpoint));
    if (command_case->resumes)
        copy(command_case->resumes, command_case->checkpoint);
}

/* After the run: a checkpoint that exists can be resumed. Then it is removed. */
static void take_checkpoint(const command_case *command_case, const char *wish) {
    cnn_error error;
    if (!command_case->checkpoint || access(in_folder(command_case->checkpoint), F_OK))
        return;
    cnn_checkpoint *checkpoint = cnn_checkpoint_load(in_folder(command_case->checkpoint), &error);
    if (!checkpoint)
        fail_msg("%s, %s: %s: %s", command_case->name, wish, command_case->checkpoint,
                 error.message);
    cnn_checkpoint_free(checkpoint);
    remove(in_folder(command_case->checkpoint));
}

static size_t entries(void) {
    size_t count = 0;
    DIR *folder = opendir(command_folder);
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static void check(const command_case *command_case, const fault *fault, const char *wish,
                  const outcome *clean, const outcome *now) {
    if (now->blocks || now->files)
        fail_msg("%s, %s: %ld blocks and %d files not given back", command_case->name, wish,
                 now->blocks, now->files);
    const bool same = now->code == 0 && alike(now->out, clean->out, command_case->timed, false) &&
                      alike(now->err, clean->err, command_case->timed, false);
    const bool refused =
        !fault->harmless && now->code == 1 && explained(command_case, now->err, clean->err, fault);
    if (!same && !refused)
        fail_msg("%s, %s: exit code %d, standard error:\n%s\nstandard output:\n%s",
                 command_case->name, wish, now->code, now->err, now->out);
    for (size_t i = 0; command_case->outputs[i]; i++)
        assert_whole(command_case, wish, command_case->outputs[i]);
}

/* One request in this many is failed. */
static size_t share(void) {
    const char *text = getenv("CNN_TEST_SHARE");
    const size_t share = text ? strtoul(text, NULL, 10) : 1;
    return share ? share : 1;
}

size_t faults_inject(const command_case *command_case, const fault *fault, bool all_after) {
    static outcome clean, now;
    char wish[64];
    /* Calls on files are few. */
    const size_t step = strcmp(fault->kind, "malloc") ? 1 : share();
    char how[16] = "short";
    if (fault->reason)
        snprintf(how, sizeof how, fault->reason > 0 ? "%d" : "end", fault->reason);
    size_t n = 0, failed = 0, tolerated = 0;
    put_old(command_case);
    put_checkpoint(command_case);
    run(command_case, "", &clean);
    if (clean.code || clean.blocks || clean.files)
        fail_msg("%s: exit code %d, %ld blocks, %d files; said: %s", command_case->name, clean.code,
                 clean.blocks, clean.files, clean.err);
    const size_t before = entries();
    do {
        snprintf(wish, sizeof wish, "%s:%zu%s:%s", fault->kind, n, all_after ? "+" : "", how);
        put_old(command_case);
        put_checkpoint(command_case);
        run(command_case, wish, &now);
        check(command_case, fault, wish, &clean, &now);
        take_checkpoint(command_case, wish);
        assert_int_equal(entries(), before);
        failed += now.requests > n;
        tolerated += now.requests > n && now.code == 0;
        n += step;
    } while (now.requests > n - step);
    if (failed)
        print_message("%s: %zu x %s%s: %s; %zu without harm\n", command_case->name, failed,
                      fault->kind, all_after ? " and all after" : "",
                      fault->reason > 0 ? strerror(fault->reason) : how, tolerated);
    return failed;
}
