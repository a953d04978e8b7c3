/* The flags that train, trace and doctor share, and the library's options made of them. */
#ifndef CLI_TRAINING_FLAGS_H
#define CLI_TRAINING_FLAGS_H

#include "images.h"
#include "options.h"
#include "source.h"

#include <math.h>

/* NaN: not given. */
typedef struct training_flags {
    const char *data, *backend;                /* backend NULL: the fastest */
    const char *mistake;                       /* to be made on purpose; NULL: none */
    uint64_t batch_size, seed, threads, limit; /* limit 0: all */
    int optimizer, schedule, init;
    double lr, momentum, weight_decay, gamma, mean, std, constant;
    bool nesterov, skip_bad, no_fit;
} training_flags;

#define TRAINING_FLAGS_DEFAULT                                                                     \
    {                                                                                              \
        .data = "data/mnist", .batch_size = 64, .seed = 1, .optimizer = CNN_OPTIMIZER_ADAM,        \
        .lr = NAN, .momentum = NAN, .weight_decay = 0, .gamma = NAN, .mean = NAN, .std = NAN,      \
        .constant = NAN                                                                            \
    }

/* Add them with option_group {TRAINING_ROWS, offset of the struct}. */
#define TRAINING_ROW_COUNT 19
extern const option training_rows[TRAINING_ROW_COUNT];
#define TRAINING_ROWS training_rows, TRAINING_ROW_COUNT

/* False if flags contradict each other, which is reported. */
bool training_flags_agree(const training_flags *flags);

cnn_optimizer training_optimizer(const training_flags *flags);
/* step_size and total_steps as in cnn_schedule. */
cnn_schedule training_schedule(const training_flags *flags, uint64_t step_size,
                               uint64_t total_steps);
/* normalization: NaN if no flag gives it. */
cnn_model_options training_options(const training_flags *flags);

/* False if a flag sets what the weights of the source already decide, which is reported. */
bool training_flags_agree_with(const training_flags *flags, const source *source);

/* Examines the folder of --data. */
bool training_look(const training_flags *flags, images_folder *folder, cnn_error *error);
/* Does a model that is trained further take its pictures in MNIST's form? */
bool training_fits(const training_flags *flags, const source *source);
/* Loads the training images, cut to --limit, and the normalization given or measured on all of
 * them. PNGs are fitted if `fit`; names as images_to_train() takes them. */
cnn_dataset *training_images(const training_flags *flags, const images_folder *folder, bool fit,
                             const cnn_network *network, const char *const *names,
                             cnn_normalization *normalization, cnn_error *error);
/* The same for a source: in its form, with its classes if it is a model. */
cnn_dataset *training_images_for(const training_flags *flags, const images_folder *folder,
                                 const source *source, cnn_normalization *normalization,
                                 cnn_error *error);
/* The names used by flags: adam, onecycle. */
const char *training_optimizer_name(const training_flags *flags);
const char *training_schedule_name(const training_flags *flags);

#endif
