/* Prints cnn.1 from the option tables. */
#include "manual.h"

#include "help.h"

#include <stdio.h>

/* Escapes text for roff: a hyphen would be a place to break and printed as a dash, and a leading
 * dot or quote would make the line a command. */
static void put_text(const char *text) {
    if (*text == '.' || *text == '\'')
        printf("\\&");
    for (; *text; text++)
        if (*text == '-')
            printf("\\-");
        else if (*text == '\\')
            printf("\\e");
        else
            putchar(*text);
}

static void put_line(const char *text) {
    put_text(text);
    putchar('\n');
}

/* Writes the lines verbatim. */
static void put_lines(const char *const *lines) {
    printf(".PP\n.nf\n.RS\n");
    for (; *lines; lines++)
        put_line(*lines);
    printf(".RE\n.fi\n");
}

static void put_flags(const cli_command *command) {
    const option *row;
    size_t offset = 0;
    for (size_t n = 0; (row = options_row(command, n, &offset)); n++) {
        if (!row->help)
            continue;
        const help_entry entry = help_row(command, row, offset);
        printf(".TP\n.B ");
        put_line(entry.name);
        put_line(entry.help);
    }
}

static void put_command(const cli_command *command) {
    printf(".SS ");
    help_usage(command);
    put_line(command->summary);
    put_flags(command);
    if (command->notes)
        printf(".PP\n");
    for (const char *const *note = command->notes; note && *note; note++)
        put_line(*note);
    put_lines(command->examples);
}

static void put_head(void) {
    printf(
        ".TH CNN 1 \"\" \"cnn %s\" \"User Commands\"\n"
        ".SH NAME\n"
        "cnn \\- train, use and look into convolutional networks\n"
        ".SH SYNOPSIS\n"
        ".B cnn\n.I COMMAND\n[\\fIFLAGS\\fR]\n"
        ".SH DESCRIPTION\n"
        "Trains small image classifiers from scratch, runs them, and shows every number inside.\n"
        "A network is a text, one layer a line. A model is a safetensors file that PyTorch opens.\n"
        "One seed gives the same bytes on any number of threads.\n"
        ".SH COMMANDS\n",
        cnn_version());
}

static void put_end(void) {
    printf(".SH EXIT STATUS\n"
           ".TP\n.B 0\ndone\n"
           ".TP\n.B 1\nfailed; one line on standard error says what, where and why\n"
           ".TP\n.B 2\na call that makes no sense\n"
           ".TP\n.B 3\ngradcheck: a gradient could not be checked, and none was found wrong\n"
           ".TP\n.B 130\nstopped by Ctrl\\-C (SIGINT), SIGTERM or SIGHUP, with what was finished "
           "saved\n"
           ".SH ENVIRONMENT\n"
           ".TP\n.B NO_COLOR\n"
           "If it is set and not empty, nothing is colored. Off a terminal nothing ever is.\n");
}

void manual_print(void) {
    put_head();
    for (const cli_command *const *command = commands; *command; command++)
        put_command(*command);
    put_end();
}
