/* Parses the words of a call by the tables of its command; errors suggest the closest flag. */
#include "options.h"

#include "closest.h"
#include "print.h"
#include "values.h"

#include <string.h>

static const option common_rows[] = {
    {.name = "--help", .type = OPTION_HELP},
    {.name = "-h", .type = OPTION_HELP},
    {.name = "--version", .type = OPTION_VERSION},
};

const option_group options_common = {OPTION_ROWS(common_rows), 0};

const option *options_row(const cli_command *command, size_t n, size_t *offset) {
    for (const option_group *group = command->groups; group->rows; group++) {
        if (n < group->count) {
            if (offset)
                *offset = group->offset + group->rows[n].offset;
            return &group->rows[n];
        }
        n -= group->count;
    }
    return n < options_common.count ? &options_common.rows[n] : NULL;
}

/* State of parsing one call. */
typedef struct arguments {
    const cli_command *command;
    char **words, **next;
    char *settings;
    size_t operands; /* read so far */
    uint64_t given;  /* a bit per row */
} arguments;

static const option *find(const arguments *reader, const char *name, size_t length, size_t *n) {
    const option *row;
    for (*n = 0; (row = options_row(reader->command, *n, NULL)); ++*n)
        if (row->name && strlen(row->name) == length && !strncmp(row->name, name, length))
            return row;
    return NULL;
}

static bool unknown(const arguments *reader, const char *name, size_t length) {
    char typed[64];
    snprintf(typed, sizeof typed, "%.*s", (int)length, name);
    const char *word = typed + strspn(typed, "-");
    closest near = {.typed = word, .length = strlen(word)};
    const option *row;
    for (size_t n = 0; (row = options_row(reader->command, n, NULL)); n++)
        if (row->name && row->name[1] == '-')
            closest_offer(&near, row->name + 2);
    if (near.word[0])
        report_usage("unknown flag %s; did you mean --%s?", typed, near.word);
    else
        report_usage("unknown flag %s; cnn help %s lists them", typed, reader->command->name);
    return false;
}

static bool store(arguments *reader, size_t n, const char *text) {
    size_t offset = 0;
    const option *row = options_row(reader->command, n, &offset);
    reader->given |= (uint64_t)1 << n;
    return values_store(row, text, reader->settings + offset);
}

/* The list is stored over words already read, so it never has more items. */
static bool append(arguments *reader, size_t n, char *text) {
    size_t offset = 0;
    options_row(reader->command, n, &offset);
    option_list *list = (option_list *)(void *)(reader->settings + offset);
    reader->given |= (uint64_t)1 << n;
    list->items = reader->words;
    list->items[list->count++] = text;
    return true;
}

static bool read_operand(arguments *reader, char *text) {
    const option *row;
    size_t seen = 0;
    for (size_t n = 0; (row = options_row(reader->command, n, NULL)); n++)
        if (!row->name && seen++ == reader->operands) {
            if (row->type == OPTION_LIST)
                return append(reader, n, text);
            reader->operands++;
            return store(reader, n, text);
        }
    report_usage("%s: '%s' is one argument too many; cnn help %s", reader->command->name, text,
                 reader->command->name);
    return false;
}

static bool read_value(arguments *reader, size_t n, const char *equals) {
    const option *row = options_row(reader->command, n, NULL);
    if (row->argument && (equals || *reader->next))
        return store(reader, n, equals ? equals + 1 : *reader->next++);
    if (!row->argument && !equals)
        return store(reader, n, NULL);
    if (row->argument)
        report_usage("%s needs a value: %s %s", row->name, row->name, row->argument);
    else
        report_usage("%s takes no value", row->name);
    return false;
}

static option_result read_flag(arguments *reader, const char *text) {
    const char *equals = strchr(text, '=');
    const size_t length = equals ? (size_t)(equals - text) : strlen(text);
    size_t n;
    const option *row = find(reader, text, length, &n);
    if (!row)
        return unknown(reader, text, length) ? OPTIONS_READ : OPTIONS_WRONG;
    if (row->type == OPTION_HELP)
        return OPTIONS_HELP;
    if (row->type == OPTION_VERSION)
        return OPTIONS_VERSION;
    return read_value(reader, n, equals) ? OPTIONS_READ : OPTIONS_WRONG;
}

static option_result check_required(const arguments *reader) {
    const option *row;
    for (size_t n = 0; (row = options_row(reader->command, n, NULL)); n++)
        if (row->required && !(reader->given >> n & 1)) {
            report_usage("%s: %s%s%s is missing; cnn help %s", reader->command->name,
                         row->name ? row->name : "", row->name ? " " : "", row->argument,
                         reader->command->name);
            return OPTIONS_WRONG;
        }
    return OPTIONS_READ;
}

static bool may_stand_beside(const cli_command *command, const option *row) {
    const char *name = row->name ? row->name : "";
    bool may = !strcmp(name, command->lone);
    for (const char *const *other = command->beside; *other && !may; other++)
        may = !strcmp(name, *other);
    return may;
}

static option_result check_lone(const arguments *reader) {
    const cli_command *command = reader->command;
    const option *row;
    size_t n;
    if (!command->lone || !find(reader, command->lone, strlen(command->lone), &n) ||
        !(reader->given >> n & 1))
        return OPTIONS_READ;
    for (n = 0; (row = options_row(command, n, NULL)); n++)
        if (reader->given >> n & 1 && !may_stand_beside(command, row)) {
            report_usage("%s already says %s; leave it out", command->lone,
                         row->name ? row->name : row->argument);
            return OPTIONS_WRONG;
        }
    return OPTIONS_READ;
}

option_result options_read(const cli_command *command, char **words, void *settings) {
    arguments reader = {.command = command, .words = words, .next = words, .settings = settings};
    bool flags = true; /* until -- */
    while (*reader.next) {
        char *text = *reader.next++;
        option_result result = OPTIONS_READ;
        if (flags && !strcmp(text, "--"))
            flags = false;
        else if (flags && text[0] == '-' && text[1])
            result = read_flag(&reader, text);
        else if (!read_operand(&reader, text))
            result = OPTIONS_WRONG;
        if (result != OPTIONS_READ)
            return result;
    }
    const option_result result = check_required(&reader);
    return result == OPTIONS_READ ? check_lone(&reader) : result;
}
