/* The inside of a model: one plan of memory, and a program for each pass over a batch. One thread
 * at a time may use a model; the threads of its pool work only within such a call. */
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

/* Bounds of the normalization: within them no pixel becomes infinite. */
bool normalization_accepts_mean(float mean);
bool normalization_accepts_std(float std);

/* The arrays of one layer; layer 0 is the input. A view has y and dy of the layer that it reads;
 * inside a fusion there are none. */
typedef struct layer_memory {
    float *y, *dy;                 /* [batch][h][w][c]; dy is NULL if it is not computed */
    void *buffers[BUFFERS_MAX];    /* as its kind lists them; NULL if the layer does without */
    float *gradients[BUFFERS_MAX]; /* of its parameters */
} layer_memory;

/* What one thread has spent on one pass of one fusion: see profile.h. */
typedef struct profile_slot {
    uint64_t nanoseconds;
    size_t images;
    /* Needed for `counted` of them only, as counting takes time too. */
    double multiply_adds;
    size_t counted;
} profile_slot;

/* How far the batch is. Its numbers mean something only as far as that. */
typedef enum batch_state {
    BATCH_NONE,
    BATCH_SET,
    BATCH_PASSED, /* forward: there are losses, and backward may follow */
    BATCH_MOVED   /* the parameters are others than those it passed: there are losses */
} batch_state;

struct cnn_model {
    cnn_network *network; /* a copy, owned */
    layer_memory *layers; /* [layers + 1], owned */
    fusion *fusions;      /* [fusion_count], owned; those from `head` on have flat outputs */
    size_t fusion_count, head;
    struct step *steps; /* the program compiled last, for so many images; owned; see program.h */
    size_t step_count, program_images;
    cnn_program program;
    const ops *ops;              /* the back end, chosen when the model is made */
    mistaken *mistaken;          /* what `ops` is then, owned; NULL: it is sound */
    char mistake[CNN_NAME_SIZE]; /* made in it, now or when it was trained; "": none */
    pool *pool;
    size_t threads; /* of the pool when it was made: what memory is planned for */
    cnn_model_options options;
    batch_state state;
    bool labeled; /* the batch; or else its losses mean nothing */
    size_t n;     /* images in the batch that is set; 0: none */
    /* Of all layers, one stretch each; gaps between layers stay 0. Behind the parameters follows
     * the state of all layers, so that files find both by their distance from `parameters`. */
    float *parameters, *gradients;
    size_t parameters_size;          /* numbers of the parameters, and of the gradients */
    uint32_t *labels;                /* [batch] */
    float *probabilities, *losses;   /* [batch][classes]; [batch] */
    float *scratch;                  /* [threads][scratch_size] */
    size_t scratch_size;             /* of the fusion that needs most, in floats */
    float *partial_sums;             /* [batch], of the dense layer that has the most, or NULL */
    char (*classes)[CNN_NAME_SIZE];  /* [classes]: names, each ended by 0 */
    cnn_preprocessing preprocessing; /* of the images it was trained on */
    float pixels[256];               /* what each byte is to the network */
    void *block;                     /* holds every array above but layers and network */
    cnn_memory memory;               /* how block is used */
    profile_slot *profile;           /* NULL without the option */
    uint64_t thread_time;            /* nanoseconds of all threads in all passes */
    size_t backward_passes;
    uint64_t training_steps; /* taken by its trainer */
};

/* The chunks of the batch that is set, which do not depend on each other: how many, and the images
 * of one. Both follow from the size of the batch alone. */
static inline size_t model_shards(const cnn_model *model) {
    return model->n < SHARDS_MAX ? model->n : SHARDS_MAX;
}

static inline range model_shard(const cnn_model *model, size_t shard) {
    return range_part(model->n, model_shards(model), shard);
}

/* A batch of so many images is set, or with 0 none is. */
static inline void model_begin_batch(cnn_model *model, size_t images, bool labeled) {
    model->n = images;
    model->state = images ? BATCH_SET : BATCH_NONE;
    model->labeled = labeled;
}

/* Parameters have changed. */
static inline void model_moved(cnn_model *model) {
    if (model->state == BATCH_PASSED)
        model->state = BATCH_MOVED;
}

/* What a file says, unless the model has a mistake of its own. */
static inline void model_set_mistake(cnn_model *model, const char *name) {
    if (!model->mistake[0])
        strcpy(model->mistake, name);
}

/* Parameters drawn as the options say. */
void model_initialize(cnn_model *model);

/* Does the network fit these images and labels? If not, the error says what differs. */
bool model_accepts(const cnn_model *model, const cnn_dataset *dataset, cnn_error *error);

/* Over the images with these indices, or the first `count` if NULL. The data set must be one that
 * the model takes, count at least 1. confusion may be NULL; counts are added to what it holds.
 * Afterwards no batch is set. */
void model_evaluate(cnn_model *model, const cnn_dataset *dataset, const uint32_t *indices,
                    size_t count, cnn_score *score, size_t *confusion);

#endif
