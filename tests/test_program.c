/* Properties of every program, checked without computing a number: which images a task has, that
 * sums end with shards, the order of the steps, and where threads synchronize. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds.h"
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const networks[] = {
    "input 28x28x1\nconv2d 16 3x3 pad 1\nrelu\nmaxpool2d 2\nconv2d 32 3x3 pad 1\nrelu\n"
    "maxpool2d 2\nflatten\ndense 128\nrelu\ndense 10\n",
    "input 9x8x2\nconv2d 4 3x3\nconv2d 3 2x2 bias off\nrelu\nrelu\nmaxpool2d 3 stride 1\nflatten\n"
    "dense 700 bias off\nrelu\ndense 5\n",
    "input 4x4x1\nflatten\ndense 6\ndense 3\n",
    "input 6x6x1\nconv2d 3 6x6\nflatten\n",
};
enum { NETWORKS = sizeof networks / sizeof *networks };
static const size_t threads_tried[] = {1, 2, 3, 8, 16, 40}, images_tried[] = {1, 3, 10, 64, 512};

/* A program of a model under test. */
typedef struct listing {
    cnn_model *model;
    size_t images, shards, count;
    step *steps;
} listing;

static cnn_model *model_of(const char *text, const char *backend, size_t threads, size_t batch,
                           bool whole) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.backend = backend;
    options.threads = threads;
    options.batch_size = batch;
    options.every_layer = options.input_gradient = whole;
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    assert_non_null(network);
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    cnn_network_free(network);
    return model;
}

static listing compiled(cnn_model *model, cnn_program which, size_t images) {
    const size_t most = program_steps_most(model->fusion_count);
    listing l = {.model = model, .images = images, .shards = images < 8 ? images : 8};
    l.steps = calloc(most, sizeof *l.steps);
    assert_non_null(l.steps);
    l.count = program_compile(model, which, images, l.steps);
    assert_in_range(l.count, 1, most);
    return l;
}

static const fusion *fusion_of(const listing *l, size_t i) {
    return &l->model->fusions[l->steps[i].fusion];
}

/* The first such step after `from`; count if there is none. */
static size_t find(const listing *l, cnn_work work, size_t fusion, size_t from) {
    while (from < l->count && (l->steps[from].work != work || l->steps[from].fusion != fusion))
        from++;
    return from;
}

static size_t count_of(const listing *l, cnn_work work, size_t fusion) {
    size_t count = 0;
    for (size_t i = 0; (i = find(l, work, fusion, i)) < l->count; i++)
        count++;
    return count;
}

static size_t first_of(const listing *l, cnn_work work, size_t fusion) {
    return find(l, work, fusion, 0);
}

static bool same_range(range a, range b) {
    return a.first == b.first && a.last == b.last;
}

static bool by_images(const step *s) {
    return s->cut == CNN_CUT_IMAGES || s->cut == CNN_CUT_SHARDS;
}

static bool by_parameters(const step *s) {
    return s->cut == CNN_CUT_ROWS || s->cut == CNN_CUT_ELEMENTS;
}

/* In a round no task waits for another, so none may need a result of another one there. */
static void check_rounds(const listing *l) {
    assert_true(l->steps[0].barrier);
    for (size_t i = 0; i < l->count; i++) {
        const step *s = &l->steps[i], *before = i ? s - 1 : s;
        assert_true(s->tasks > 0);
        if (s->barrier)
            continue;
        assert_int_equal(s->tasks, before->tasks);
        assert_true(s->tasks == 1 || (by_images(s) && by_images(before)) ||
                    (by_parameters(s) && by_parameters(before)));
        if (by_parameters(s) && s->fusion == before->fusion)
            assert_int_equal(s->cut, before->cut);
    }
}

