/* Functions shared by the harnesses. Each harness takes any bytes as a file, and aborts where a
 * promise of the library is broken; libFuzzer (make fuzz) generates bytes, tests/test_corpora.c
 * replays stored ones. */
#ifndef FUZZ_HARNESS_H
#define FUZZ_HARNESS_H

#include "cnn.h"

/* The name that libFuzzer calls; in tests the build gives each harness its own name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts unless the condition holds. */
#define DEMAND(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            harness_die(__FILE__, __LINE__, #condition);                                           \
    } while (0)
void harness_die(const char *file, int line, const char *condition);

/* Between these calls, single requests for more memory than the harness grants are refused. */
void harness_begin(void);
void harness_end(void);

/* Demands a complete error: a status that a file of `size` bytes can cause, a byte within it if the
 * file is at fault, one printable line. Lack of memory is accepted only if memory was refused. */
void harness_refused(const cnn_error *error, size_t size);

/* Demands that the network's text is parsed to the same network. */
void harness_network(const cnn_network *network);

/* Runs the model forward and backward on one image, unless that would take long. */
void harness_model(cnn_model *model);

/* The options of all models here: one image, one thread. */
extern const cnn_model_options harness_options;

#endif
