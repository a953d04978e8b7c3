/* Checkpoints: a run between two steps, as safetensors. Tensors, with PyTorch's names and layouts:
 *
 *   conv1.weight, ...                                F32  the parameters, as in a model file
 *   conv1.weight.exp_avg, conv1.weight.exp_avg_sq    F32  Adam's m and v of each, or
 *   conv1.weight.momentum_buffer                     F32  SGD's velocity of each
 *   run.order      [images]     I32  the image indices in shuffled order, held-out ones at the end
 *   run.history    [epochs][7]  F64  cnn_epoch, field by field
 *
 * In the metadata, as strings, cnn.crc32 comes first: eight digits, the CRC-32 of the entire file
 * with zeros in their place, which detects damage. cnn.checkpoint is "1", the version of this
 * format. Then follow the metadata of a model file, and under names that begin with "run." every
 * setting that affects the result, the progress, the identification of the data sets
 * (checkpoint_fields.c), and the caller's note. */
#ifndef FILES_CHECKPOINT_H
#define FILES_CHECKPOINT_H

#include "model_file.h"
#include "run.h"

/* The contents of a checkpoint apart from tensors and the model's metadata. */
typedef struct checkpoint_state {
    size_t batch_size;
    uint64_t step;             /* does not fit in a 32-bit size_t */
    cnn_train_options options; /* without the callback */
    run_progress progress;
    run_data train, test;
} checkpoint_state;

/* Points into its own copy of the file. */
struct cnn_checkpoint {
    uint8_t *bytes;
    safetensors file;
    cnn_network *network;
    checkpoint_state state;
};

/* The bytes before the checksum, and its length. */
#define CHECKPOINT_START "{\"__metadata__\":{\"cnn.crc32\":\""
#define CHECKPOINT_DIGITS 8
#define CHECKPOINT_CRC_OFFSET (SAFETENSORS_LENGTH_BYTES + sizeof CHECKPOINT_START - 1)
#define CHECKPOINT_VERSION "1"

#define CHECKPOINT_ORDER "run.order"
#define CHECKPOINT_HISTORY "run.history"
enum { CHECKPOINT_HISTORY_COLUMNS = 7 };

/* Converts to and from metadata with one table. Reading checks each value on its own only. */
bool checkpoint_fields_write(json_t *metadata, const checkpoint_state *state, cnn_error *error);
bool checkpoint_fields_read(const safetensors *file, checkpoint_state *state, cnn_error *error);

/* The number of an optimizer's state arrays, and the suffix of each one's names. */
size_t checkpoint_suffixes(cnn_optimizer_kind kind, const char *suffixes[2]);

/* The identification of a data set; NULL: no data set. */
run_data checkpoint_data(const cnn_dataset *dataset);

/* A checkpoint ready to be written; points into the run. */
typedef struct checkpoint_image {
    model_image model;
    double *history;
} checkpoint_image;

/* On failure there is nothing to release. Only changes the run to store the identification of its
 * data sets. */
bool checkpoint_build(checkpoint_image *image, cnn_run *run, cnn_error *error);
void checkpoint_release(checkpoint_image *image);

/* As cnn_checkpoint_parse(), but takes over the bytes, or frees them on failure. */
cnn_checkpoint *checkpoint_take(uint8_t *bytes, size_t size, cnn_error *error);

#endif
