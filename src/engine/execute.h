/* Runs a program on the model's threads. */
#ifndef ENGINE_EXECUTE_H
#define ENGINE_EXECUTE_H

#include "program.h"

/* Updates parameters [first, last) of the model, whose gradients are final. Called from any thread.
 */
typedef void update_function(void *context, range elements);

/* Runs a program on the current batch. `update` is for CNN_PROGRAM_TRAIN only. */
void execute(cnn_model *model, cnn_program which, update_function *update, void *context);

/* Runs CNN_PROGRAM_PREDICT, compiled by prepare_prediction(), on these slots of the batch in the
 * calling thread, which is thread `worker` of the pool. */
void prepare_prediction(cnn_model *model);
void execute_alone(cnn_model *model, range images, size_t worker);

#endif
