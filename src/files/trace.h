/* The internal form of a trace. */
#ifndef FILES_TRACE_H
#define FILES_TRACE_H

#include "safetensors.h"

/* A trace before it is written: tensors that own their names and numbers. */
struct cnn_trace {
    safetensors_tensor *tensors;
    size_t count, capacity;
    json_t *names; /* an object with the names as keys */
};

#endif
