/* What a training run or the doctor is given, with a mistake made in it. */
#ifndef LAB_CASE_H
#define LAB_CASE_H

#include "lab.h"

typedef struct run_case {
    cnn_model_options model;
    cnn_optimizer optimizer;
    cnn_dataset *images; /* to train on */
} run_case;
extern run_case the_case;

#endif
