/* Parses network descriptions from text with the layer table. The network itself checks shapes; the
 * parser adds their position to the error. */
#include "decimal.h"
#include "error.h"
#include "json_text.h"
#include "peers_words.h"
#include "text_reader.h"

#include <stdio.h>
#include <string.h>

/* -------------------------------------------------------------------------------------- numbers */

/* Sizes separated by x. */
typedef struct form {
    size_t least, most; /* number of sizes */
    const char *noun;
} form;

static const form NUMBER = {1, 1, "a whole number"}, PAIR = {1, 2, "a size such as 3 or 3x2"},
                  SHAPE = {2, 3, "a shape such as 28x28x1"};

enum { SIZES_MAX = 3 };

/* Moves *at past the digits there. False if there are none; *large if the number does not fit. */
static bool digits(const char **at, const char *end, size_t *value, bool *large) {
    uint64_t number;
    const size_t count = decimal_digits(*at, (size_t)(end - *at), SIZE_MAX, &number, large);
    *value = (size_t)number;
    *at += count;
    return count > 0;
}

/* 1 to 3 sizes separated by x, as the form allows. */
static bool scan_sizes(const char *at, const char *end, const form *form, size_t sizes[SIZES_MAX],
                       size_t *count, bool *large) {
    bool good = digits(&at, end, &sizes[0], large);
    for (*count = 1; good && *count < form->most && at < end && *at == 'x'; ++*count) {
        at++;
        good = digits(&at, end, &sizes[*count], large);
    }
    return good && at == end && *count >= form->least;
}

/* Always false. Suggests the intended spelling if it is clear and allowed here. */
static bool refuse_sizes(const reader *r, const word *w, const form *form) {
    char plain[PEERS_WORD_MAX + 1];
    size_t sizes[SIZES_MAX], count;
    bool large = false;
    const size_t length = peers_sizes(plain, w->text, w->length);
    if (length && scan_sizes(plain, plain + length, form, sizes, &count, &large))
        return refuse(r, w->column, "\"%s\" is not %s, did you mean %s?", quoted(w).text,
                      form->noun, plain);
    return refuse(r, w->column, "\"%s\" is not %s", quoted(w).text, form->noun);
}

/* The sizes in a word; with `zero`, 0 is allowed. */
static bool read_sizes(const reader *r, const word *w, const form *form, bool zero,
                       size_t sizes[SIZES_MAX], size_t *count) {
    bool large = false;
    if (!scan_sizes(w->text, w->text + w->length, form, sizes, count, &large))
        return refuse_sizes(r, w, form);
    if (large)
        return refuse(r, w->column, "\"%s\" is too large", quoted(w).text);
    for (size_t i = 0; i < *count; i++)
        if (!sizes[i] && !zero)
            return refuse(r, w->column, "\"%s\": 0 is too small", quoted(w).text);
    return true;
}

/* ------------------------------------------------------------------------------------ arguments */

/* In options 0 means the default, which a text expresses by omission; only for a pad it is an
 * ordinary value. */
static bool zero_allowed(const argument *argument) {
    return argument->offset == offsetof(layer_options, pad);
}

/* A keyword has no argument. Always false. */
static bool refuse_missing(const reader *r, const word *w, const argument *argument,
                           const char *noun) {
    const char *after = argument->keyword ? " after " : "";
    return refuse(r, w->column, "%s is missing%s%s", noun, after,
                  argument->keyword ? argument->keyword : "");
}

static bool read_bias(reader *r, const argument *argument, size_t *no_bias) {
    word w;
    if (!next_word(r, &w))
        return refuse_missing(r, &w, argument, "on or off");
    if (!word_is(&w, "on") && !word_is(&w, "off"))
        return refuse(r, w.column, "\"%s\" is not on or off", quoted(&w).text);
    *no_bias = word_is(&w, "off");
    return true;
}

