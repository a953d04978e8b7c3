/* Names of files and classes that would end a line or control a terminal, through every command:
 * none of it reaches standard output or standard error, and suggested commands run in a shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "command.h"
#include "png_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In printf's notation: the bad part of a name comes before MARK. */
static const char *const names[] = {
    "a\\033[2JMARK",        /* ESC */
    "a\\nMARK",             /* a new line */
    "a\\rMARK",             /* back to its beginning */
    "a\\007\\010MARK",      /* BEL, backspace */
    "a\\177MARK",           /* DEL */
    "a\\302\\2332JMARK",    /* CSI of C1 as UTF-8 */
    "a\\2332JMARK",         /* and as a byte */
    "a\\342\\200\\256MARK", /* right-to-left from here */
    "a\\342\\201\\247MARK",
    "a\\342\\200\\250MARK", /* a line separator */
    "a\\tMARK",
    "-a \\047\\134\\0331MARK", /* quote, backslash, and a digit after an octal one */
};

enum { NAMES = sizeof names / sizeof *names };

/* $N is the name; files "$N.net", "$N.m", "$N.png" and the folder "$N.data" are there. */
static const char *const calls[] = {
    "train ./\"$N.net\" --data \"$N.data\" --epochs 1 --out \"$N.new\" --log \"$N.log\"",
    ("train ./\"$N.net\" --data \"$N.data\" --epochs 1 --out \"$N.new\" --validation 0.2 --profile "
     "--checkpoint \"$N.ckpt\" --every 1"),
    "train ./\"$N.net\" --data \"$N.data\" --epochs 1 --out \"$N.new\" --json",
    "train ./\"$N.net\" --data \"$N.data\" --out \"$N.m\" --log \"$N.m\"",
    "train ./\"$N.net\" --data \"$N.none\" --out \"$N.m\"",
    "train ./\"$N.net\" --data data --out \"$N.none/m\"",
    "train --resume \"$N.none\"",
    "train --\"$N\"",
    "train --epochs \"$N\"",
    "train --backend \"$N\" ./\"$N.net\" --data data --out m",
    "eval ./\"$N.m\" --data \"$N.data\" --errors \"$N.sheet\"",
    "eval ./\"$N.m\" --data \"$N.data\" --errors \"$N.sheet\" --json",
    "eval ./\"$N.net\" --data data",
    "predict ./\"$N.m\" ./\"$N.png\" --show",
    "predict ./\"$N.m\" ./\"$N.png\" --json",
    "predict ./\"$N.m\" ./\"$N.data\"/t10k-images-idx3-ubyte --limit 2",
    "predict ./\"$N.m\" ./\"$N.none\"",
    "explain ./\"$N.m\" ./\"$N.png\"",
    "explain ./\"$N.m\" ./\"$N.png\" 'conv1[1,1,1]'",
    "explain ./\"$N.m\" ./\"$N.data\" 'fc1[1]' --json",
    "explain ./\"$N.m\" ./\"$N.png\" \"$N\"",
    "explain ./\"$N.m\" ./\"$N.png\" losses --label \"$N\"",
    "gradcheck ./\"$N.m\" --at 'input[1,1]' --image ./\"$N.data\"",
    "info ./\"$N.m\"",
    "info ./\"$N.net\" --json",
    "info ./\"$N.none\"",
    "gradcheck ./\"$N.net\" --samples 2",
    "gradcheck ./\"$N.net\" --samples 2 --json",
    "gradcheck ./\"$N.net\" --break \"$N\"",
    "gradcheck ./\"$N.net\" --break relu-open --layer \"$N\"",
    "train ./\"$N.net\" --break \"$N\"",
    "doctor ./\"$N.net\" --data \"$N.data\" --limit 40",
    "doctor ./\"$N.net\" --data \"$N.data\" --limit 40 --json",
    "trace ./\"$N.net\" --data \"$N.data\" --batch-size 2 --out \"$N.trace\" --weights \"$N.m\"",
    "help \"$N\"",
    "\"$N\"",
};

/* Written without the rule that is tested here. */
static bool steers(const unsigned char *c) {
    return (c[0] < ' ' && c[0] != '\n') || c[0] == 0x7f || c[0] == 0x9b ||
           (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f) ||
           (c[0] == 0xe2 && c[1] == 0x80 && c[2] >= 0xa8 && c[2] <= 0xae) ||
           (c[0] == 0xe2 && c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9) ||
           (c[0] == '\n' && !strncmp((const char *)c + 1, "MARK", 4));
}

static void shows_nothing_bad(const char *call, const char *name, const char *text) {
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (steers(c))
            fail_msg("cnn %s\nwith N=%s: byte %02x before: %.20s", call, name, *c, c + 1);
}

/* Makes the files of one name. */
#define NAMED "cd @/w && case $CNN in /*) ;; *) CNN=$OLDPWD/$CNN ;; esac; N=$(printf -- '%s'); "

