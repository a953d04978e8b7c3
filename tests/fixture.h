/* What tests of files share: a folder, files made by hand, errors as text, jansson without
 * memory. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "cnn.h"

/* A folder for one test; *state is the fixture. */
typedef struct fixture {
    char folder[128], path[256];
    cnn_error error;
} fixture;

int fixture_create(void **state);
int fixture_remove(void **state);

/* The path of a file in the folder, until the next call. */
const char *fixture_path(fixture *fixture, const char *name);
void fixture_write(fixture *fixture, const char *name, const void *data, size_t size);
/* The bytes of a file, to be freed. */
uint8_t *fixture_read(fixture *fixture, const char *name, size_t *size);
/* How many files there are, temporary ones too. */
size_t fixture_files(fixture *fixture);

/* A copy that ends where its block ends, so that a sanitizer sees a step beyond it. To be freed. */
void *fixture_copy(const void *data, size_t size);

/* A safetensors file of this header and that many bytes 0, 1, 2, ... To be freed. */
uint8_t *fixture_tensors(const char *header, size_t data, size_t *size);

/* Fails the test unless the error, as cnn_error_text() puts it, is this. */
void fixture_error_is(const cnn_error *error, cnn_status status, const char *text);

/* Runs it repeatedly, and lets one request for memory fail each time, jansson's too, first alone,
 * then with all that follow. Fails the test unless each run succeeds or reports that there is no
 * memory, and jansson holds nothing after it. There must be more than `least` requests. */
void fixture_survives(bool (*run)(cnn_error *error), size_t least);

#endif
