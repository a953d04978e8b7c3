/* Files of one call that are one file: every pair of flags of every command, in every spelling, is
 * refused before any work, and nothing is touched. The table must have every flag that names a
 * file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum role { READ, WRITTEN, RESUMED, FOLDER } role;

/* A flag, or an operand as help calls it, and a file in w/ that is good for it. */
typedef struct use {
    const char *name;
    role role;
    const char *file;
    bool wanted; /* required in every call */
} use;

typedef struct row {
    const char *command, *rest;
    use uses[9]; /* operands first */
} row;

#define DATA                                                                                       \
    { "--data", FOLDER, "data", true }
/* What the shell writes. */
#define OUTPUT                                                                                     \
    { ">>", WRITTEN, "victim", false }

static const row table[] = {
    {"train",
     "--epochs 1",
     {{"NETWORK", READ, "tiny.net", true},
      {"--out", WRITTEN, "victim", false},
      {"--log", WRITTEN, "victim", false},
      {"--checkpoint", WRITTEN, "victim", false},
      {"--resume", RESUMED, "run", false},
      {"--weights", READ, "weights", false},
      {"--with", READ, "relu.c", false},
      DATA,
      OUTPUT}},
    {"eval",
     "",
     {{"MODEL", READ, "m", true},
      {"--errors", WRITTEN, "victim", false},
      {"--weights", READ, "weights", false},
      DATA,
      OUTPUT}},
    {"predict",
     "",
     {{"MODEL", READ, "m", true},
      {"IMAGE...", READ, "image.png", true},
      {"--weights", READ, "weights", false},
      OUTPUT}},
    {"explain",
     "",
     {{"MODEL", READ, "m", true},
      {"IMAGE", READ, "image.png", true},
      {"--weights", READ, "weights", false},
      OUTPUT}},
    {"info", "", {{"FILE", READ, "m", true}, OUTPUT}},
    {"gradcheck",
     "--at input[0,0] --label 0",
     {{"NETWORK", READ, "tiny.net", true}, {"--image", READ, "image.png", false}, OUTPUT}},
    {"doctor",
     "",
     {{"NETWORK", READ, "tiny.net", true}, {"--weights", READ, "weights", false}, DATA, OUTPUT}},
    {"trace",
     "",
     {{"NETWORK", READ, "tiny.net", true},
      {"--out", WRITTEN, "victim", true},
      {"--weights", READ, "weights", false},
      DATA,
      OUTPUT}},
    {"exercise", "", {{NULL, READ, NULL, false}}},
    {"check", "", {{"FILE...", READ, "relu.c", true}, OUTPUT}},
    {"help", "", {{NULL, READ, NULL, false}}},
};

enum { ROWS = sizeof table / sizeof *table, USES = 9 };

static const use *use_of(const row *row, const char *name, size_t length) {
    for (const use *use = row->uses; use < row->uses + USES && use->name; use++)
        if (strlen(use->name) == length && !strncmp(use->name, name, length))
            return use;
    return NULL;
}

/* ------------------------------------------------------------------------ is the table complete */

static const row *row_of(const char *command) {
    for (size_t i = 0; i < ROWS; i++)
        if (!strcmp(table[i].command, command))
            return &table[i];
    fail_msg("no row for cnn %s", command);
    return NULL;
}

/* Operands that name no file. */
static bool names_no_file(const char *name, size_t length) {
    static const char *const words[] = {"WHERE", "TOPIC", "EXERCISE"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && !strncmp(name, words[i], length))
            return true;
    return false;
}

/* A line of zsh's completion: '--out[...]:FILE:_files' or '::NETWORK:_files'. */
static size_t check_line(const row *row, const char *line) {
    const char *word = line + strspn(line, " "), *end = strstr(word, "]:");
    if (word[0] != '\'')
        return 0;
    const char *name = word + 1 + strspn(word + 1, "*:");
    size_t length = strcspn(name, "[:'");
    if (name[0] == '-' && (!end || (strncmp(end, "]:FILE:", 7) && strncmp(end, "]:DIR:", 6))))
        return 0;
    if (names_no_file(name, length))
        return 0;
    if (!use_of(row, name, length))
        fail_msg("cnn %s: %.*s names a file: give it a line in this test", row->command,
                 (int)length, name);
    if (!strstr(word, ":_files'"))
        fail_msg("cnn %s: %.*s names a file: its row in the options wants ROW_FILE", row->command,
                 (int)length, name);
    return 1;
}

static void table_has_every_file(void **state) {
    char command[16];
    const row *row = NULL;
    size_t seen = 0, wanted = 0;
    (void)state;
    assert_int_equal(command_run("help --completion zsh"), 0);
    for (char *line = strtok(command_out, "\n"); line; line = strtok(NULL, "\n")) {
        if (sscanf(line, " %15[a-z]) _argument", command) == 1 && strstr(line, "_arguments"))
            row = row_of(command);
        else if (row)
            seen += check_line(row, line);
    }
    for (size_t i = 0; i < ROWS; i++)
        for (const use *use = table[i].uses; use < table[i].uses + USES && use->name; use++)
            wanted += use->name[0] != '>';
    assert_int_equal(seen, wanted);
}

/* ---------------------------------------------------------------------------------- every pair */

/* How the second of two comes to name the file of the first, $1. It becomes $2. */
static const struct spelling {
    const char *what, *make;
    bool new; /* $1 is not there yet */
} spellings[] = {
    {"the same name", "echo $1", false},
    {"./", "echo ./$1", false},
    {"a folder and back", "echo sub/../$1", false},
    {"the whole path", "echo $PWD/$1", false},
    {"a link to the folder", "ln -s . here; echo here/$1", false},
    {"a link", "ln -s $1 alias; echo alias", false},
    {"a link to a link", "ln -s $1 near; ln -s ../near sub/alias; echo sub/alias", false},
    {"a hard link", "ln $1 alias; echo alias", false},
    {"a new name", "echo $1", true},
    {"./ and a new name", "echo ./$1", true},
    {"a link to a new name", "ln -s $1 alias; echo alias", true},
};

