/* Computes a pass's bound, the longer of two times: its arithmetic at the peak rate, and its bytes
 * at the bandwidth of the memory level that holds them. */
#include "bound.h"

static double values_of(const cnn_layer_info *layer) {
    return (double)layer->height * (double)layer->width * (double)layer->channels;
}

/* A nonlinear function of each number alone: its backward pass reads x. */
static bool bends_each(const cnn_layer_info *layer) {
    return !layer->linear && !layer->pools;
}

/* Bytes per image that each pass of these layers must read or write at least once. Parameters are
 * read once per batch. */
static double layer_bytes(const cnn_network *network, const bench_model_row *row, size_t pass,
                          double batch) {
    cnn_layer_info before, first, last;
    cnn_network_layer_at(network, row->about.first - 1, &before);
    cnn_network_layer_at(network, row->about.first, &first);
    cnn_network_layer_at(network, row->about.last, &last);
    const bool alone = row->about.first == row->about.last;
    const double x = values_of(&before), y = values_of(&last);
    /* What the layer keeps for the backward pass besides outputs and their gradient: indices. */
    const double kept = (double)last.activation_bytes / sizeof(float);
    const double indices = kept > 2 * y ? kept - 2 * y : 0;
    const double parameters = (double)first.parameters / batch;
    /* The backward pass of a ReLU reads its sign: from y in a fusion, else from x. */
    const double stopped = !alone ? y : bends_each(&first) ? x : 0;
    if (pass == BENCH_MODEL_FORWARD)
        return sizeof(float) * (x + y + indices + parameters);
    return sizeof(float) * (x + y + indices + parameters + stopped);
}

/* Each shard's sums are as large as the weights. */
static double sums_bytes(const cnn_network *network, double batch) {
    cnn_layer_info layer;
    double parameters = 0;
    for (size_t i = 1; cnn_network_layer_at(network, i, &layer); i++)
        parameters += layer.flat ? 0 : (double)layer.parameters;
    return sizeof(float) * parameters * ((batch < 8 ? batch : 8) + 1) / batch;
}

/* Adam reads and writes w and two averages, and reads dw. */
static double part_bytes(const cnn_network *network, cnn_profile_part part, double batch) {
    cnn_layer_info input;
    cnn_network_layer_at(network, 0, &input);
    if (part == CNN_PROFILE_GATHER)
        return (1 + sizeof(float)) * values_of(&input);
    if (part == CNN_PROFILE_UPDATE)
        return 7 * sizeof(float) * (double)cnn_network_parameter_count(network) / batch;
    return part == CNN_PROFILE_REDUCE ? sums_bytes(network, batch) : 0;
}

bound bound_of(const chip *chip, const cnn_network *network, const bench_model_row *row,
               size_t pass, size_t batch, size_t kind) {
    if (row->seconds[pass] <= 0)
        return (bound){0, ""};
    const double n = (double)batch;
    const double bytes = row->about.part == CNN_PROFILE_LAYERS
                             ? layer_bytes(network, row, pass, n)
                             : part_bytes(network, row->about.part, n);
    const double moving = bytes / chip_bandwidth(chip, kind, bytes * n);
    const double arithmetic = 2 * row->multiply_adds[pass] / chip->flops[kind];
    if (arithmetic >= moving)
        return (bound){arithmetic, arithmetic > 0 ? "fma" : ""};
    return (bound){moving, "bytes"};
}
