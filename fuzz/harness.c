/* Checks promises of the library, and aborts with file, line and the broken promise. */
#include "harness.h"

#include "allocations.h"
#include "class_names.h"
#include "memory.h"
#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small, so that runs are quick and lack of memory is frequent. */
#define MEMORY_GRANTED ((size_t)1 << 20)
/* Multiply-adds and comparisons per pass. */
#define WORK_MAX ((size_t)1 << 18)

const cnn_model_options harness_options = {
    .batch_size = 1, .threads = 1, .init = CNN_INIT_CONSTANT, .normalization = {0.1307f, 0.3081f}};

void harness_die(const char *file, int line, const char *condition) {
    fprintf(stderr, "%s:%d: %s does not hold\n", file, line, condition);
    abort();
}

void harness_begin(void) {
    allocations_limit(MEMORY_GRANTED);
}

void harness_end(void) {
    allocations_limit(SIZE_MAX);
}

void harness_refused(const cnn_error *error, size_t size) {
    const size_t length = strlen(error->message);
    DEMAND(length > 0 && error->message[length - 1] != '\n');
    DEMAND(name_first_unprintable((const uint8_t *)error->message, length) == length);
    if (error->status == CNN_STATUS_NO_MEMORY)
        DEMAND(allocations_refused());
    else if (error->status == CNN_STATUS_BAD_NETWORK)
        DEMAND(error->line > 0 && error->column > 0);
    else
        DEMAND(error->status == CNN_STATUS_BAD_FILE &&
               (error->offset <= size || strstr(error->message, "counted decompressed")));
}

void harness_network(const cnn_network *network) {
    const size_t size = cnn_network_text(network, NULL, 0) + 1;
    char *text = malloc(2 * size);
    DEMAND(text);
    cnn_network_text(network, text, size);
    cnn_network *again = cnn_network_parse(text, size - 1, NULL);
    DEMAND(again && cnn_network_text(again, text + size, size) == size - 1);
    DEMAND(!memcmp(text, text + size, size));
    cnn_network_free(again);
    free(text);
}

/* Every output reads its window, or all inputs. SIZE_MAX: the number does not fit. */
static size_t work_of(const cnn_network *network) {
    size_t sum = 0;
    for (size_t i = 1; i <= network->count; i++) {
        const layer_shape *g = &network->layers[i].shape;
        const size_t padded = (g->x.h + 2 * g->pad_h) * (g->x.w + 2 * g->pad_w) * g->x.c;
        size_t work = g->r ? g->r * g->s : 1;
        if (layer_kernel_size(&network->layers[i]) && !size_multiply(work, g->x.c, &work))
            return SIZE_MAX;
        if (!size_multiply(work, extent_size(g->y), &work) || !size_add(work, padded, &work) ||
            !size_add(sum, work, &sum))
            return SIZE_MAX;
    }
    return sum;
}

void harness_model(cnn_model *model) {
    const cnn_network *network = cnn_model_network(model);
    if (work_of(network) > WORK_MAX)
        return;
    const size_t values = extent_size(network->layers[0].shape.y);
    uint8_t *image = malloc(values);
    float *p = malloc(cnn_network_class_count(network) * sizeof *p);
    DEMAND(image && p);
    for (size_t i = 0; i < values; i++)
        image[i] = (uint8_t)(37 * i);
    DEMAND(cnn_model_predict(model, image, 1, p, NULL));
    const uint32_t label = 0;
    float *x = malloc(values * sizeof *x);
    DEMAND(x);
    for (size_t i = 0; i < values; i++)
        x[i] = image[i];
    DEMAND(cnn_model_set_input(model, x, &label, 1, NULL));
    cnn_model_forward(model);
    cnn_model_loss(model);
    cnn_model_backward(model);
    free(x);
    free(image);
    free(p);
}
