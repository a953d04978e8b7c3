/* Each optimizer against a worked step, PyTorch's numbers and an independent version in double. */
#include "books.h"

#include "cnn.h"
#include "same_bits.h"
#include "trainer.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A model with `weights` parameters only, and its optimizer. */
typedef struct fixture {
    cnn_network *network;
    cnn_model *model;
    cnn_trainer *trainer;
    float *w, *dw;
} fixture;

static fixture fixture_new(size_t weights, const cnn_optimizer *optimizer,
                           const cnn_schedule *schedule) {
    fixture s = {.network = cnn_network_create(1, 1, weights, NULL)};
    assert_true(cnn_network_flatten(s.network, NULL));
    assert_true(
        cnn_network_dense(s.network, &(cnn_dense_options){.outputs = 1, .no_bias = true}, NULL));
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = 1;
    options.threads = 2;
    s.model = cnn_model_create(s.network, &options, NULL);
    s.trainer = cnn_trainer_create(s.model, optimizer, schedule, NULL);
    assert_true(s.model && s.trainer);
    s.w = s.model->parameters;
    s.dw = s.model->gradients;
    return s;
}

static void fixture_free(const fixture *s) {
    cnn_trainer_free(s->trainer);
    cnn_model_free(s->model);
    cnn_network_free(s->network);
}

/* clang-format off */
#define SGD(...) {.kind = CNN_OPTIMIZER_SGD, __VA_ARGS__}
#define ADAM_OF(K, ...) {.kind = K, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, __VA_ARGS__}
#define ADAM(...) ADAM_OF(CNN_OPTIMIZER_ADAM, __VA_ARGS__)
#define ADAMW(...) ADAM_OF(CNN_OPTIMIZER_ADAMW, __VA_ARGS__)
/* clang-format on */

/* docs/math/optimizers.md: w from 1, gradients 0.5 and then 0.25, rate 0.1 */
static void example_of_the_page(void **state) {
    static const struct {
        cnn_optimizer optimizer;
        double first, second;
    } rows[] = {
        {SGD(.lr = 0.1), 0.95, 0.925},
        {SGD(.lr = 0.1, .momentum = 0.9), 0.95, 0.88},
        {SGD(.lr = 0.1, .momentum = 0.9, .nesterov = true), 0.905, 0.817},
        {SGD(.lr = 0.1, .weight_decay = 0.1), 0.94, 0.9056},
        {ADAM(.lr = 0.1), 0.9, 0.80678204},
        {ADAM(.lr = 0.1, .weight_decay = 0.1), 0.9, 0.80500977},
        {ADAMW(.lr = 0.1, .weight_decay = 0.1), 0.89, 0.78788204},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const fixture s = fixture_new(1, &rows[i].optimizer, NULL);
        s.w[0] = 1;
        s.dw[0] = 0.5;
        cnn_trainer_update(s.trainer);
        assert_true(fabs(s.w[0] - rows[i].first) < 1e-7);
        s.dw[0] = 0.25;
        cnn_trainer_update(s.trainer);
        assert_true(fabs(s.w[0] - rows[i].second) < 1e-7);
        fixture_free(&s);
    }
}

enum { WEIGHTS = 5, STEPS = 12 };

typedef struct row {
    cnn_optimizer optimizer;
    bool cycle;
    double w[WEIGHTS];
} row;

/* torch 2.13.0, torch.optim in double. From w[i] = (2 i + 3) / 4, twelve steps with the gradients
 * ((7 i + 3 t) mod 11 - 5) / 8; `cycle` with OneCycleLR(total_steps=12, pct_start=0.25). */