/* A JSON number, which no locale changes; the row's default if omitted. */
static bool read_real(reader *r, const argument *argument, double *value) {
    word w;
    if (!next_word(r, &w))
        return refuse_missing(r, &w, argument, "a number");
    cnn_error inner;
    json_t *json = json_read(w.text, w.length, 0, &inner);
    if (!json && inner.status == CNN_STATUS_NO_MEMORY)
        return refuse_because(r, w.column, &inner);
    const bool number = json_is_number(json);
    *value = json_number_value(json);
    json_decref(json);
    if (!number)
        return refuse(r, w.column, "\"%s\" is not a number such as 0.01", quoted(&w).text);
    return (*value >= argument->least && *value <= argument->most) ||
           refuse(r, w.column, "\"%s\" must be %g to %g", quoted(&w).text, argument->least,
                  argument->most);
}

/* Reads the word or words of an argument's value. */
static bool read_value(reader *r, const argument *argument, layer_options *options) {
    void *field = (char *)options + argument->offset;
    if (argument->type == ARGUMENT_BIAS)
        return read_bias(r, argument, field);
    if (argument->type == ARGUMENT_REAL)
        return read_real(r, argument, field);
    const form *form = argument->type == ARGUMENT_NUMBER ? &NUMBER : &PAIR;
    size_t sizes[SIZES_MAX] = {0}, count = 1;
    word w;
    if (!next_word(r, &w))
        return refuse_missing(r, &w, argument, form->noun);
    const bool global = argument->type == ARGUMENT_WINDOW && word_is(&w, "global");
    if (!global && !read_sizes(r, &w, form, zero_allowed(argument), sizes, &count))
        return false;
    if (argument->type == ARGUMENT_NUMBER)
        *(size_t *)field = sizes[0];
    else
        *(cnn_pair *)field = (cnn_pair){sizes[0], sizes[count - 1]};
    return true;
}

static size_t arguments_of(const layer_kind *kind) {
    size_t count = 0;
    while (count < ARGUMENTS_MAX && kind->arguments[count].offset != ARGUMENT_END)
        count++;
    return count;
}

/* A number, or any word where none is allowed, is reported as superfluous. Always false. */
static bool refuse_unknown(const reader *r, const word *w, peers_context context,
                           const char *const *known, size_t count) {
    static const char *const NOUNS[] = {"layer", "option"};
    char advice[128];
    if (!count || (w->text[0] >= '0' && w->text[0] <= '9'))
        return refuse(r, w->column, "\"%s\" is one word too many", quoted(w).text);
    peers_advice(advice, sizeof advice, w->text, w->length, context, known, count);
    return refuse(r, w->column, "unknown %s \"%s\"%s", NOUNS[context], quoted(w).text, advice);
}

/* Always false. */
static bool refuse_option(const reader *r, const word *w, const layer_kind *kind) {
    const char *known[ARGUMENTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < arguments_of(kind); i++)
        if (kind->arguments[i].keyword)
            known[count++] = kind->arguments[i].keyword;
    return refuse_unknown(r, w, PEERS_OPTION, known, count);
}

/* The index of the argument with this keyword; the number of arguments if there is none. */
static size_t find_keyword(const layer_kind *kind, const word *w) {
    const size_t count = arguments_of(kind);
    size_t i = 0;
    while (i < count && !(kind->arguments[i].keyword && word_is(w, kind->arguments[i].keyword)))
        i++;
    return i;
}

/* Does the line end here, or is the next word a keyword? */
static bool left_out(reader *r, const layer_kind *kind) {
    const size_t at = r->at;
    word w;
    const bool out = !next_word(r, &w) || find_keyword(kind, &w) < arguments_of(kind);
    r->at = at;
    return out;
}

/* Those without a keyword, in order. Only a real can be omitted, and has the row's default then, as
 * has one with a keyword. */
static bool read_first(reader *r, const layer_kind *kind, layer_options *options) {
    for (size_t i = 0; i < arguments_of(kind); i++) {
        const argument *argument = &kind->arguments[i];
        const bool real = argument->type == ARGUMENT_REAL;
        if (real)
            *(double *)((char *)options + argument->offset) = argument->otherwise;
        if (!argument->keyword && !(real && left_out(r, kind)) && !read_value(r, argument, options))
            return false;
    }
    return true;
}

