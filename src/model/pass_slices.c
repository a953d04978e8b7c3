/* Where images are few, threads share out what one block has to do for them, and meet behind it. Of
 * what is dense they share the weights; where there are fewer images than threads, they slice
 * convolutions as well. */
#include "pass.h"
#include "profile.h"

/* Does any operation of what is dense know slices? */
static bool tail_sliced(const cnn_model *model) {
    for (size_t i = model->tail; i < model->block_count; i++)
        if (model->blocks[i].op && model->blocks[i].op->sliced)
            return true;
    return false;
}

bool pass_shares_tail(const cnn_model *model) {
    return model_few(pool_threads(model->pool), model->n) && tail_sliced(model);
}

/* One block of all images, in so many shards, each in `slices` slices. */
typedef struct sliced_block {
    const cnn_model *model;
    size_t index, shards, slices;
    operation_pass forward; /* or a step of it; NULL: nothing to do */
} sliced_block;

static size_t most_slices(const cnn_model *model) {
    const size_t threads = pool_threads(model->pool);
    return threads < SHARDS_MAX ? threads : SHARDS_MAX;
}

size_t pass_slices(const cnn_model *model) {
    return most_slices(model) / model_shards(model);
}

static range slice_images(const sliced_block *s, size_t task) {
    return range_part(s->model->n, s->shards, task / s->slices);
}

/* The block this is about, or NULL if there is nothing to do: an operation that knows no slices is
 * done by the first. */
static const block *slice_of(const sliced_block *s, size_t task, tensors *t) {
    const block *block = &s->model->blocks[s->index];
    const operation *op = block->op;
    *t = pass_tensors(s->model, block, task);
    t->slice = task % s->slices;
    t->slices = op && op->sliced ? s->slices : 0;
    return op && (op->sliced || t->slice == 0) ? block : NULL;
}

static void forward_slice(void *context, size_t task) {
    const sliced_block *s = context;
    const range images = slice_images(s, task);
    const uint64_t begun = profile_begin(s->model);
    tensors t;
    const block *block = slice_of(s, task, &t);
    if (!block)
        return;
    s->forward(&block->geometry, &t, images);
    /* Images count once, however many slices and steps they take. */
    const bool first = t.slice == 0 && s->forward != block->op->forward_sum;
    profile_end(s->model, begun, task, s->index, PASS_FORWARD, first ? range_size(images) : 0);
}

static operation_pass forward_of(const block *block) {
    return block->op ? block->op->forward : NULL;
}

enum { WORTH = 1 << 16 }; /* multiply-adds for which to call the other threads */

/* A dense block of all images; a small one is for this thread alone. */
static sliced_block tail_block(const cnn_model *model, size_t index) {
    const block *block = &model->blocks[index];
    const size_t weights = model->network->layers[block->first].parameters;
    const size_t slices = weights * model->n < WORTH ? 1 : most_slices(model);
    return (sliced_block){model, index, 1, slices, forward_of(block)};
}

static void all_losses(void *context, size_t task) {
    const cnn_model *model = context;
    pass_losses_forward(model, task, (range){0, model->n});
}

void pass_tail_forward(cnn_model *model, bool training) {
    for (size_t i = model->tail; i < model->block_count; i++) {
        const operation *op = model->blocks[i].op;
        sliced_block s = tail_block(model, i);
        if (training && model->pieces && s.slices > 1 && op->pieces) {
            s.forward = op->forward_pieces;
            profile_run(model, s.slices, forward_slice, &s);
            s.forward = op->forward_sum;
        }
        profile_run(model, s.slices, forward_slice, &s);
        if (model->blocks[i].loss)
            profile_run(model, 1, all_losses, model);
    }
}

static void all_outputs_back(void *context, size_t task) {
    const sliced_block *s = context;
    pass_block_output(s->model, s->index, task, (range){0, s->model->n});
}

static void backward_slice(void *context, size_t task) {
    const sliced_block *s = context;
    const size_t shard = task / s->slices;
    tensors t;
    if (slice_of(s, task, &t))
        pass_block_gradients(s->model, s->index, t, task, shard, slice_images(s, task));
}

void pass_tail_backward(cnn_model *model) {
    for (size_t i = model->block_count; i-- > model->tail;) {
        sliced_block s = tail_block(model, i);
        profile_run(model, 1, all_outputs_back, &s);
        profile_run(model, s.slices, backward_slice, &s);
    }
}

/* A block of all shards. */
static void run_slices(cnn_model *model, size_t index, pool_task task) {
    const size_t shards = model_shards(model), slices = pass_slices(model);
    sliced_block s = {model, index, shards, slices, forward_of(&model->blocks[index])};
    profile_run(model, shards * slices, task, &s);
}

void pass_sliced_forward(cnn_model *model) {
    for (size_t i = 0; i < model->tail; i++)
        run_slices(model, i, forward_slice);
}

void pass_sliced_backward(cnn_model *model) {
    for (size_t i = model->tail; i-- > 0;)
        run_slices(model, i, backward_slice);
}
