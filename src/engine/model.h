/* The inside of a model: one memory plan, and a program for each kind of pass. Only one thread at a
 * time may use a model; its pool's threads work only during a call. */
#ifndef ENGINE_MODEL_H
#define ENGINE_MODEL_H

#include "error.h"
#include "fusion.h"
#include "mistaken.h"
#include "pool.h"

/* Small batch: fewer than 16 images per thread. Dense layers are then split by weights instead of
 * by images. */
enum { SMALL_BATCH_IMAGES = 16 };
static inline bool model_small_batch(size_t threads, size_t images) {
    return threads > 1 && images < threads * SMALL_BATCH_IMAGES;
}

/* Bounds of the normalization, within which no pixel becomes infinite. */
bool normalization_accepts_mean(float mean);
bool normalization_accepts_std(float std);

/* The arrays of one layer; layer 0 is the input. A view shares y and dy of the layer that it reads;
 * inside a fusion they are NULL. */
typedef struct layer_memory {
    float *y, *dy;                 /* [batch][h][w][c]; dy is NULL if it is not computed */
    void *buffers[BUFFERS_MAX];    /* in the order of its kind; NULL if the layer lacks it */
    float *gradients[BUFFERS_MAX]; /* of its parameters */
} layer_memory;

/* One thread's time for one pass of one fusion: see profile.h. */
typedef struct profile_slot {
    uint64_t nanoseconds;
    size_t images;
    /* Counted for `counted` of the images only, as counting takes time too. */
    double multiply_adds;
    size_t counted;
} profile_slot;

/* State of the current batch; its numbers are valid only up to this state. */
typedef enum batch_state {
    BATCH_NONE,
    BATCH_SET,
    BATCH_PASSED, /* forward: losses are valid, backward may follow */
    BATCH_MOVED   /* parameters have changed since: only losses are valid */
} batch_state;

struct cnn_model {
    cnn_network *network; /* a copy, owned */
    layer_memory *layers; /* [layers + 1], owned */
    fusion *fusions;      /* [fusion_count], owned; from `head` on, outputs are flat */
    size_t fusion_count, head;
    struct step *steps; /* the last compiled program, for program_images; owned; see program.h */
    size_t step_count, program_images;
    cnn_program program;
    const ops *ops;              /* the back end, chosen at creation */
    mistaken *mistaken;          /* owns `ops` if a mistake is made in it, else NULL */
    char mistake[CNN_NAME_SIZE]; /* made in it, now or when it was trained; "": none */
    pool *pool;
    size_t threads; /* of the pool at creation; memory is planned for these */
    cnn_model_options options;
    batch_state state;
    bool labeled; /* the batch has labels; otherwise losses mean nothing */
    size_t n;     /* images in the current batch; 0: none */
    /* Parameters of all layers in one array; gaps between layers stay 0. The state of all layers
     * follows the parameters, so that files find both by their distance from `parameters`. */
    float *parameters, *gradients;
    size_t parameters_size;          /* size of both arrays, in floats */
    uint32_t *labels;                /* [batch] */
    float *probabilities, *losses;   /* [batch][classes]; [batch] */
    float *scratch;                  /* [threads][scratch_size] */
    size_t scratch_size;             /* of the largest consumer, in floats per thread */
    float *partial_sums;             /* [batch], of the largest dense layer, or NULL */
    char (*classes)[CNN_NAME_SIZE];  /* [classes]: null-terminated names */
    cnn_preprocessing preprocessing; /* of the images it was trained on */
    float pixels[256];               /* the input value for each byte */
    void *block;                     /* holds all arrays above that are not marked as owned */
    cnn_memory memory;               /* how block is used */
    profile_slot *profile;           /* NULL without the option */
    uint64_t thread_time;            /* nanoseconds, all threads and passes */
    size_t backward_passes;
    uint64_t training_steps; /* taken by its trainer */
};

/* Shards of the current batch, which are independent of each other: their number, and the images of
 * one. Both depend on the batch size alone. */
static inline size_t model_shards(const cnn_model *model) {
    return model->n < SHARDS_MAX ? model->n : SHARDS_MAX;
}

static inline range model_shard(const cnn_model *model, size_t shard) {
    return range_part(model->n, model_shards(model), shard);
}

/* Marks a batch of this many images as set; 0: none. */
static inline void model_begin_batch(cnn_model *model, size_t images, bool labeled) {
    model->n = images;
    model->state = images ? BATCH_SET : BATCH_NONE;
    model->labeled = labeled;
}

/* Records that parameters have changed. */
static inline void model_moved(cnn_model *model) {
    if (model->state == BATCH_PASSED)
        model->state = BATCH_MOVED;
}

/* A mistake of the model itself goes before the one that its file names. */
static inline void model_set_mistake(cnn_model *model, const char *name) {
    if (!model->mistake[0])
        strcpy(model->mistake, name);
}

/* Draws all parameters as the options say. */
void model_initialize(cnn_model *model);

/* Whether the data set fits the network; if not, the error names the difference. */
bool model_accepts(const cnn_model *model, const cnn_dataset *dataset, cnn_error *error);

/* Evaluates the images with these indices, or the first `count` if NULL. The model must accept the
 * data set; count is at least 1. confusion may be NULL; its counts are added to. Afterwards no
 * batch is set. */
void model_evaluate(cnn_model *model, const cnn_dataset *dataset, const uint32_t *indices,
                    size_t count, cnn_score *score, size_t *confusion);

#endif
