/* The same sum as one JSON object, every term in order. */
#include "explanation.h"

#include "json_line.h"

/* Exponentials are doubles; all other numbers are floats, in few digits. */
static json_t *real(const cnn_sum *sum, double value) {
    const bool wide = sum->kind == CNN_SUM_PROBABILITY || sum->kind == CNN_SUM_LOSS;
    return wide ? json_line_real(value) : json_line_float((float)value);
}

static json_t *position(const explained *one, const char *tensor, size_t index) {
    char text[WHERE_SIZE];
    where_name(one->model, tensor, index, text);
    return text[0] ? json_string(text) : json_null();
}

static json_t *term_json(const explained *one, const cnn_term *term) {
    const cnn_sum *sum = &one->sum;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:s}", "a", position(one, sum->a, term->a),
                     "b", position(one, sum->b, term->b), "x", real(sum, term->x), "y",
                     real(sum, term->y), "sum", real(sum, term->sum), "part",
                     (json_int_t)term->part, "note", cnn_term_note_name(term->note));
}

static json_t *book_json(const cnn_sum *sum) {
    if (!sum->page[0])
        return json_null();
    return json_pack("{s:s, s:I, s:s, s:s}", "page", sum->page, "line", (json_int_t)sum->line,
                     "formula", sum->formula, "function", sum->function);
}

static json_t *start_json(const explained *one) {
    const cnn_sum *sum = &one->sum;
    if (!sum->start[0])
        return json_null();
    return json_pack("{s:o, s:o}", "where", position(one, sum->start, sum->start_index), "value",
                     real(sum, sum->start_value));
}

static json_t *chosen_json(const cnn_sum *sum) {
    return sum->chosen < sum->count ? json_integer((json_int_t)sum->chosen) : json_null();
}

json_t *explained_label(const explained *one) {
    return one->label == SIZE_MAX ? json_null() : json_integer((json_int_t)one->label);
}

json_t *explained_json(const explained *one) {
    const cnn_sum *sum = &one->sum;
    json_t *terms = json_array();
    char name[WHERE_SIZE];
    for (size_t i = 0; i < sum->count; i++)
        json_line_append(&terms, term_json(one, &one->terms[i]));
    where_text(&one->where.tensor, one->where.index, name);
    return json_pack(
        "{s:o, s:o, s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o}", "model",
        json_line_text(one->model_path), "image", json_line_text(one->image_path), "label",
        explained_label(one), "where", name, "value", json_line_float((float)sum->value), "kind",
        cnn_sum_kind_name(sum->kind), "book", book_json(sum), "start", start_json(one), "chosen",
        chosen_json(sum), "divisor", json_line_real(sum->divisor), "slope",
        json_line_float((float)sum->slope), "left_out", (json_int_t)sum->left_out, "zeros",
        (json_int_t)sum->zeros, "parts", (json_int_t)sum->parts, "terms", terms);
}