static const row torch_rows[] = {
    {SGD(.lr = 0.05), false, {0.78125, 1.2375, 1.7625, 2.21875, 2.74375}},
    {SGD(.lr = 0.05, .momentum = 0.9),
     false,
     {0.914716111345, 1.13836261644, 1.70892780735, 2.19900303195, 2.62605834947}},
    {SGD(.lr = 0.05, .momentum = 0.9, .nesterov = true),
     false,
     {0.92949450021, 1.1370263548, 1.72553502661, 2.17285272875, 2.63220251452}},
    {SGD(.lr = 0.05, .weight_decay = 0.1),
     false,
     {0.736134393433, 1.16552762136, 1.66068190119, 2.0877282178, 2.58422021307}},
    {SGD(.lr = 0.05, .momentum = 0.8, .nesterov = true, .weight_decay = 0.1),
     false,
     {0.68220672013, 0.941558503583, 1.3769101585, 1.72708372436, 2.12060679324}},
    {SGD(.lr = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 0.01),
     true,
     {0.806565717088, 1.18558273024, 1.68334955813, 2.23600994424, 2.64909067103}},
    {ADAM(.lr = 0.02),
     false,
     {0.813003066641, 1.19321350868, 1.76011634361, 2.22147445722, 2.69373229642}},
    {{CNN_OPTIMIZER_ADAM, .lr = 0.02, .beta1 = 0.8, .beta2 = 0.99, .epsilon = 1e-3,
      .weight_decay = 0.1},
     false,
     {0.761915510944, 1.15114033917, 1.66322171775, 2.13065583831, 2.59565030547}},
    {ADAM(.lr = 0.02, .weight_decay = 0.1),
     true,
     {0.740161852055, 1.21586160228, 1.69160726866, 2.21274489284, 2.69032441317}},
    {ADAMW(.lr = 0.02, .weight_decay = 0.01),
     false,
     {0.811087108436, 1.19032884276, 1.75588598336, 2.21614027095, 2.6872401819}},
    {{CNN_OPTIMIZER_ADAMW, .lr = 0.02, .beta1 = 0.4, .beta2 = 0.9, .epsilon = 1e-3,
      .weight_decay = 0.5},
     false,
     {0.684605559626, 1.08693208497, 1.56151500586, 1.97410395718, 2.41308632519}},
    {ADAMW(.lr = 0.02, .weight_decay = 0.5),
     true,
     {0.716448295422, 1.17342918933, 1.6392212142, 2.13583911638, 2.59110747246}},
};

static cnn_schedule schedule_of(const row *row) {
    cnn_schedule schedule = CNN_SCHEDULE_DEFAULT;
    schedule.kind = row->cycle ? CNN_SCHEDULE_ONECYCLE : CNN_SCHEDULE_CONSTANT;
    schedule.total_steps = STEPS;
    schedule.warmup = 0.25;
    return schedule;
}

static void against_torch(void **state) {
    (void)state;
    for (size_t r = 0; r < COUNT(torch_rows); r++) {
        const cnn_schedule schedule = schedule_of(&torch_rows[r]);
        const fixture s = fixture_new(WEIGHTS, &torch_rows[r].optimizer, &schedule);
        for (size_t i = 0; i < WEIGHTS; i++)
            s.w[i] = (float)(2 * i + 3) / 4;
        for (size_t t = 0; t < STEPS; t++) {
            for (size_t i = 0; i < WEIGHTS; i++)
                s.dw[i] = ((float)((7 * i + 3 * t) % 11) - 5) / 8;
            cnn_trainer_update(s.trainer);
        }
        for (size_t i = 0; i < WEIGHTS; i++)
            if (fabs(s.w[i] / torch_rows[r].w[i] - 1) > 1e-6)
                fail_msg("row %zu: w[%zu] is %.9g, not %.12g", r, i, s.w[i], torch_rows[r].w[i]);
        fixture_free(&s);
    }
}

/* The rules once more, as the papers write them, in double. */
typedef struct twin {
    double w, m, v;
} twin;

static void twin_sgd(const cnn_optimizer *o, twin *twin, double g) {
    g += o->weight_decay * twin->w;
    twin->m = o->momentum * twin->m + g;
    twin->w -= o->lr * (o->nesterov ? g + o->momentum * twin->m : twin->m);
}

static void twin_adam(const cnn_optimizer *o, twin *twin, double g, size_t t) {
    if (o->kind == CNN_OPTIMIZER_ADAMW)
        twin->w -= o->lr * o->weight_decay * twin->w;
    else
        g += o->weight_decay * twin->w;
    twin->m = o->beta1 * twin->m + (1 - o->beta1) * g;
    twin->v = o->beta2 * twin->v + (1 - o->beta2) * g * g;
    const double m = twin->m / (1 - pow(o->beta1, (double)t));
    const double v = twin->v / (1 - pow(o->beta2, (double)t));
    twin->w -= o->lr * m / (sqrt(v) + o->epsilon);
}

static void twin_step(const cnn_optimizer *o, twin *twin, double g, size_t t) {
    if (o->kind == CNN_OPTIMIZER_SGD)
        twin_sgd(o, twin, g);
    else
        twin_adam(o, twin, g, t);
}

