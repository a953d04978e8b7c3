/* parity_rates SCHEDULE OPTIMIZER STEPS LR STEP_SIZE GAMMA - prints, for each step, the rate and
 * the momentum (sgd) or beta1 (adam) that cnn_schedule_apply() gives. For parity_schedules.py. */
#include <cnn.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"constant", "step", "cosine", "onecycle"};
static const cnn_schedule_kind kinds[] = {CNN_SCHEDULE_CONSTANT, CNN_SCHEDULE_STEP, CNN_SCHEDULE_COSINE, CNN_SCHEDULE_ONECYCLE};

int main(int count, char **arguments) {
    if (count != 7)
        return 2;
    const bool sgd = !strcmp(arguments[2], "sgd");
    cnn_schedule schedule = CNN_SCHEDULE_DEFAULT;
    cnn_optimizer base = CNN_OPTIMIZER_DEFAULT;
    base.kind = sgd ? CNN_OPTIMIZER_SGD : CNN_OPTIMIZER_ADAM;
    base.momentum = sgd ? 0.9 : 0;
    base.lr = atof(arguments[4]);
    schedule.total_steps = (size_t)atol(arguments[3]);
    schedule.step_size = (size_t)atol(arguments[5]);
    schedule.gamma = atof(arguments[6]);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(arguments[1], words[i]))
            schedule.kind = kinds[i];
    for (size_t step = 0; step < schedule.total_steps; step++) {
        cnn_optimizer now = base;
        cnn_schedule_apply(&schedule, step, &now);
        printf("%.17g %.17g\n", now.lr, sgd ? now.momentum : now.beta1);
    }
    return 0;
}
