/* Fuzzes network texts: parses, writes and parses them again; makes a model of each and runs it. */
#include "harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cnn_error error;
    harness_begin();
    cnn_network *network = cnn_network_parse((const char *)data, size, &error);
    if (network) {
        harness_network(network);
        cnn_model *model = cnn_model_create(network, &harness_options, &error);
        if (model)
            harness_model(model);
        else
            DEMAND(error.status == CNN_STATUS_BAD_NETWORK || error.status == CNN_STATUS_NO_MEMORY);
        cnn_model_free(model);
    } else {
        harness_refused(&error, size);
    }
    cnn_network_free(network);
    harness_end();
    return 0;
}