enum { MANY = 67, LONG = 20 };

static void assert_like_twins(const row *row, random_state random) {
    cnn_schedule schedule = schedule_of(row);
    schedule.total_steps = LONG;
    const fixture s = fixture_new(MANY, &row->optimizer, &schedule);
    twin twins[MANY] = {{.w = 0}};
    for (size_t i = 0; i < MANY; i++)
        twins[i].w = s.w[i] = (float)(2 + random_uniform(&random));
    for (size_t t = 0; t < LONG; t++) {
        cnn_optimizer now = row->optimizer;
        cnn_schedule_apply(&schedule, t, &now);
        for (size_t i = 0; i < MANY; i++) {
            s.dw[i] = (float)(random_uniform(&random) - 0.5);
            twin_step(&now, &twins[i], s.dw[i], t + 1);
        }
        cnn_trainer_update(s.trainer);
        for (size_t i = 0; i < MANY; i++)
            if (fabs(s.w[i] / twins[i].w - 1) > 1e-6)
                fail_msg("step %zu: w[%zu] is %.9g, not %.9g", t, i, s.w[i], twins[i].w);
    }
    fixture_free(&s);
}

static void against_the_papers(void **state) {
    (void)state;
    for (size_t r = 0; r < COUNT(torch_rows); r++)
        assert_like_twins(&torch_rows[r], random_seeded(r, 101));
}

/* The rates of ops.h as the double books see them. */
typedef struct sgd_rates_double {
    double lr, momentum, weight_decay;
    int nesterov;
} sgd_rates_double;

typedef struct adam_rates_double {
    double shrink, weight_decay, beta2, new1, new2, step, root, epsilon;
} adam_rates_double;

static void sgd_double(const ops *ops, const cnn_optimizer *o, double *w, const double *dw,
                       double *m) {
    const sgd_rates_double rates = {o->lr, o->momentum, o->weight_decay, o->nesterov};
    ops->sgd((const void *)&rates, (void *)w, (const void *)dw, (void *)m, (range){0, 1});
}

static void adam_double(const ops *ops, const cnn_optimizer *o, double *w, const double *dw,
                        double *m, double *v, size_t t) {
    const bool apart = o->kind == CNN_OPTIMIZER_ADAMW;
    const adam_rates_double rates = {apart ? 1 - o->lr * o->weight_decay : 1,
                                     apart ? 0 : o->weight_decay,
                                     o->beta2,
                                     1 - o->beta1,
                                     1 - o->beta2,
                                     o->lr / (1 - pow(o->beta1, (double)t)),
                                     1 / sqrt(1 - pow(o->beta2, (double)t)),
                                     o->epsilon};
    ops->adam((const void *)&rates, (void *)w, (const void *)dw, (void *)m, (void *)v,
              (range){0, 1});
}

static void assert_double(const ops *ops, const cnn_optimizer *o) {
    twin twin = {.w = 1.5};
    double w = 1.5, m = 0, v = 0;
    for (size_t t = 1; t <= 50; t++) {
        const double g = (double)(t * 7 % 11) / 8 - 0.5;
        twin_step(o, &twin, g, t);
        if (o->kind == CNN_OPTIMIZER_SGD)
            sgd_double(ops, o, &w, &g, &m);
        else
            adam_double(ops, o, &w, &g, &m, &v, t);
        assert_true(fabs(w - twin.w) < 1e-12);
    }
}

static void books_in_double(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++)
        for (size_t r = 0; r < COUNT(torch_rows) && book_is_double(book); r++)
            assert_double(book->ops, &torch_rows[r].optimizer);
}

/* The arithmetic of docs/math/optimizers.md, written out: a fused step is rounded once. */
static void sgd_to_the_bit(const sgd_rates *r, float *w, float dw, float *velocity) {
    const float g = fmaf(r->weight_decay, *w, dw);
    *velocity = fmaf(r->momentum, *velocity, g);
    *w = fmaf(-r->lr, r->nesterov ? fmaf(r->momentum, *velocity, g) : *velocity, *w);
}

static void adam_to_the_bit(const adam_rates *r, float *w, float dw, float *m, float *v) {
    const float kept = *w * r->shrink, g = fmaf(r->weight_decay, *w, dw);
    *m = fmaf(r->new1, g - *m, *m);
    *v = fmaf(r->new2 * g, g, r->beta2 * *v);
    *w = fmaf(-r->step, *m / fmaf(sqrtf(*v), r->root, r->epsilon), kept);
}

