/* Small objects for the walk over the public interface (tests/test_calls*.c), and how a call is
 * shown to be refused. */
#ifndef TESTS_CALLS_H
#define TESTS_CALLS_H

#include "cnn.h"

/* One of each, made anew for every test. */
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

/* What the calls below give as their last argument. */
extern cnn_error calls_error, *e;

/* The call must give 0 and say why, and give 0 too where nobody wants to know. */
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
/* A tensor of the model by its name; its numbers of the batch, or of all of it. */
cnn_tensor calls_tensor(const cnn_model *model, const char *name);
/* CRC-32 over all parameters. */
unsigned long calls_parameters(const cnn_model *model);

#endif