/* What every file in w/ is, and when it was written. */
#define STATE "{ ls -liAR --time-style=full-iso data sub *; find . -type f -exec cksum {} +; } 2>&1"

static void begin(void) {
    command_shell("cd @/w && rm -rf alias near here sub victim* && mkdir sub && cp ../victim . &&"
                  " touch -d '2001-02-03 04:05:06.789' victim");
    assert_int_equal(command_code, 0);
}

/* Adds "--out $2", or the operand alone. */
static void add(char *line, size_t size, const use *use, const char *file) {
    const size_t used = strlen(line);
    const bool flag = use->name[0] == '-' || use->name[0] == '>';
    snprintf(line + used, size - used, " %s %s", flag ? use->name : "", file);
}

/* The call with the two of them as $1 and $2, in the order of the table, and what else it needs. */
static void write_call(char *line, size_t size, const row *row, const use *first,
                       const use *second) {
    const bool resumed = first->role == RESUMED || second->role == RESUMED;
    snprintf(line, size, "\"$CNN\" %s %s", row->command, resumed ? "" : row->rest);
    for (const use *use = row->uses; use < row->uses + USES && use->name; use++)
        if (use == first || use == second)
            add(line, size, use, use == first ? "\"$1\"" : "\"$2\"");
        else if (use->wanted && !(resumed && use->name[0] != '-'))
            add(line, size, use, use->file);
}

/* As in the message: the shell's redirection is standard output, and IMAGE... is any part of it. */
static const char *said(const use *use) {
    return use->name[0] == '>' ? "standard output" : use->name;
}

static void refuse_pair(const row *row, const use *first, const use *second,
                        const struct spelling *spelling) {
    char line[512];
    begin();
    write_call(line, sizeof line, row, first, second);
    command_shell("cd @/w && case $CNN in /*) ;; *) CNN=$OLDPWD/$CNN ;; esac; set -- %s %s;"
                  " set -- $1 $(%s); %s >../before;"
                  " %s </dev/null; code=$?; %s >../after;"
                  " cmp ../before ../after || code=touched; echo $code >../code",
                  first->file, spelling->new ? "&& rm -f $1" : "", spelling->make, STATE, line,
                  STATE);
    char *code = command_file("code", NULL);
    const bool named = strstr(command_err, said(first)) && strstr(command_err, said(second)) &&
                       strstr(command_err, " are one file");
    if (strcmp(code, "1\n") || !named || strchr(command_err, '\n')[1])
        fail_msg("%s\n%s: exit code %s%s%s", line, spelling->what, code, command_out, command_err);
    free(code);
}

/* A missing file can be shared only by two that are written, and not by the shell. */
static void refuse_spellings(const row *row, const use *first, const use *second) {
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        const struct spelling *spelling = &spellings[i];
        const bool flags = first->name[0] == '-' && second->name[0] == '-';
        if (!spelling->new || (flags && first->role == WRITTEN && second->role == WRITTEN))
            refuse_pair(row, first, second, spelling);
    }
}

/* --resume excludes NETWORK and --checkpoint, which is refused as such. */
static bool stand_together(const use *a, const use *b) {
    const bool resumed = a->role == RESUMED || b->role == RESUMED;
    return !resumed || (strcmp(a->name, "--checkpoint") && strcmp(b->name, "--checkpoint") &&
                        a->role != READ && b->role != READ);
}

static void every_pair_is_refused(void **state) {
    size_t pairs = 0;
    (void)state;
    for (const row *row = table; row < table + ROWS; row++)
        for (const use *a = row->uses; a < row->uses + USES && a->name; a++)
            for (const use *b = a + 1; b < row->uses + USES && b->name; b++) {
                const bool written = a->role == WRITTEN || b->role == WRITTEN;
                if (a->role == FOLDER || b->role == FOLDER || !written || !stand_together(a, b))
                    continue;
                /* The one whose file has to be good comes first. */
                refuse_spellings(row, a->role == WRITTEN ? b : a, a->role == WRITTEN ? a : b);
                pairs++;
            }
    print_message("%zu pairs of flags\n", pairs);
    assert_in_range(pairs, 20, 200);
}

static int create(void **state) {
    if (command_folder_create(state))
        return -1;
    command_shell("mkdir @/w @/w/data && cp tests/workshop/relu.solution @/w/relu.c && mv "
                  "@/tiny.net @/w && mv @/*-ubyte @/w/data && "
                  "cd @/w && echo 'keep me' >../victim && echo 'no picture' >image.png");
    assert_int_equal(command_code, 0);
    assert_int_equal(command_run("train @/w/tiny.net --data @/w/data --epochs 1 --out @/w/m"), 0);
    command_shell("cp @/w/m @/w/weights");
    command_shell("\"$CNN\" train @/w/tiny.net --data @/w/data --epochs 4000 --checkpoint @/w/run "
                  "--every 1 --out @/w/other & pid=$!\n"
                  "for i in $(seq 500); do test -s @/w/run && break; sleep 0.002; done\n"
                  "kill -9 $pid; wait $pid; rm -f @/w/*.lock @/w/*.writing; test -s @/w/run");
    return command_code;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_has_every_file),
        cmocka_unit_test(every_pair_is_refused),
    };
    return cmocka_run_group_tests(tests, create, command_folder_remove);
}
