/* What the harnesses share. Each takes any bytes as one file, and dies where a promise of the
 * library is broken; libFuzzer (make fuzz) makes bytes up, tests/test_corpora.c replays those kept.
 */
#ifndef FUZZ_HARNESS_H
#define FUZZ_HARNESS_H

#include "cnn.h"

/* What libFuzzer calls, by this name; in tests the build gives each harness a name of its own. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Dies unless it holds. */
#define DEMAND(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            harness_die(__FILE__, __LINE__, #condition);                                           \
    } while (0)
void harness_die(const char *file, int line, const char *condition);

/* Between the two, single requests for more memory than the harness grants are refused. */
void harness_begin(void);
void harness_end(void);

/* Demands a whole error: a status that a file of `size` bytes can cause, a byte of it if that is
 * the file's fault, one printable line. Lack of memory counts only where memory was refused. */
void harness_refused(const cnn_error *error, size_t size);

/* Demands that the network as text reads back as the same. */
void harness_network(const cnn_network *network);

/* Puts an image through the model and back again, if that is no more than a moment's work. */
void harness_model(cnn_model *model);

/* The options of every model here: one image, one thread. */
extern const cnn_model_options harness_options;

#endif
