/* Returns the defaults of every options struct, for callers that cannot use the macros: in another
 * language, or in C++ before designated initializers. */
#include "cnn.h"

cnn_model_options cnn_model_options_defaults(void) {
    return (cnn_model_options)CNN_MODEL_OPTIONS_DEFAULT;
}

cnn_optimizer cnn_optimizer_defaults(void) {
    return (cnn_optimizer)CNN_OPTIMIZER_DEFAULT;
}

cnn_schedule cnn_schedule_defaults(void) {
    return (cnn_schedule)CNN_SCHEDULE_DEFAULT;
}

cnn_train_options cnn_train_options_defaults(void) {
    return (cnn_train_options)CNN_TRAIN_OPTIONS_DEFAULT;
}

cnn_gradcheck_options cnn_gradcheck_options_defaults(void) {
    return (cnn_gradcheck_options)CNN_GRADCHECK_OPTIONS_DEFAULT;
}
