/* What tests of files share: a folder, files by hand, errors as text, a jansson out of memory. */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include "cnn.h"

/* A folder for one test; *state is the scene. */
typedef struct scene {
    char folder[128], path[256];
    cnn_error error;
} scene;

int scene_create(void **state);
int scene_remove(void **state);

/* The path of a file in the folder, until the next call. */
const char *scene_path(scene *scene, const char *name);
void scene_write(scene *scene, const char *name, const void *data, size_t size);
/* The bytes of a file, to be freed. */
uint8_t *scene_read(scene *scene, const char *name, size_t *size);
/* How many files there are, temporary ones too. */
size_t scene_files(scene *scene);

/* A copy that ends where its block ends, so that a sanitizer sees a step too far. To be freed. */
void *scene_copy(const void *data, size_t size);

/* A safetensors file of this header and that many bytes 0, 1, 2, ... To be freed. */
uint8_t *scene_tensors(const char *header, size_t data, size_t *size);

/* Fails the test unless the error, as cnn_error_text() puts it, is this. */
void scene_error_is(const cnn_error *error, cnn_status status, const char *text);

/* Runs it again and again, and lets one request for memory fail each time, jansson's too, first
 * alone, then with all that follow. Fails the test unless each run succeeds or says that there is
 * no memory, and jansson holds nothing after it. There must be more than `least` requests. */
void scene_survives(bool (*run)(cnn_error *error), size_t least);

#endif