static void no_name_steers(void **state) {
    size_t shown = 0;
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        command_shell(NAMED "cp tiny.net ./\"$N.net\" && cp m ./\"$N.m\" && "
                            "cp image.png ./\"$N.png\" && ln -s data ./\"$N.data\"",
                      names[i]);
        if (command_code)
            fail_msg("%s: %s", names[i], command_err);
        for (size_t j = 0; j < sizeof calls / sizeof *calls; j++) {
            command_shell(NAMED "\"$CNN\" %s", names[i], calls[j]);
            shows_nothing_bad(calls[j], names[i], command_out);
            shows_nothing_bad(calls[j], names[i], command_err);
            shown += strstr(command_out, "MARK") || strstr(command_err, "MARK");
        }
        command_shell("rm -rf @/w/*MARK*");
    }
    /* Nearly every call names its file. */
    assert_true(shown > NAMES * sizeof calls / sizeof *calls * 3 / 4);
}

/* The lines after "next" as bash takes them; in a folder of such a name too. */
static void what_is_next_runs(void **state) {
    (void)state;
    if (command_shell("command -v bash")) {
        print_message("bash is not installed: skipped\n");
        skip();
    }
    for (size_t i = 0; i < NAMES; i++) {
        command_shell(NAMED
                      "mkdir ./\"$N\" && cp tiny.net ./\"$N.net\" && ln -s data ./\"$N.data\" "
                      "&& ln -s \"$CNN\" ./\"$N/cnn\" && CNN=./$N/cnn\n"
                      "\"$CNN\" train ./\"$N.net\" --data \"$N.data\" --epochs 1 --out \"$N.m\" "
                      ">said && sed -n '/^next /,$s/^.............//p' said >next && "
                      "grep -c cnn next && bash -e next",
                      names[i]);
        if (command_code || strncmp(command_out, "3\n", 2))
            fail_msg("%s: %s%s", names[i], command_out, command_err);
        command_shell("rm -rf @/w/*MARK*");
    }
}

/* Names of classes are checked where they are read, except for their notation. */
static void names_of_classes(void **state) {
    (void)state;
    static const char *const shows[] = {
        "train tiny.net --data turned --epochs 1 --lr 0 --out t",
        "eval t --data turned",
        "eval t --data turned --json",
        "predict t image.png",
        "predict t image.png --json",
        "explain t turned",
        "explain t turned --json",
        "info t",
        "info t --json",
    };
    command_shell("cd @/w && cp -r data turned && "
                  "printf 'b\\342\\200\\256\\nc\\nd\\ne\\n' >turned/classes.txt");
    for (size_t i = 0; i < sizeof shows / sizeof *shows; i++) {
        command_shell(NAMED "\"$CNN\" %s", "", shows[i]);
        if (command_code)
            fail_msg("%s: %s", shows[i], command_err);
        shows_nothing_bad(shows[i], "", command_out);
        if (strstr(shows[i], "--json"))
            assert_non_null(strstr(command_out, "b\\u202e"));
    }
}

/* The UTF-8 parts of a name stay, beside bytes that are not. */
static void json_keeps_what_is_text(void **state) {
    (void)state;
    command_shell(NAMED "cp tiny.net \"$N.net\" && \"$CNN\" info \"$N.net\" --json",
                  "gr\\303\\274n\\377");
    assert_int_equal(command_code, 0);
    assert_non_null(strstr(command_out, "gr\xc3\xbcn?.net"));
}

/* By number: the bytes of each character, in each possible encoding. */
static void the_rule_itself(void **state) {
    static const struct rule {
        const char *text, *clean;
    } rules[] = {
        {"", ""},
        {"plain, gr\xc3\xbc\xc3\x9f, \xe6\xbc\xa2, \xf0\x9f\x98\x80", NULL},
        {"a\x01"
         "b\x1f\x7f",
         "a?b??"},
        {"\xc2\x80\xc2\x9f\xc2\xa0", "??\xc2\xa0"},
        {"\x80\xc3 \xe2 \xa1\xff\xc0\xaf", "?? ? ????"},
        {"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf", "\xe2\x80\xa7??\xe2\x80\xaf"},
        {"\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa", "\xe2\x81\xa5??\xe2\x81\xaa"},
        {"cut \xe6\xbc", "cut ??"},
        {"cut \xf0", "cut ?"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s", rules[i].text);
        cnn_text_clean(text);
        assert_string_equal(text, rules[i].clean ? rules[i].clean : rules[i].text);
    }
}

static int create(void **state) {
    uint8_t data[8 * 8] = {255};
    if (command_folder_create(state))
        return -1;
    command_shell("mkdir @/w @/w/data && mv @/tiny.net @/w && mv @/*-ubyte @/w/data");
    png_file_write("w/image.png", &(png_pixels){8, 8, 1, data});
    return command_run("train @/w/tiny.net --data @/w/data --epochs 1 --out @/w/m");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_name_steers),   cmocka_unit_test(what_is_next_runs),
        cmocka_unit_test(names_of_classes), cmocka_unit_test(json_keeps_what_is_text),
        cmocka_unit_test(the_rule_itself),
    };
    return cmocka_run_group_tests(tests, create, command_folder_remove);
}
