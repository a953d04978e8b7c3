/* Checkpoints: a run between two steps as safetensors. Tensors, in PyTorch's names and layouts:
 *
 *   conv1.weight, ...                                F32  the parameters, as in a model's file
 *   conv1.weight.exp_avg, conv1.weight.exp_avg_sq    F32  Adam's m and v of each, or
 *   conv1.weight.momentum_buffer                     F32  sgd's velocity of each
 *   run.order      [images]     I32  the images as they are shuffled, those held out at the end
 *   run.history    [epochs][7]  F64  cnn_epoch, field by field
 *
 * In the metadata, as strings, cnn.crc32 comes first: eight digits, the CRC-32 of the whole file
 * with zeros in their place, so that no damaged bit passes. cnn.checkpoint is "1", of this form of
 * file. What a model's file says follows, and under names that begin with "run." every setting that
 * decides the result, how far the run is, what tells its data sets from others
 * (checkpoint_fields.c), and the caller's note. */
#ifndef FILES_CHECKPOINT_H
#define FILES_CHECKPOINT_H

#include "model_file.h"
#include "run.h"

/* What stands in a checkpoint beside tensors and the model's own metadata. */
typedef struct checkpoint_state {
    size_t batch_size;
    uint64_t step;             /* more than a size_t holds, where that has 32 bits */
    cnn_train_options options; /* without the callback */
    run_progress progress;
    run_data train, test;
} checkpoint_state;

/* Looks into its own copy of the file. */
struct cnn_checkpoint {
    uint8_t *bytes;
    safetensors file;
    cnn_network *network;
    checkpoint_state state;
};

/* Where the checksum stands, and what stands before it. */
#define CHECKPOINT_START "{\"__metadata__\":{\"cnn.crc32\":\""
#define CHECKPOINT_DIGITS 8
#define CHECKPOINT_CRC_OFFSET (SAFETENSORS_LENGTH_BYTES + sizeof CHECKPOINT_START - 1)
#define CHECKPOINT_VERSION "1"

#define CHECKPOINT_ORDER "run.order"
#define CHECKPOINT_HISTORY "run.history"
enum { CHECKPOINT_HISTORY_COLUMNS = 7 };

/* To and from the metadata, by one table. Reading checks each value by itself only. */
bool checkpoint_fields_write(json_t *metadata, const checkpoint_state *state, cnn_error *error);
bool checkpoint_fields_read(const safetensors *file, checkpoint_state *state, cnn_error *error);

/* How many sets of numbers an optimizer keeps, and what is put behind the names of each. */
size_t checkpoint_suffixes(cnn_optimizer_kind kind, const char *suffixes[2]);

/* What tells this data set from others; NULL is none. */
run_data checkpoint_data(const cnn_dataset *dataset);

/* A checkpoint as it goes into a file; looks into the run. */
typedef struct checkpoint_image {
    model_image model;
    double *history;
} checkpoint_image;

/* On failure there is nothing to release. The run is only touched to remember what its data sets
 * are told by. */
bool checkpoint_build(checkpoint_image *image, cnn_run *run, cnn_error *error);
void checkpoint_release(checkpoint_image *image);

/* As cnn_checkpoint_parse(), of bytes that become the checkpoint's, or are freed. */
cnn_checkpoint *checkpoint_take(uint8_t *bytes, size_t size, cnn_error *error);

#endif
