/* Kinds of files: recognized by their first bytes, called by their names, read no further than
 * necessary, and just as well from a pipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "command.h"

#include <string.h>

typedef struct sample {
    const char *bytes;
    size_t size;
    cnn_file_kind kind;
    const char *name;
} sample;
#define SAMPLE(bytes, kind, name)                                                                  \
    { bytes, sizeof bytes - 1, kind, name }

static void kinds_by_their_marks(void **state) {
    (void)state;
    static const sample samples[] = {
        SAMPLE("", CNN_FILE_EMPTY, "an empty file"),
        SAMPLE("\x10\0\0\0\0\0\0\0{\"a\":", CNN_FILE_SAFETENSORS, "a safetensors file"),
        SAMPLE("\x10\0\0\0\0\0\0\1{\"a\":", CNN_FILE_OTHER, "data of unknown kind"),
        SAMPLE("\x10\0\0\0\0\0\0\0", CNN_FILE_OTHER, "data of unknown kind"),
        SAMPLE("{{{{{{{{{", CNN_FILE_TEXT, "a text"),
        SAMPLE("input 28x28x1\n", CNN_FILE_TEXT, "a text"),
        SAMPLE("\xef\xbb\xbfinput 28x28\r\n", CNN_FILE_TEXT, "a text"),
        SAMPLE("# Stra\xc3\x9f\x65\n", CNN_FILE_TEXT, "a text"),
        SAMPLE("\xff\xfei\0n\0", CNN_FILE_TEXT, "UTF-16 text"),
        SAMPLE("i\0n\0p\0", CNN_FILE_TEXT, "UTF-16 text"),
        SAMPLE("\0i\0n\0p", CNN_FILE_TEXT, "UTF-16 text"),
        SAMPLE("\0\0\x0d\x03", CNN_FILE_IDX, "an IDX file of other numbers"),
        SAMPLE("\xfe\xff\0i\0n", CNN_FILE_TEXT, "UTF-16 text"),
        SAMPLE("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", CNN_FILE_PNG, "a PNG"),
        SAMPLE("\0\0\x08\x03\0\0\0\1", CNN_FILE_IDX, "IDX images"),
        SAMPLE("\0\0\x08\x01\0\0\0\1", CNN_FILE_IDX, "IDX labels"),
        SAMPLE("\x1f\x8b\x08\0", CNN_FILE_GZIP, "a gzip file"),
        SAMPLE("\xff\xd8\xff\xe0", CNN_FILE_OTHER, "a JPEG"),
        SAMPLE("\0\0\0\x18"
               "ftypmp42",
               CNN_FILE_OTHER, "a video"),
        SAMPLE("\0\0\0\x18"
               "ftypheic",
               CNN_FILE_OTHER, "a HEIC"),
        SAMPLE("RIFF1234WEBPVP8 ", CNN_FILE_OTHER, "a WebP"),
        SAMPLE("PK\x03\x04", CNN_FILE_OTHER, "a ZIP archive"),
        SAMPLE("\x89HDF\r\n\x1a\n", CNN_FILE_OTHER, "an HDF5 file"),
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const char *name = NULL;
        if (cnn_file_kind_of(samples[i].bytes, samples[i].size, &name) != samples[i].kind ||
            strcmp(name, samples[i].name))
            fail_msg("sample %zu, %s, is taken for %s", i, samples[i].name, name);
        cnn_file_kind_of(samples[i].bytes, samples[i].size, NULL);
    }
}

/* Each command that takes a network, a model or an image names the kind it was given instead. */
static void commands_call_kinds_by_name(void **state) {
    (void)state;
    static const char *const calls[] = {"info %s",
                                        "gradcheck %s",
                                        "train %s --data @ --out @/x",
                                        "eval %s --data @",
                                        "predict %s @/t10k-images-idx3-ubyte",
                                        "predict @/m %s",
                                        "doctor %s --data @",
                                        "trace %s --data @ --out @/x",
                                        "eval @/tiny.net --weights %s --data @"};
    static const struct {
        const char *file, *name;
    } files[] = {{"@/pickle", "a Python pickle; "},
                 {"@/jpeg", "a JPEG; "},
                 {"@/zip", "a ZIP archive; "},
                 {"@/empty", "an empty file; "},
                 {"@/noise", "data of unknown kind; "}};
    command_shell("printf '\\200\\2}q' >@/pickle; printf '\\377\\330\\377\\340JFIF' >@/jpeg; "
                  "printf 'PK\\3\\4' >@/zip; : >@/empty; printf '\\1\\2\\3\\4' >@/noise");
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
            char call[256];
            const char *at = strstr(calls[i], "%s");
            snprintf(call, sizeof call, "%.*s%s%s", (int)(at - calls[i]), calls[i], files[f].file,
                     at + 2);
            command_run("%s", call);
            command_refused(1, files[f].name, "expected");
        }
    command_shell("printf '\\377\\376i\\0n\\0' >@/utf16; \"$CNN\" info @/utf16");
    command_refused(1, "utf16: line 1: ", "UTF-16; save it as UTF-8");
    command_run("predict @/m @/utf16");
    command_refused(1, "UTF-16 text; a PNG or IDX images are expected", NULL);
    command_run("info @/t10k-images-idx3-ubyte");
    command_refused(1, "IDX images; a network text or a model is expected", NULL);
    command_run("predict @/m @/tiny.net");
    command_refused(1, "a text; a PNG or IDX images are expected", NULL);
    command_run("predict @/m ''");
    command_refused(1, "an empty name", NULL);
}