static const sgd_rates sgd_cases[] = {
    {0.1f, 0, 0, 0}, {0.01f, 0.9f, 0, 0}, {0.01f, 0.9f, 0.03f, 0}, {0.01f, 0.9f, 0.03f, 1}};
static const adam_rates adam_cases[] = {{1, 0, 0.999f, 0.1f, 0.001f, 0.01f, 0.03f, 1e-8f, 0},
                                        {1, 0.03f, 0.999f, 0.1f, 0.001f, 0.01f, 0.03f, 1e-8f, 0},
                                        {0.997f, 0, 0.95f, 0.3f, 0.0625f, 0.01f, 0.7f, 1e-3f, 0}};
enum { CASES = COUNT(sgd_cases) + COUNT(adam_cases) };

/* w, dw, m and v of MANY elements. */
typedef struct state_arrays {
    float w[MANY], dw[MANY], m[MANY], v[MANY];
} state_arrays;

static state_arrays drawn(void) {
    state_arrays a;
    random_state random = random_seeded(9, 101);
    for (size_t i = 0; i < MANY; i++) {
        a.w[i] = (float)random_uniform(&random);
        a.dw[i] = (float)random_uniform(&random) - 0.5f;
        a.m[i] = (float)random_uniform(&random) - 0.5f;
        a.v[i] = (float)random_uniform(&random);
    }
    return a;
}

static void run_case(const ops *ops, size_t c, range elements, state_arrays *a) {
    if (c < COUNT(sgd_cases))
        ops->sgd(&sgd_cases[c], a->w, a->dw, a->m, elements);
    else
        ops->adam(&adam_cases[c - COUNT(sgd_cases)], a->w, a->dw, a->m, a->v, elements);
}

static void run_case_by_hand(size_t c, range elements, state_arrays *a) {
    for (size_t i = elements.first; i < elements.last; i++)
        if (c < COUNT(sgd_cases))
            sgd_to_the_bit(&sgd_cases[c], &a->w[i], a->dw[i], &a->m[i]);
        else
            adam_to_the_bit(&adam_cases[c - COUNT(sgd_cases)], &a->w[i], a->dw[i], &a->m[i],
                            &a->v[i]);
}

/* Every float back end, for any range; nothing outside the range moves. */
static void same_bits_in_any_pieces(void **state) {
    static const range ranges[] = {{0, MANY}, {3, 20}, {66, MANY}, {5, 5}};
    const ops *const books[] = {&book_float, exact_best()};
    (void)state;
    for (size_t i = 0; i < CASES * COUNT(ranges) * COUNT(books); i++) {
        const size_t c = i % CASES;
        const range elements = ranges[i / CASES % COUNT(ranges)];
        state_arrays got = drawn(), expected = drawn();
        run_case(books[i / CASES / COUNT(ranges)], c, elements, &got);
        run_case_by_hand(c, elements, &expected);
        assert_memory_equal(&got, &expected, sizeof got);
    }
}

/* After a gradient has been 0 for long, nothing below the least normal number is kept, which would
 * be slow, and the weight stays where it is. */
static void what_fades_ends(void **state) {
    static const cnn_optimizer rows[] = {SGD(.lr = 0.1, .momentum = 0.5), ADAM(.lr = 0.1)};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const fixture s = fixture_new(1, &rows[i], NULL);
        s.dw[0] = 0.5;
        cnn_trainer_update(s.trainer);
        s.dw[0] = 0;
        float least = 1;
        for (size_t step = 0; step < 1200; step++) {
            cnn_trainer_update(s.trainer);
            const float first = fabsf(s.trainer->moment1[0]);
            least = first > 0 ? first : least;
        }
        assert_true(least >= FLT_MIN && least < 10 * FLT_MIN);
        assert_true(s.trainer->moment1[0] == 0);
        const float rests = s.w[0];
        cnn_trainer_update(s.trainer);
        assert_true(s.w[0] == rests && isfinite(rests));
        fixture_free(&s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_page),     cmocka_unit_test(against_torch),
        cmocka_unit_test(against_the_papers),      cmocka_unit_test(books_in_double),
        cmocka_unit_test(same_bits_in_any_pieces), cmocka_unit_test(what_fades_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