/* The images of a task; of a split, those of the part that it splits. */
static range images_of(const listing *l, const step *s, size_t task) {
    if (s->cut == CNN_CUT_SPLITS)
        return range_part(l->images, s->tasks / s->splits, task / s->splits);
    if (s->cut == CNN_CUT_IMAGES)
        return program_images(l->images, s->tasks, task);
    const range own = program_shards(l->images, s->tasks, task);
    assert_true(own.first < own.last && own.last <= l->shards);
    return (range){range_part(l->images, l->shards, own.first).first,
                   range_part(l->images, l->shards, own.last - 1).last};
}

/* Tasks together have all images, each once, or once for each split; and steps of a round have the
 * same ones. */
static void check_images(const listing *l) {
    for (size_t i = 0; i < l->count; i++) {
        const step *s = &l->steps[i];
        const size_t splits = s->cut == CNN_CUT_SPLITS ? s->splits : 1;
        size_t next = 0;
        if (by_parameters(s))
            continue;
        assert_true(splits > 0 && s->tasks % splits == 0);
        for (size_t task = 0; task < s->tasks; task++) {
            const range own = images_of(l, s, task);
            assert_int_equal(own.first, next);
            assert_true(own.last > own.first);
            next = (task + 1) % splits ? next : own.last;
            assert_true(s->barrier || same_range(own, images_of(l, s - 1, task)));
        }
        assert_int_equal(next, l->images);
    }
}

/* A sum over images ends with a shard, whichever task computes it. */
static void check_shards(const listing *l) {
    for (size_t i = 0; i < l->count; i++) {
        const step *s = &l->steps[i];
        if (s->work != CNN_WORK_WEIGHT_GRADIENT)
            continue;
        if (fusion_of(l, i)->op->axis == SUM_ROWS)
            assert_int_equal(s->cut, CNN_CUT_ROWS);
        else if (s->cut == CNN_CUT_SPLITS)
            assert_int_equal(s->tasks / s->splits, l->shards);
        else
            assert_int_equal(s->cut, CNN_CUT_SHARDS);
    }
}

static bool barriers_between(const listing *l, size_t after, size_t until) {
    for (size_t i = after + 1; i <= until; i++)
        if (l->steps[i].barrier)
            return true;
    return false;
}

/* Each layer with parameters: one gradient, the shards' sums added up if there are several, one
 * update; in this order. */
static void check_parameters(const listing *l) {
    for (size_t f = 0; f < l->model->fusion_count; f++) {
        const fusion *fusion = &l->model->fusions[f];
        const bool some = l->model->network->layers[fusion->first].parameters;
        const bool shards = some && fusion->op->axis == SUM_IMAGES;
        const bool reduced = shards && l->shards > 1;
        assert_int_equal(count_of(l, CNN_WORK_WEIGHT_GRADIENT, f), some);
        assert_int_equal(count_of(l, CNN_WORK_REDUCE, f), reduced);
        assert_int_equal(count_of(l, CNN_WORK_UPDATE, f), some);
        const size_t gradient = first_of(l, CNN_WORK_WEIGHT_GRADIENT, f),
                     update = first_of(l, CNN_WORK_UPDATE, f);
        if (some)
            assert_true(gradient < update);
        if (shards)
            assert_true(barriers_between(l, gradient, update));
        if (reduced) {
            const size_t reduce = first_of(l, CNN_WORK_REDUCE, f);
            assert_true(barriers_between(l, gradient, reduce) && reduce < update);
        }
    }
}

/* The fusion whose dx is the dy of this one; views have none. */
static size_t behind(const listing *l, size_t f) {
    for (f++; f < l->model->fusion_count && !l->model->fusions[f].op;)
        f++;
    return f;
}