/* A video of 3 GB is refused by its first bytes, also where memory would not hold it; from a pipe
 * that never ends, too. */
static void no_more_is_read_than_tells(void **state) {
    (void)state;
    command_shell("printf '\\0\\0\\0\\030ftypmp42' >@/video && truncate -s 3G @/video && "
                  "timeout 5 \"$CNN\" predict @/m @/video");
    command_refused(1, "video: a video; a PNG or IDX images are expected", NULL);
    command_shell("{ printf '\\0\\0\\0\\030ftypmp42'; cat /dev/zero; } 2>@/err | "
                  "timeout 5 \"$CNN\" predict @/m -");
    command_refused(1, "standard input: a video; ", NULL);
    command_shell("{ printf 'input 28x28\\n'; yes '#'; } 2>@/err | timeout 5 \"$CNN\" info -");
    command_refused(1, "standard input: more than the limit of 1048576 bytes", NULL);
    command_shell("timeout 5 \"$CNN\" info /dev/zero");
    command_refused(1, "data of unknown kind", NULL);
    command_shell("rm @/video");
}

/* Printing a table takes the memory of a table: no model is made for it. */
static void info_lays_out_no_network(void **state) {
    (void)state;
    command_shell("printf 'input 8000x8000\\nmaxpool2d 4000\\nflatten\\ndense 2\\n' >@/wide.net");
    assert_int_equal(command_code, 0);
    cnn_error error;
    char path[128];
    snprintf(path, sizeof path, "%s/wide.net", command_folder);
    cnn_network *network = cnn_network_load(path, &error);
    const cnn_model_options options = {.batch_size = 1, .threads = 1, .normalization = {0, 1}};
    cnn_model *model = cnn_model_create(network, &options, &error);
    snprintf(path, sizeof path, "%s/wide.st", command_folder);
    assert_true(model && cnn_model_save(model, path, &error));
    cnn_model_free(model);
    cnn_network_free(network);
    if (COMMAND_COUNTS)
        return;
    command_shell("ulimit -v 200000; \"$CNN\" info @/wide.st --json");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    if (command_code)
        fail_msg("%s", command_err);
    assert_non_null(strstr(command_out, "\"kind\": \"model\""));
#endif
}

/* Pipes are read as files are, once. */
static void pipes_are_read_as_files_are(void **state) {
    (void)state;
    static const char *const calls[] = {
        "info %s",
        "eval %s --data @",
        "predict %s @/t10k-images-idx3-ubyte --limit 3",
        "gradcheck %s --samples 20",
        "doctor %s --data @ --limit 64",
        "train %s --data @ --epochs 1 --optimizer sgd --lr 0 --out @/again",
        "eval @/tiny.net --weights %s --data @",
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        char call[256];
        const char *at = strstr(calls[i], "%s");
        snprintf(call, sizeof call, "cat @/m | \"$CNN\" %.*s%s%s", (int)(at - calls[i]), calls[i],
                 i % 2 ? "-" : "/dev/stdin", at + 2);
        if (command_shell("%s", call))
            fail_msg("%s: %s", call, command_err);
    }
    if (command_shell("cmp @/m @/again && cat @/tiny.net | \"$CNN\" info -"))
        fail_msg("%s%s", command_out, command_err);
}

static int make_model(void **state) {
    return command_folder_create(state) ||
           command_run("train @/tiny.net --data @ --epochs 1 --out @/m");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_by_their_marks),
        cmocka_unit_test(commands_call_kinds_by_name),
        cmocka_unit_test(no_more_is_read_than_tells),
        cmocka_unit_test(info_lays_out_no_network),
        cmocka_unit_test(pipes_are_read_as_files_are),
    };
    return cmocka_run_group_tests_name("kinds", tests, make_model, command_folder_remove);
}
