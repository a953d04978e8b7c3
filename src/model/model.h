/* The inside of a model: one plan of memory, and the way of one batch through it. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "error.h"
#include "network.h"
#include "pool.h"

/* A batch is cut into this many shards, or one an image if it is smaller. More would only cost
 * memory for partial sums; fewer would leave cores idle. */
enum { SHARDS_MAX = 8 };

/* What one layer owns; node 0 is the input. Where the layer leaves memory as it is (flatten), y and
 * dy are those of the layer before. */
typedef struct node {
    float *y, *dy; /* dy is NULL where nobody needs it */
    int32_t *winners;
    float *w, *b, *dw, *db;
    float *partials; /* [shard][weights + biases], of layers that sum over images */
} node;

struct cnn_model {
    cnn_network *network;
    node *nodes;
    const ops *ops;
    pool *pool;
    cnn_model_options options;
    size_t n;                      /* images in the batch that is set */
    float *parameters, *gradients; /* of all layers, one block each; gaps between layers stay 0 */
    size_t parameters_size;        /* numbers in each of the two */
    uint32_t *labels;
    float *probabilities, *losses;
    float *scratch; /* [shard][scratch_size] */
    size_t scratch_size;
    char (*classes)[CNN_NAME_SIZE];
    float pixels[256]; /* what each byte is to the network */
    void *block;       /* holds every array above but nodes and network */
    size_t bytes;
};

/* The pieces of a batch that do not depend on each other. */
size_t model_shards(const cnn_model *model);
range model_shard(const cnn_model *model, size_t shard);

/* Parameters drawn as the options say. */
void model_initialise(cnn_model *model);

/* Does the network fit these images and labels? */
bool model_takes(const cnn_model *model, const cnn_dataset *dataset, cnn_error *error);

/* Over the images with these indices, or the first `count` if NULL. The data set must be one that
 * the model takes, count at least 1. */
void model_evaluate(cnn_model *model, const cnn_dataset *dataset, const uint32_t *indices,
                    size_t count, cnn_score *score, size_t *confusion);

#endif
