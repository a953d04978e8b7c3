/* Runs sets of images through a model, in batches or in chunks that threads claim: predictions, and
 * the score on a data set. */
#include "batch.h"
#include "execute.h"
#include "profile.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* Images per thread and batch, and per claimed chunk, when activations are not inspected later.
 * With more, a layer's output leaves the cache before the next layer reads it. Chunks are smaller,
 * since all threads wait for the last one. */
enum { PREDICT_TILE = 64, PREDICT_CHUNK = 32 };

static size_t images_at_once(const cnn_model *model, size_t left) {
    const size_t batch = model->options.batch_size;
    const size_t cached = PREDICT_TILE * pool_threads(model->pool);
    const size_t most = batch < cached ? batch : cached;
    return left < most ? left : most;
}

/* State of one prediction: each task has `each` slots of the batch for itself and claims its next
 * images as soon as it is done. */
typedef struct predictions {
    cnn_model *model;
    const uint8_t *images;
    size_t count, each;
    float *probabilities;
    atomic_size_t next;
} predictions;

static void predict_task(void *context, size_t task, size_t worker) {
    predictions *p = context;
    const cnn_model *model = p->model;
    const size_t classes = cnn_network_class_count(model->network), slot = task * p->each;
    size_t first;
    while ((first = atomic_fetch_add(&p->next, p->each)) < p->count) {
        const size_t left = p->count - first, count = left < p->each ? left : p->each;
        const range slots = {slot, slot + count};
        const source s = {.model = p->model, .images = p->images, .first = first, .slot = slot};
        gather_slots(&s, slots, worker);
        execute_alone(p->model, slots, worker);
        memcpy(p->probabilities + first * classes, model->probabilities + slot * classes,
               count * classes * sizeof *p->probabilities);
    }
}

/* 0 if each image has to be split between threads. */
static size_t images_each(const cnn_model *model, size_t tasks, size_t count) {
    const size_t capacity = model->options.batch_size / tasks, share = (count + tasks - 1) / tasks;
    const size_t most = capacity < PREDICT_CHUNK ? capacity : PREDICT_CHUNK;
    return count < tasks ? 0 : share < most ? share : most;
}

static void predict_in_batches(cnn_model *model, const uint8_t *images, size_t count,
                               float *probabilities) {
    const size_t classes = cnn_network_class_count(model->network);
    for (size_t done = 0; done < count; done += model->n) {
        gather((source){.model = model, .images = images, .first = done},
               images_at_once(model, count - done));
        cnn_model_forward(model);
        memcpy(probabilities + done * classes, model->probabilities,
               model->n * classes * sizeof *probabilities);
    }
}

/* No array is longer than PTRDIFF_MAX bytes, so sizes computed from the count cannot overflow. */
static bool predictable(const cnn_model *model, size_t count, cnn_error *error) {
    const size_t values = extent_size(model->network->layers[0].shape.y),
                 classes = cnn_network_class_count(model->network);
    const size_t row = classes * sizeof(float), each = row > values ? row : values;
    return (count > 0 && count <= PTRDIFF_MAX / each) ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT,
                     count ? "%zu images to predict: more than memory has room for"
                           : "no images to predict",
                     count);
}

static void predict(cnn_model *model, const uint8_t *images, size_t count, float *probabilities) {
    const size_t tasks = pool_threads(model->pool);
    predictions p = {model, images, count, images_each(model, tasks, count), probabilities, 0};
    if (!p.each) {
        predict_in_batches(model, images, count, probabilities);
        return;
    }
    model->n = tasks * p.each;
    prepare_prediction(model);
    profile_run(model, tasks, predict_task, &p);
}

/* A model has memory for one batch, so the current one is lost. */
bool cnn_model_predict(cnn_model *model, const uint8_t *images, size_t count, float *probabilities,
                       cnn_error *error) {
    if (!given(model, "model", error) || !given(images, "images", error) ||
        !given(probabilities, "probabilities", error) || !predictable(model, count, error))
        return false;
    predict(model, images, count, probabilities);
    model_begin_batch(model, 0, false);
    return true;
}

/* The first maximum wins, as everywhere in the library. */
static size_t guess_of(const float *p, size_t classes) {
    size_t best = 0;
    for (size_t k = 1; k < classes; k++)
        if (p[k] > p[best])
            best = k;
    return best;
}

/* Adds the results of the last forward pass. Guesses use logits, since softmax may round two of
 * them to the same probability. */
static void count_batch(const cnn_model *model, cnn_score *score, size_t *confusion) {
    const size_t classes = cnn_network_class_count(model->network);
    for (size_t i = 0; i < model->n; i++) {
        const size_t guess =
            guess_of(model->layers[model->network->count].y + i * classes, classes);
        score->correct += guess == model->labels[i];
        score->loss_sum += model->losses[i];
        if (confusion)
            confusion[model->labels[i] * classes + guess]++;
    }
    score->images += model->n;
}

/* Losses are added in double in the order of the images, so that the score depends neither on the
 * batch size, nor on the number of threads, nor on where a set is cut into splits. */
static void count_images(source s, size_t count, cnn_score *score, size_t *confusion) {
    for (const size_t end = s.first + count; s.first < end; s.first += s.model->n) {
        gather(s, images_at_once(s.model, end - s.first));
        cnn_model_forward(s.model);
        count_batch(s.model, score, confusion);
    }
    model_begin_batch(s.model, 0, false);
    score->loss = score->loss_sum / (double)score->images;
    /* With NaN among the logits, the first maximum is not a guess. */
    score->accuracy = isnan(score->loss) ? NAN : (double)score->correct / (double)score->images;
}

void model_evaluate(cnn_model *model, const cnn_dataset *dataset, const uint32_t *indices,
                    size_t count, cnn_score *score, size_t *confusion) {
    *score = (cnn_score){0};
    count_images((source){.model = model, .dataset = dataset, .indices = indices}, count, score,
                 confusion);
}

static bool evaluable(const cnn_model *model, const cnn_dataset *dataset, const cnn_score *score,
                      cnn_error *error) {
    return given(model, "model", error) && given(dataset, "data set", error) &&
           given(score, "score", error) && model_accepts(model, dataset, error);
}

bool cnn_model_evaluate_slice(cnn_model *model, const cnn_dataset *dataset, size_t first,
                              size_t count, cnn_score *score, size_t *confusion, cnn_error *error) {
    if (!evaluable(model, dataset, score, error))
        return false;
    const size_t images = cnn_dataset_get_info(dataset).images;
    if (!count || first > images || count > images - first)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "a slice of %zu images from %zu on, of %zu", count, first, images);
    count_images((source){.model = model, .dataset = dataset, .first = first}, count, score,
                 confusion);
    return true;
}

bool cnn_model_evaluate(cnn_model *model, const cnn_dataset *dataset, cnn_score *score,
                        size_t *confusion, cnn_error *error) {
    if (!evaluable(model, dataset, score, error))
        return false;
    const size_t classes = cnn_network_class_count(model->network);
    if (confusion)
        memset(confusion, 0, classes * classes * sizeof *confusion);
    model_evaluate(model, dataset, NULL, cnn_dataset_get_info(dataset).images, score, confusion);
    return true;
}