/* The inputs of a layer's gradients are computed before them. */
static void check_backward(const listing *l) {
    const size_t last = l->model->fusion_count - 1;
    const size_t logits = first_of(l, CNN_WORK_LOGITS_GRADIENT, last);
    for (size_t i = 0; i < l->count; i++) {
        const step *s = &l->steps[i];
        const fusion *f = fusion_of(l, i);
        if (s->work == CNN_WORK_FORWARD || s->work == CNN_WORK_COMBINE || s->work == CNN_WORK_LOSS)
            assert_true(i < logits);
        if (s->work != CNN_WORK_INPUT_GRADIENT && s->work != CNN_WORK_WEIGHT_GRADIENT)
            continue;
        const size_t next = behind(l, s->fusion);
        assert_true(i > logits);
        if (next <= last)
            assert_true(first_of(l, CNN_WORK_INPUT_GRADIENT, next) < i);
        if (f->op->backward_output)
            assert_true(first_of(l, CNN_WORK_ACTIVATION_GRADIENT, s->fusion) < i);
    }
}

/* y of every layer is computed once, after that of the layer before, and the loss last. */
static void check_forward(const listing *l) {
    size_t before = 0;
    for (size_t f = 0; f < l->model->fusion_count; f++) {
        const bool some = l->model->fusions[f].op;
        assert_int_equal(count_of(l, CNN_WORK_FORWARD, f) + count_of(l, CNN_WORK_COMBINE, f), some);
        assert_int_equal(count_of(l, CNN_WORK_PARTIAL_SUMS, f), count_of(l, CNN_WORK_COMBINE, f));
        for (size_t i = 0; some && i < l->count; i++) {
            if (l->steps[i].fusion == f && l->steps[i].work <= CNN_WORK_COMBINE) {
                assert_true(i >= before);
                before = i + 1;
            }
        }
    }
    assert_true(first_of(l, CNN_WORK_LOSS, l->model->fusion_count - 1) >= before);
}

static void check_train(cnn_model *model, size_t images) {
    const listing l = compiled(model, CNN_PROGRAM_TRAIN, images);
    check_rounds(&l);
    check_images(&l);
    check_shards(&l);
    check_parameters(&l);
    check_forward(&l);
    check_backward(&l);
    free(l.steps);
}

/* The same steps as in training, without those that update or that prepare updates. */
static void check_parts(cnn_model *model, size_t images) {
    const listing forward = compiled(model, CNN_PROGRAM_FORWARD, images),
                  backward = compiled(model, CNN_PROGRAM_BACKWARD, images),
                  predict = compiled(model, CNN_PROGRAM_PREDICT, images);
    check_forward(&forward), check_rounds(&forward), check_images(&forward);
    check_rounds(&backward), check_images(&backward), check_shards(&backward);
    check_forward(&predict), check_images(&predict);
    for (size_t i = 0; i < predict.count; i++)
        assert_true(predict.steps[i].barrier == !i && predict.steps[i].tasks == 1);
    for (size_t i = 0; i < backward.count; i++)
        assert_true(backward.steps[i].work != CNN_WORK_UPDATE);
    free(forward.steps), free(backward.steps), free(predict.steps);
}

/* Models for batches of exactly this many images, and one large one that is given fewer. */
static void check_model(const char *text, const char *backend, size_t threads, bool whole) {
    for (size_t i = 0; i < sizeof images_tried / sizeof *images_tried; i++) {
        const size_t images = images_tried[i];
        cnn_model *model = model_of(text, backend, threads, images, whole);
        check_train(model, images);
        check_train(model, images - images / 3);
        check_parts(model, images);
        cnn_model_free(model);
    }
}

static void programs_hold(void **state) {
    cnn_backend backend;
    (void)state;
    for (size_t b = 0; cnn_backend_at(b, &backend); b++)
        for (size_t t = 0; backend.runs && t < sizeof threads_tried / sizeof *threads_tried; t++)
            for (size_t n = 0; n < NETWORKS; n++)
                check_model(networks[n], backend.name, threads_tried[t], (b + t + n) % 2);
}

static size_t tasks_of(const listing *l, cnn_work work, size_t fusion) {
    return l->steps[first_of(l, work, fusion)].tasks;
}

