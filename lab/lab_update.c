/* One step of an optimizer, taken by a second model: what was before and what is after can both be
 * looked at, and nothing has to be put back. */
#include "lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cnn_trainer *trainer; /* of the second model */
static double loss_after;

void lab_forget_update(void) {
    cnn_trainer_free(trainer);
    trainer = NULL;
    cnn_model_free(the_lab.after);
    the_lab.after = NULL;
}

cnn_model *lab_twin(size_t batch) {
    size_t size = 0;
    void *bytes = cnn_model_bytes(the_lab.model, &size, &the_lab.error);
    cnn_model_options options = lab_options(batch, 1, true);
    options.debug_mistake = cnn_model_mistake(the_lab.model);
    cnn_model *twin = bytes ? cnn_model_parse(bytes, size, &options, &the_lab.error) : NULL;
    free(bytes);
    return twin;
}

/* The second model gets the batch and the parameters of the first. */
static bool copy_batch(void) {
    cnn_tensor x, labels;
    size_t count = 0;
    const float *parameters = cnn_model_parameters(the_lab.model, &count);
    return cnn_model_set_parameters(the_lab.after, parameters, count, &the_lab.error) &&
           cnn_model_tensor(the_lab.model, "input", &x, &the_lab.error) &&
           cnn_model_tensor(the_lab.model, "labels", &labels, &the_lab.error) &&
           cnn_model_set_input(the_lab.after, x.data, labels.data, x.shape[0], &the_lab.error);
}

static void pass_after(void) {
    cnn_model_forward(the_lab.after);
    cnn_model_backward(the_lab.after);
    loss_after = cnn_model_loss(the_lab.after);
}

/* The first step of this rule on the batch at hand, and a pass with the new parameters. The model
 * that is looked at keeps its own. */
bool LAB(lab_update)(const char *rule, double rate, double momentum) {
    cnn_optimizer optimizer = CNN_OPTIMIZER_DEFAULT;
    optimizer.lr = rate;
    optimizer.momentum = momentum;
    if (!cnn_optimizer_kind_of(rule, &optimizer.kind))
        return false;
    lab_forget_update();
    the_lab.after = lab_twin(cnn_model_batch_size(the_lab.model));
    if (!the_lab.after || !copy_batch())
        return false;
    trainer = cnn_trainer_create(the_lab.after, &optimizer, NULL, &the_lab.error);
    if (!trainer)
        return false;
    pass_after();
    cnn_trainer_update(trainer);
    pass_after();
    return true;
}

/* Whose tensors lab_tensor, lab_sum and lab_largest speak of: the model after the update, or the
 * one before. */
void LAB(lab_look_at)(bool after) {
    the_lab.looked_after = after && the_lab.after;
}

static const char *page_of(cnn_optimizer_kind kind) {
    return kind == CNN_OPTIMIZER_SGD ? "src/ops/sgd.c" : "src/ops/adam.c";
}

/* The rule, the page of the book that has it, and the function there. */
const char *LAB(lab_update_text)(int which) {
    const cnn_optimizer_kind kind = cnn_trainer_get_info(trainer).rates.kind;
    const char *const texts[] = {cnn_optimizer_kind_name(kind), page_of(kind),
                                 kind == CNN_OPTIMIZER_SGD ? "sgd_step" : "adam_step"};
    return texts[which];
}

static double number_of(const cnn_model *model, const char *name, size_t index) {
    cnn_tensor t;
    return cnn_model_tensor(model, name, &t, NULL) ? ((const float *)t.data)[index] : NAN;
}

/* What the rule keeps for the parameter; 0 if it keeps no such number. */
static double kept(const char *name, const char *suffix, size_t index) {
    char full[2 * CNN_NAME_SIZE];
    cnn_tensor t;
    snprintf(full, sizeof full, "%s.%s", name, suffix);
    return cnn_trainer_tensor(trainer, full, &t, NULL) ? ((const float *)t.data)[index] : 0;
}

static double gradient_of(const char *name, size_t index) {
    char full[2 * CNN_NAME_SIZE];
    snprintf(full, sizeof full, "%s.grad", name);
    return number_of(the_lab.model, full, index);
}

/* One number of the parameter `name`: before; gradient; m, or the velocity; v; m and the root of
 * v, corrected; after; after - before. */
enum { UPDATE = 8 };
const double *LAB(lab_updated)(const char *name, size_t index) {
    static double row[UPDATE];
    const cnn_trainer_info info = cnn_trainer_get_info(trainer);
    const bool sgd = info.rates.kind == CNN_OPTIMIZER_SGD;
    const double m = kept(name, sgd ? "momentum_buffer" : "exp_avg", index);
    const double v = kept(name, "exp_avg_sq", index);
    const double before = number_of(the_lab.model, name, index);
    const double after = number_of(the_lab.after, name, index);
    const double numbers[UPDATE] = {before,
                                    gradient_of(name, index),
                                    m,
                                    v,
                                    m / info.correction1,
                                    sqrt(v / info.correction2),
                                    after,
                                    after - before};
    memcpy(row, numbers, sizeof row);
    return row;
}

/* rate, momentum or beta1, beta2, epsilon, both corrections, weight decay. */
double LAB(lab_update_rate)(int which) {
    const cnn_trainer_info info = cnn_trainer_get_info(trainer);
    const bool sgd = info.rates.kind == CNN_OPTIMIZER_SGD;
    const double rates[] = {info.rates.lr,          sgd ? info.rates.momentum : info.rates.beta1,
                            info.rates.beta2,       info.rates.epsilon,
                            info.correction1,       info.correction2,
                            info.rates.weight_decay};
    return rates[which];
}

/* What these parameters add to the change that the gradients foretell: gradient x move, each. */
static double foretold_by(const cnn_tensor *before) {
    cnn_tensor after, gradient;
    char full[2 * CNN_NAME_SIZE];
    snprintf(full, sizeof full, "%s.grad", before->name);
    /* Only parameters have a dot in their name and a gradient. */
    if (!strchr(before->name, '.') || !cnn_model_tensor(the_lab.model, full, &gradient, NULL) ||
        !cnn_model_tensor(the_lab.after, before->name, &after, NULL))
        return 0;
    double sum = 0;
    for (size_t i = 0; i < lab_count(before); i++)
        sum += ((const float *)gradient.data)[i] *
               ((double)((const float *)after.data)[i] - ((const float *)before->data)[i]);
    return sum;
}

/* The loss before and after, by how much it changed, and by how much the gradients say that it
 * would: the sum of gradient x move over all parameters. */
double LAB(lab_change)(int which) {
    const double before = cnn_model_loss(the_lab.model);
    double foretold = 0;
    cnn_tensor t;
    for (size_t i = 0; which == 3 && cnn_model_tensor_at(the_lab.model, i, &t); i++)
        foretold += foretold_by(&t);
    const double numbers[] = {before, loss_after, loss_after - before, foretold};
    return numbers[which];
}
