/* Lays out the help of a command so that it fits 24 lines of 80 columns. */
#include "help.h"

#include "print.h"

#include <string.h>

/* Rows with a short text share a line, so that a long table fits a screen. */
#define NAME_COLUMNS 20
#define HALF_COLUMNS 40
#define COLUMNS 80

static void add_choices(help_entry *entry, const option *row) {
    const char *word;
    for (int i = 0; (word = row->choice(i)); i++) {
        const size_t used = strlen(entry->help);
        const char *between = !i ? used ? ": " : "" : row->choice(i + 1) ? ", " : " or ";
        snprintf(entry->help + used, sizeof entry->help - used, "%s%s", between, word);
    }
}

/* Adds the default if it is one that a user could type. */
static void add_default(help_entry *entry, const option *row, const void *value) {
    char text[64] = "";
    if (row->type == OPTION_COUNT) {
        const uint64_t count = *(const uint64_t *)value;
        if ((double)count >= row->least)
            snprintf(text, sizeof text, "%s", thousands(count).text);
    } else if (row->type == OPTION_SEED) {
        snprintf(text, sizeof text, "%s", thousands(*(const uint64_t *)value).text);
    } else if (row->type == OPTION_REAL) {
        const double number = *(const double *)value;
        if (number >= row->least)
            snprintf(text, sizeof text, "%g", number);
    } else if (row->type == OPTION_CHOICE && *(const int *)value >= 0) {
        snprintf(text, sizeof text, "%s", row->choice(*(const int *)value));
    } else if (row->type == OPTION_TEXT && *(const char *const *)value) {
        snprintf(text, sizeof text, "%s", *(const char *const *)value);
    }
    const size_t used = strlen(entry->help);
    if (text[0])
        snprintf(entry->help + used, sizeof entry->help - used, " (%s)", text);
}

static void add_text(help_entry *entry, const option *row, const char *text, const void *value) {
    snprintf(entry->help, sizeof entry->help, "%s", text);
    if (row->type == OPTION_CHOICE)
        add_choices(entry, row);
    add_default(entry, row, value);
}

help_entry help_row(const cli_command *command, const option *row, size_t offset) {
    help_entry entry;
    snprintf(entry.name, sizeof entry.name, "%s%s%s", row->name ? row->name : "",
             row->name && row->argument ? " " : "", row->argument ? row->argument : "");
    add_text(&entry, row, row->help, (const char *)command->defaults + offset);
    /* A long list of choices replaces the text. */
    if (row->type == OPTION_CHOICE && NAME_COLUMNS + strlen(entry.help) > COLUMNS)
        add_text(&entry, row, "", (const char *)command->defaults + offset);
    return entry;
}

static bool fits_half(const help_entry *entry) {
    return NAME_COLUMNS + strlen(entry->help) < HALF_COLUMNS;
}

static void print_rows(const cli_command *command) {
    const option *row;
    size_t offset = 0;
    int gap = 0; /* spaces between the left half of a line, already written, and the right */
    bool left = false;
    for (size_t n = 0; (row = options_row(command, n, &offset)); n++) {
        if (!row->help)
            continue;
        const help_entry entry = help_row(command, row, offset);
        const bool fits = fits_half(&entry), right = left && fits;
        printf("%*s  %-*s%s", right ? gap : 0, right || !left ? "" : "\n", NAME_COLUMNS - 2,
               entry.name, entry.help);
        left = fits && !right;
        gap = HALF_COLUMNS - NAME_COLUMNS - (int)strlen(entry.help);
        if (!left)
            putchar('\n');
    }
    if (left)
        putchar('\n');
}

void help_usage(const cli_command *command) {
    const option *row;
    printf("cnn %s", command->name);
    for (size_t n = 0; (row = options_row(command, n, NULL)); n++)
        if (!row->name || row->required)
            printf(row->required ? " %s%s%s" : " [%s%s%s]", row->name ? row->name : "",
                   row->name ? " " : "", row->argument);
    printf(" [FLAGS]\n");
}

void help_command(const cli_command *command) {
    printf("Usage: ");
    help_usage(command);
    printf("%s\n\n", command->summary);
    print_rows(command);
    for (const char *const *note = command->notes; note && *note; note++)
        printf("%s\n", *note);
    const bool one = !command->examples[1] && strlen(command->examples[0]) <= 70;
    printf(one ? "\nExample:" : "\nExamples:\n");
    for (const char *const *example = command->examples; *example; example++)
        printf(one ? " %s\n" : "  %s\n", *example);
}

void help_overview(void) {
    printf("Usage: cnn COMMAND [FLAGS]\n"
           "Convolutional networks from scratch: train them, look into them, check them.\n\n");
    for (const cli_command *const *command = commands; *command; command++)
        printf("  %-12s%s\n", (*command)->name, (*command)->summary);
    printf("\n  --version   the version\n"
           "  --help      this text; after a command, its flags\n\n"
           "Exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped (Ctrl-C, TERM, HUP).\n\n"
           "Examples:\n"
           "  cnn train networks/simple.net --data data/mnist\n"
           "  cnn help train\n");
}