/* Shards decide sums, not the number of threads: each has a share of every large layer. */
static void more_than_eight_threads(void **state) {
    (void)state;
    if (POOL_THREADS(2) < 2)
        skip();
    cnn_model *model = model_of(networks[0], "base", 16, 64, false);
    const listing l = compiled(model, CNN_PROGRAM_TRAIN, 64);
    for (size_t f = 0; f < 2; f++) {
        assert_int_equal(tasks_of(&l, CNN_WORK_FORWARD, f), 16);
        assert_int_equal(tasks_of(&l, CNN_WORK_WEIGHT_GRADIENT, f), 16);
        assert_true(tasks_of(&l, CNN_WORK_UPDATE, f) >= 16);
    }
    assert_int_equal(tasks_of(&l, CNN_WORK_INPUT_GRADIENT, 1), 16);
    assert_int_equal(tasks_of(&l, CNN_WORK_COMBINE, 3), 16);
    assert_int_equal(tasks_of(&l, CNN_WORK_INPUT_GRADIENT, 3), 16);
    free(l.steps);
    cnn_model_free(model);
}

static const char *const listed[] = {
    "* forward 1-3 images 4 tile 8",   "  forward 4-6 images 4 tile 8",
    "  forward 8-9 images 4",          "  forward 10-10 images 4",
    "  loss 10-10 images 4",           "  logits_gradient 10-10 images 4",
    "  input_gradient 10-10 images 4", "  activation_gradient 8-9 images 4",
    "  input_gradient 8-9 images 4",   "  input_gradient 4-6 shards 4",
    "  weight_gradient 4-6 shards 4",  "  weight_gradient 1-3 shards 4",
    "* reduce 1-3 elements 16",        "  update 1-3 elements 16",
    "  reduce 4-6 elements 16",        "  update 4-6 elements 16",
    "  weight_gradient 8-9 rows 16",   "  update 8-9 rows 16",
    "  weight_gradient 10-10 rows 16", "  update 10-10 rows 16"};
enum { LISTED = sizeof listed / sizeof *listed };

/* networks/simple.net on two threads, 64 images, step by step: * where threads synchronize. */
static void a_known_program(void **state) {
    cnn_step steps[LISTED];
    (void)state;
    if (POOL_THREADS(2) < 2)
        skip();
    cnn_model *model = model_of(networks[0], "base", 2, 64, false);
    assert_int_equal(cnn_model_program(model, CNN_PROGRAM_TRAIN, 64, steps, LISTED), LISTED);
    for (size_t i = 0; i < LISTED; i++) {
        const cnn_step *s = &steps[i];
        char text[80], tile[32] = "";
        if (s->tile)
            snprintf(tile, sizeof tile, " tile %zu", s->tile);
        snprintf(text, sizeof text, "%s %s %zu-%zu %s %zu%s", s->barrier ? "*" : " ",
                 cnn_work_name(s->work), s->first, s->last, cnn_cut_name(s->cut), s->tasks, tile);
        assert_string_equal(text, listed[i]);
        assert_int_equal(s->shards, s->cut == CNN_CUT_SHARDS ? 8 : 0);
    }
    cnn_model_free(model);
}

static void refusals_and_names(void **state) {
    cnn_step steps[3] = {{.tasks = 0}};
    (void)state;
    cnn_model *model = model_of(networks[2], NULL, 2, 10, false);
    assert_int_equal(cnn_model_program(NULL, CNN_PROGRAM_TRAIN, 1, NULL, 0), 0);
    assert_int_equal(cnn_model_program(model, CNN_PROGRAM_TRAIN, 0, NULL, 0), 0);
    assert_int_equal(cnn_model_program(model, CNN_PROGRAM_TRAIN, 11, NULL, 0), 0);
    assert_int_equal(cnn_model_program(model, (cnn_program)4, 1, NULL, 0), 0);
    assert_true(cnn_model_program(model, CNN_PROGRAM_TRAIN, 10, steps, 2) > 2);
    assert_true(steps[1].tasks > 0 && steps[2].tasks == 0);
    cnn_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_hold),
        cmocka_unit_test(more_than_eight_threads),
        cmocka_unit_test(a_known_program),
        cmocka_unit_test(refusals_and_names),
    };
    return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
