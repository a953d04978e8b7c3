/* Lists the likeliest classes of one image, as JSON. */
#include "answer.h"

#include "json_line.h"

#include <string.h>

size_t answer_best(const cnn_model *model, const float *p, size_t best[ANSWER_BEST]) {
    const size_t classes = cnn_network_class_count(cnn_model_network(model));
    size_t count = 0;
    for (size_t k = 0; k < classes; k++) {
        size_t at = count;
        while (at && p[best[at - 1]] < p[k])
            at--;
        if (at == ANSWER_BEST)
            continue;
        count = count < ANSWER_BEST ? count + 1 : ANSWER_BEST;
        memmove(best + at + 1, best + at, (count - 1 - at) * sizeof *best);
        best[at] = k;
    }
    return count;
}

json_t *answer_json(const cnn_model *model, const float *p) {
    size_t best[ANSWER_BEST];
    const size_t count = answer_best(model, p, best);
    json_t *classes = json_array();
    for (size_t i = 0; i < count; i++)
        json_line_append(&classes,
                         json_pack("{s:s, s:I, s:o}", "class", cnn_model_class_at(model, best[i]),
                                   "index", (json_int_t)best[i], "probability",
                                   json_line_float(p[best[i]])));
    return classes;
}
