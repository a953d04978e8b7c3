/* Small objects for the calls of the public interface (tests/test_calls*.c), and checks that a call
 * is refused. */
#ifndef TESTS_CALLS_H
#define TESTS_CALLS_H

#include "cnn.h"

/* One of each, created for every test. */
typedef struct calls {
    cnn_network *network;
    cnn_dataset *train, *test; /* 24 and 12 images of 8 x 8 in 4 classes */
    cnn_model *model;          /* batches of 8, two threads */
    cnn_trainer *trainer;
    cnn_run *run; /* of two epochs */
    cnn_trace *trace;
    cnn_picture *picture; /* gray, 3 x 2 */
} calls;

extern calls c;
int calls_make(void **state);
int calls_free(void **state);

/* The last argument of the calls below. */
extern cnn_error calls_error, *e;

/* The call must return 0 and report why, and return 0 without an error struct too. */
#define REFUSED_AS(wanted, call)                                                                   \
    do {                                                                                           \
        e = &calls_error;                                                                          \
        calls_error = (cnn_error){.status = CNN_STATUS_OK};                                        \
        if (call)                                                                                  \
            fail_msg("taken: %s", #call);                                                          \
        if (calls_error.status != (wanted) || !calls_error.message[0])                             \
            fail_msg("%s: status %d, \"%s\"", #call, calls_error.status, calls_error.message);     \
        e = NULL;                                                                                  \
        if (call)                                                                                  \
            fail_msg("taken without an error: %s", #call);                                         \
        e = &calls_error;                                                                          \
    } while (0)
#define REFUSED(call) REFUSED_AS(CNN_STATUS_BAD_ARGUMENT, call)

/* The same with a text that the reason must be. */
#define REFUSED_BECAUSE(reason, call)                                                              \
    do {                                                                                           \
        REFUSED(call);                                                                             \
        assert_string_equal(calls_error.message, reason);                                          \
    } while (0)

/* The first `count` images as the batch. */
void calls_batch(size_t count);
/* Returns a tensor of the model by its name; its values of the batch, or all of them. */
cnn_tensor calls_tensor(const cnn_model *model, const char *name);
/* CRC-32 over all parameters. */
unsigned long calls_parameters(const cnn_model *model);

#endif
