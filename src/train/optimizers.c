/* The rows of the table of optimizers. The arithmetic of one element is a page of the book (sgd.c,
 * adam.c); values that are the same for all elements are computed here in double and rounded once,
 * and so are a schedule's rates. */
#include "kinds.h"

#include "ipow.h"

#include <math.h>
#include <stddef.h>

static const char *sgd_problem(const cnn_optimizer *o) {
    if (!within(o->momentum, 0, 1))
        return "the momentum must be 0 to 1";
    /* Nesterov's step looks ahead along the momentum; PyTorch refuses it without momentum too. */
    return o->nesterov && o->momentum == 0 ? "Nesterov needs momentum" : NULL;
}

static void sgd_update_range(const cnn_trainer *t, range elements) {
    const sgd_rates rates = {.lr = (float)t->now.lr,
                             .momentum = (float)t->now.momentum,
                             .weight_decay = (float)t->now.weight_decay,
                             .nesterov = t->now.nesterov};
    t->model->ops->sgd(&rates, t->model->parameters, t->model->gradients, t->moment1, elements);
}

static const char *adam_problem(const cnn_optimizer *o) {
    /* At 1, the divisor 1 - beta^t of the bias correction would be 0. */
    if (!(within(o->beta1, 0, 1) && o->beta1 < 1))
        return "beta1 must be 0 or more and below 1";
    if (!(within(o->beta2, 0, 1) && o->beta2 < 1))
        return "beta2 must be 0 or more and below 1";
    return within(o->epsilon, 0, 1e9) ? NULL : "epsilon must be 0 or more";
}

double bias_correction(double beta, uint64_t steps) {
    return 1 - ipow(beta, steps);
}

/* As in torch.optim. The bias correction uses the current beta1, which a schedule may have changed,
 * for all earlier steps too, as PyTorch does. */
static void adam_update_range(const cnn_trainer *t, range elements) {
    const cnn_optimizer *o = &t->now;
    const bool decoupled = o->kind == CNN_OPTIMIZER_ADAMW;
    const adam_rates rates = {.shrink = decoupled ? (float)(1 - o->lr * o->weight_decay) : 1,
                              .weight_decay = decoupled ? 0 : (float)o->weight_decay,
                              .beta2 = (float)o->beta2,
                              .new1 = (float)(1 - o->beta1),
                              .new2 = (float)(1 - o->beta2),
                              .step = (float)(o->lr / bias_correction(o->beta1, t->steps)),
                              .root = (float)(1 / sqrt(bias_correction(o->beta2, t->steps))),
                              .epsilon = (float)o->epsilon,
                              .lr = (float)o->lr};
    t->model->ops->adam(&rates, t->model->parameters, t->model->gradients, t->moment1, t->moment2,
                        elements);
}

const optimizer_row optimizer_rows[] = {
    [CNN_OPTIMIZER_ADAM] = {.name = "adam",
                            .problem = adam_problem,
                            .update = adam_update_range,
                            .kept = {".exp_avg", ".exp_avg_sq"},
                            .momentum = offsetof(cnn_optimizer, beta1),
                            .corrected = true},
    [CNN_OPTIMIZER_ADAMW] = {.name = "adamw",
                             .problem = adam_problem,
                             .update = adam_update_range,
                             .kept = {".exp_avg", ".exp_avg_sq"},
                             .momentum = offsetof(cnn_optimizer, beta1),
                             .corrected = true},
    [CNN_OPTIMIZER_SGD] = {.name = "sgd",
                           .problem = sgd_problem,
                           .update = sgd_update_range,
                           .kept = {".momentum_buffer"},
                           .momentum = offsetof(cnn_optimizer, momentum)},
};

const size_t optimizer_row_count = sizeof optimizer_rows / sizeof *optimizer_rows;