/* First those without a keyword, in order, then keywords in any order, each at most once. */
static bool read_arguments(reader *r, const layer_kind *kind, layer_options *options) {
    const size_t count = arguments_of(kind);
    bool given[ARGUMENTS_MAX] = {false};
    if (!read_first(r, kind, options))
        return false;
    for (word w; next_word(r, &w);) {
        const size_t i = find_keyword(kind, &w);
        if (i == count)
            return refuse_option(r, &w, kind);
        if (given[i])
            return refuse(r, w.column, "%s is given twice", kind->arguments[i].keyword);
        given[i] = true;
        if (!read_value(r, &kind->arguments[i], options))
            return false;
    }
    return true;
}

/* --------------------------------------------------------------------------------------- layers */

/* HxWxC, or HxW for one channel. */
static bool read_input(reader *r, const word *first) {
    word w;
    size_t sizes[SIZES_MAX], count;
    if (!word_is(first, "input"))
        return refuse(r, first->column, "the input must come first, such as input 28x28x1");
    if (!next_word(r, &w))
        return refuse(r, w.column, "%s is missing", SHAPE.noun);
    if (!read_sizes(r, &w, &SHAPE, false, sizes, &count))
        return false;
    cnn_error inner;
    r->network = cnn_network_create(sizes[0], sizes[1], count > 2 ? sizes[2] : 1, &inner);
    if (!r->network)
        return refuse_because(r, w.column, &inner);
    r->input_line = r->number;
    r->input_column = first->column;
    return !next_word(r, &w) || refuse_unknown(r, &w, PEERS_OPTION, NULL, 0);
}

/* Always false. */
static bool refuse_layer(const reader *r, const word *w) {
    const char *known[KINDS_MAX];
    size_t count = 0;
    if (word_is(w, "input"))
        return refuse(r, w->column, "there is an input already, in line %zu", r->input_line);
    for (size_t i = 0; i < layer_kind_count && i < KINDS_MAX; i++)
        known[count++] = layer_kinds[i].word;
    return refuse_unknown(r, w, PEERS_LAYER, known, count);
}

/* Empty lines and comments are allowed and have no effect. */
static bool read_line(reader *r) {
    word first;
    if (!strip_comment(r))
        return false;
    if (!next_word(r, &first))
        return true;
    if (!r->network)
        return read_input(r, &first);
    const layer_kind *kind = layer_kind_of(first.text, first.length);
    layer_options options = {0};
    cnn_error inner;
    if (!kind)
        return refuse_layer(r, &first);
    return read_arguments(r, kind, &options) && (network_add(r->network, kind, &options, &inner) ||
                                                 refuse_because(r, first.column, &inner));
}

/* Checks that need the end of the text. */
static bool finish(reader *r) {
    if (!r->network)
        return refuse_with(r, r->number ? r->number : 1, 1,
                           "no network here: it begins with a line such as input 28x28x1");
    char text[64], message[128];
    layer_text(&r->network->layers[0], text, sizeof text);
    snprintf(message, sizeof message, "%s: no layers follow", text);
    return r->network->count || refuse_with(r, r->input_line, r->input_column, message);
}

/* Starts to read the text by lines. */
static bool begin(reader *r, const char *text, size_t size) {
    if (size > NETWORK_TEXT_MAX)
        return error_set(r->error, CNN_STATUS_BAD_NETWORK,
                         "a network text of %zu bytes, more than %zu", size, NETWORK_TEXT_MAX);
    const char *other = lines_begin(&r->lines, text, size);
    char message[64];
    snprintf(message, sizeof message, "the text is %s", other ? other : "");
    return !other || refuse_with(r, 1, 1, message);
}

cnn_network *cnn_network_parse(const char *text, size_t size, cnn_error *error) {
    reader r = {.error = error};
    if (size && !given(text, "text", error))
        return NULL;
    bool good = begin(&r, text, size);
    while (good && next_line(&r))
        good = read_line(&r);
    if (good && finish(&r))
        return r.network;
    cnn_network_free(r.network);
    return NULL;
}
