/* An image in every layer of the network: a line for each layer, the answer, and the numbers that
 * are worth a look. */
#include "explanation.h"

#include "answer.h"
#include "json_line.h"
#include "print.h"

#include <math.h>
#include <string.h>

/* The range of a tensor of floats. */
typedef struct spread {
    double least, most;
    size_t count, zeros, at; /* at: of the number furthest from 0 */
} spread;

static spread spread_of(const cnn_tensor *tensor) {
    const float *numbers = tensor->data;
    spread s = {.least = INFINITY, .most = -INFINITY, .count = 1};
    double furthest = -1;
    for (size_t d = 0; d < tensor->rank; d++)
        s.count *= tensor->shape[d];
    for (size_t i = 0; i < s.count; i++) {
        const double x = (double)numbers[i];
        s.least = fmin(s.least, x);
        s.most = fmax(s.most, x);
        s.zeros += x == 0;
        if (fabs(x) > furthest) {
            furthest = fabs(x);
            s.at = i;
        }
    }
    return s;
}

static bool tensor_of(const explained *one, const char *layer, const char *suffix,
                      cnn_tensor *tensor) {
    char name[CNN_NAME_SIZE + 8];
    snprintf(name, sizeof name, "%s%s", layer, suffix);
    return cnn_model_tensor(one->model, name, tensor, NULL);
}

static void print_layer(const explained *one, const cnn_layer_info *info) {
    cnn_tensor y, dy;
    char at[WHERE_SIZE];
    if (!tensor_of(one, info->name, "", &y))
        return;
    const spread s = spread_of(&y);
    where_text(&y, s.at, at);
    printf("%-9s %-22s %9.3g %9.3g %8s  ", info->name, info->text, s.least, s.most,
           format_percent((double)s.zeros / (double)s.count).text);
    if (one->label != SIZE_MAX && tensor_of(one, info->name, ".grad", &dy)) {
        const spread g = spread_of(&dy);
        printf("%8.2g  ", fmax(fabs(g.least), fabs(g.most)));
    }
    printf("%s\n", at);
}

static void print_layers(const explained *one) {
    cnn_layer_info info;
    printf("%s%-9s %-22s %9s %9s %8s  %s%s%s\n", terminal_style(stdout, LOOK_BOLD), "layer",
           "made by", "least", "largest", "are 0", one->label != SIZE_MAX ? "gradient  " : "",
           "furthest from 0", terminal_style(stdout, LOOK_PLAIN));
    for (size_t i = 0; cnn_network_layer_at(cnn_model_network(one->model), i, &info); i++)
        print_layer(one, &info);
}

/* The likeliest classes, and the loss if the true one is known. */
static void print_answer(const explained *one) {
    cnn_tensor p, losses;
    size_t best[ANSWER_BEST];
    char text[256] = "";
    if (!cnn_model_tensor(one->model, "probabilities", &p, NULL))
        return;
    const size_t count = answer_best(one->model, p.data, best);
    for (size_t i = 0, used = 0; i < count && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s\t%s", i ? ", " : "",
                                 cnn_model_class_at(one->model, best[i]),
                                 format_percent((double)((const float *)p.data)[best[i]]).text);
    putchar('\n');
    print_field(stdout, "it says", "%s", text);
    if (one->label != SIZE_MAX && cnn_model_tensor(one->model, "losses", &losses, NULL))
        print_field(stdout, "it is", "%s: loss %s", cnn_model_class_at(one->model, one->label),
                    format_loss((double)*(const float *)losses.data).text);
}

/* Suggests the score of the likeliest class, from which all others can be reached. */
static void print_next(const explained *one) {
    cnn_tensor p;
    cnn_layer_info last;
    size_t best[ANSWER_BEST];
    char where[WHERE_SIZE];
    const cnn_network *network = cnn_model_network(one->model);
    cnn_network_layer_at(network, cnn_network_layer_count(network), &last);
    if (!cnn_model_tensor(one->model, "probabilities", &p, NULL))
        return;
    answer_best(one->model, p.data, best);
    where_name(one->model, last.name, best[0], where);
    printf("%-*s", PRINT_FIELD, "next");
    if (one->repeatable)
        explained_command(one, where);
    else
        printf("%s\n", where);
}

void explained_way(const explained *one) {
    print_layers(one);
    print_answer(one);
    print_next(one);
}

static json_t *layer_json(const explained *one, const cnn_layer_info *info) {
    cnn_tensor y;
    char at[WHERE_SIZE];
    if (!tensor_of(one, info->name, "", &y))
        return NULL;
    const spread s = spread_of(&y);
    where_text(&y, s.at, at);
    return json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:s}", "layer", info->name, "made_by",
                     info->text, "least", json_line_float((float)s.least), "largest",
                     json_line_float((float)s.most), "numbers", (json_int_t)s.count, "zeros",
                     (json_int_t)s.zeros, "furthest", at);
}

json_t *explained_way_json(const explained *one) {
    cnn_layer_info info;
    cnn_tensor p, losses;
    json_t *layers = json_array(), *loss = json_null();
    for (size_t i = 0; cnn_network_layer_at(cnn_model_network(one->model), i, &info); i++)
        json_line_append(&layers, layer_json(one, &info));
    if (one->label != SIZE_MAX && cnn_model_tensor(one->model, "losses", &losses, NULL))
        loss = json_line_float(*(const float *)losses.data);
    cnn_model_tensor(one->model, "probabilities", &p, NULL);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "model", json_line_text(one->model_path),
                     "image", json_line_text(one->image_path), "label", explained_label(one),
                     "layers", layers, "best", answer_json(one->model, p.data), "loss", loss);
}
