/* cnn doctor, a table of illnesses: each is planted and must be named as the cause, no later
 * finding may mislead, and where the advice can be followed a short training does better. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "command.h"
#include "doctor_result.h"
#include "doctor_sets.h"
#include "pairs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t same(uint32_t i) {
    return i;
}
static uint32_t quarter_of(uint32_t i) {
    return i % 4;
}
static uint32_t shuffled(uint32_t i) {
    return (i * 2654435761u >> 13) % 4;
}
static uint32_t sorted(uint32_t i) {
    return i / 128;
}
static uint32_t zero(uint32_t i) {
    return i * 0;
}
static uint32_t five(uint32_t i) {
    return i % 5;
}
static uint32_t twenty(uint32_t i) {
    return i % 20;
}
static uint32_t blank(uint32_t i) {
    return i * 0 + DOCTOR_BLANK;
}
static uint32_t nearly_same(uint32_t i) {
    return DOCTOR_NEARLY + i;
}
static uint32_t odd_blank(uint32_t i) {
    return i % 2 ? DOCTOR_BLANK : i / 2;
}
static uint32_t half(uint32_t i) {
    return i / 2;
}
static uint32_t half_class(uint32_t i) {
    return i / 2 % 4;
}
static uint32_t two_classes(uint32_t i) {
    return (i / 2 + i % 2) % 4;
}
static uint32_t rare(uint32_t i) {
    return i % 18 == 17;
}
static uint32_t rare_picture(uint32_t i) {
    return 4 * i + rare(i);
}
static uint32_t rare_of_four(uint32_t i) {
    return i % 18 == 17 ? 1 + i / 18 % 3 : 0;
}
static uint32_t rare_of_four_picture(uint32_t i) {
    return 4 * i + rare_of_four(i);
}
static uint32_t rare_shuffled(uint32_t i) {
    return i * 2654435761u >> 13 & 1023 ? 0 : 1;
}
static uint32_t next_class(uint32_t i) {
    return (i + 1) % 4;
}
/* Equal pictures have equal labels. */
static uint32_t rare_class_of_32(uint32_t i) {
    return i % 32 == 0;
}
static uint32_t three(uint32_t i) {
    return i % 4 == 3 ? 1 : i % 4;
}

static const doctor_set sets[] = {
    {"even", 512, same, quarter_of, false},
    {"shuffled", 512, same, shuffled, false},
    {"sorted", 512, same, sorted, false},
    {"one-class", 512, same, zero, false},
    {"three", 512, three, three, false},
    {"rare", 1800, rare_picture, rare, false},
    {"rare-few", 180, rare_picture, rare, false},
    {"rare-four", 1800, rare_of_four_picture, rare_of_four, false},
    {"rare-stripes", 1800, rare_picture, rare, true},
    {"rare-alone", 4000, same, rare_shuffled, false},
    {"all-same", 512, zero, quarter_of, false},
    {"nearly-same", 512, nearly_same, rare_class_of_32, false},
    {"five", 512, five, quarter_of, false},
    {"half-blank", 512, odd_blank, half_class, false},
    {"two-classes", 512, half, two_classes, false},
    {"copies", 512, twenty, quarter_of, false},
    {"blank", 512, blank, quarter_of, false},
    {"other", 512, same, next_class, false},
    {"few", 50, same, quarter_of, false},
};

static const struct {
    const char *name, *text;
} networks[] = {
    {"two", "conv2d 8 3x3 pad 1\nrelu\nmaxpool2d 2\nflatten\ndense 32\nrelu\ndense 2\n"},
    {"relu-last",
     "conv2d 8 3x3 pad 1\nrelu\nmaxpool2d 2\nflatten\ndense 32\nrelu\ndense 4\nrelu\n"},
    {"relu-pool-last", "conv2d 8 3x3 pad 1\nrelu\nconv2d 4 7x7\nrelu\nmaxpool2d 2\nflatten\n"},
    {"pool-last", "conv2d 8 3x3 pad 1\nrelu\nconv2d 4 7x7\nmaxpool2d 2\nflatten\n"},
    {"neck",
     "conv2d 8 3x3 pad 1\nrelu\nmaxpool2d 2\nflatten\ndense 32\nrelu\ndense 1\nrelu\ndense 4\n"},
    {"neck-pool", "conv2d 1 3x3 pad 1\nrelu\nmaxpool2d 8\nflatten\ndense 4\n"},
    {"neck-linear", "flatten\ndense 1\ndense 4\n"},
    {"deep",
     "flatten\ndense 16\nrelu\ndense 16\nrelu\ndense 16\nrelu\ndense 16\nrelu\ndense 16\nrelu\n"
     "dense 16\nrelu\ndense 16\nrelu\ndense 16\nrelu\ndense 16\nrelu\ndense 16\nrelu\ndense 16\n"
     "relu\ndense 16\nrelu\ndense 16\nrelu\ndense 16\nrelu\ndense 16\nrelu\ndense 16\nrelu\ndense "
     "16\n"
     "relu\ndense 16\nrelu\ndense 16\nrelu\ndense 16\nrelu\ndense 4\n"},
    {"wide-hundred", "conv2d 8 3x3 pad 1\nrelu\nmaxpool2d 2\nflatten\ndense 32\nrelu\ndense 100\n"},
};

static int create(void **state) {
    if (doctor_folder_create(state))
        return -1;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        doctor_set_create(&sets[i]);
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.net", networks[i].name);
        FILE *file = doctor_create(name);
        fprintf(file, "input 8x8x1\n%s", networks[i].text);
        if (fclose(file))
            return -1;
    }
    return 0;
}

#define EVEN "@/wide.net --data @/even --batch-size 16 "
#define SGD EVEN "--optimizer sgd "

/* `followed` is the cnn train call that should do better; in it %g is the number the cause
 * suggests. NULL: any verdict but healthy, any layer, no such advice. */
typedef struct planted_fault {
    const char *name, *verdict, *cause, *layer, *ill, *followed;
} planted_fault;

static const planted_fault rows[] = {
    {"rate far too high, sgd", "ill", "rate", NULL, SGD "--lr 5", SGD "--lr %g"},
    {"rate far too high, adam", "ill", "rate", NULL, EVEN "--lr 1", EVEN "--lr %g"},
    {"numbers run away", "ill", "rate", NULL, SGD "--lr 1e6", SGD "--lr %g"},
    {"rate too low, adam", "ill", "rate", NULL, EVEN "--lr 1e-6", EVEN "--lr %g"},
    {"rate too low, sgd", "ill", "rate", NULL, SGD "--lr 1e-5", SGD "--lr %g"},
    {"rate 0", "ill", "rate", NULL, EVEN "--lr 0", EVEN},
    {"momentum 1", "ill", "momentum", NULL, SGD "--lr 0.1 --momentum 1",
     SGD "--lr 0.1 --momentum %g"},
    {"momentum 0.999", NULL, "momentum", NULL, SGD "--lr 0.05 --momentum 0.999",
     SGD "--lr 0.05 --momentum %g"},
    {"schedule grows", "ill", "schedule", NULL, EVEN "--schedule step --gamma 100",
     EVEN "--schedule step --gamma 0.1"},
    {"schedule ends", "suspect", "schedule", NULL, EVEN "--schedule step --gamma 0",
     EVEN "--schedule step --gamma 0.1"},
    {"decay 1, sgd", "ill", "weight-decay", NULL, SGD "--lr 0.1 --weight-decay 1",
     SGD "--lr 0.1 --weight-decay %g"},
    {"decay 1, adam", "ill", "weight-decay", NULL, EVEN "--lr 0.01 --weight-decay 1",
     EVEN "--lr 0.01 --weight-decay %g"},
    {"decay 0.1, sgd", "suspect", "weight-decay", NULL, SGD "--lr 0.1 --weight-decay 0.1",
     SGD "--lr 0.1 --weight-decay %g"},
    {"decay 0.1, adam", NULL, "weight-decay", NULL, EVEN "--lr 0.01 --weight-decay 0.1",
     EVEN "--lr 0.01 --weight-decay %g"},
    {"decay 0.1, momentum", NULL, "weight-decay", NULL,
     SGD "--lr 0.01 --momentum 0.9 --weight-decay 0.1",
     SGD "--lr 0.01 --momentum 0.9 --weight-decay %g"},
    {"decay 10, adamw", NULL, "weight-decay", NULL,
     EVEN "--optimizer adamw --lr 0.005 --weight-decay 10",
     EVEN "--optimizer adamw --lr 0.005 --weight-decay %g"},
    {"batch above the data", "suspect", "batch", NULL, "@/wide.net --data @/even --batch-size 5000",
     "@/wide.net --data @/even --batch-size %g"},
    {"batch of all the data", "suspect", "batch", NULL, "@/wide.net --data @/even --batch-size 512",
     "@/wide.net --data @/even --batch-size %g"},
    {"few images for the batch", "suspect", "batch", NULL, "@/wide.net --data @/few",
     "@/wide.net --data @/few --batch-size %g"},
    {"relu before the loss", "ill", "structure", "relu3",
     "@/relu-last.net --data @/even --batch-size 16", EVEN},
    {"relu and pool before the loss", "suspect", "structure", "relu2",
     "@/relu-pool-last.net --data @/even --batch-size 16",
     "@/pool-last.net --data @/even --batch-size 16"},
    {"neck of one unit", NULL, "structure", "fc2", "@/neck.net --data @/even --batch-size 16",
     EVEN},
    {"neck of one pooled value", NULL, "structure", "pool1",
     "@/neck-pool.net --data @/even --batch-size 16", EVEN},
    {"neck without relu", NULL, "structure", "fc1",
     "@/neck-linear.net --data @/even --batch-size 16", EVEN},
    {"all weights 0", "ill", "symmetry", "conv1", EVEN "--init constant", EVEN "--init pytorch"},
    {"all weights alike", "ill", "symmetry", "conv1", EVEN "--init constant --constant 0.01",
     EVEN "--init pytorch"},
    {"signal fades", "ill", "spread", NULL, "@/deep.net --data @/even --batch-size 16",
     "@/deep.net --data @/even --batch-size 16 --init kaiming-normal"},
    {"not normalized", "ill", "pixels", NULL, SGD "--lr 0.01 --mean 0 --std 0.00392156862",
     SGD "--lr 0.01"},
    {"nearly no contrast", "ill", "pixels", NULL, SGD "--lr 0.1 --mean 0.4 --std 100",
     SGD "--lr 0.1"},
    {"all pixels the same", "ill", "pixels", NULL, "@/wide.net --data @/blank --batch-size 16",
     EVEN},
    {"all images the same", "ill", "images", NULL, "@/wide.net --data @/all-same --batch-size 16",
     EVEN},
    {"images nearly the same", "ill", "images", NULL,
     "@/wide.net --data @/nearly-same --batch-size 16", EVEN},
    {"five images, all labels", "ill", "images", NULL, "@/wide.net --data @/five --batch-size 16",
     EVEN},
    {"half the images blank", "ill", "images", NULL,
     "@/wide.net --data @/half-blank --batch-size 16", EVEN},
    {"images in two classes", "ill", "images", NULL,
     "@/wide.net --data @/two-classes --batch-size 16", EVEN},
    {"copies", "suspect", "images", NULL, "@/wide.net --data @/copies --batch-size 16", EVEN},
    {"labels shuffled", "ill", "labels", NULL,
     "@/wide.net --data @/shuffled --batch-size 16 --lr 0.003", EVEN},
    {"labels sorted alone", "ill", "labels", NULL,
     "@/wide.net --data @/sorted --batch-size 16 --lr 0.003", EVEN},
    {"one class", "ill", "classes", NULL, "@/wide.net --data @/one-class --batch-size 16", EVEN},
    {"a class without images", "suspect", "classes", NULL,
     "@/wide.net --data @/three --batch-size 16", EVEN},
    {"far more outputs than classes", "suspect", "classes", NULL,
     "@/wide-hundred.net --data @/even --batch-size 16", EVEN},
    {"rare class", "suspect", "classes", NULL, "@/two.net --data @/rare --batch-size 16", NULL},
    {"rare class, few images", "suspect", "classes", NULL,
     "@/two.net --data @/rare-few --batch-size 8", NULL},
    {"rare classes", "suspect", "classes", NULL, "@/wide.net --data @/rare-four --batch-size 16",
     EVEN},
    {"rare class, means alike", "suspect", "classes", NULL,
     "@/two.net --data @/rare-stripes --batch-size 16 --lr 0.003", NULL},
    {"rare class, labels unknowable", "suspect", "classes", NULL,
     "@/two.net --data @/rare-alone --batch-size 16", NULL},
};

/* Findings that are independent of an ill cause. */
static bool independent(const json_t *one, const char *cause) {
    const char *id = doctor_text(one, "id");
    return !strcmp(doctor_text(one, "verdict"), "healthy") || !strcmp(id, cause) ||
           !strcmp(id, "classes") || !strcmp(id, "dead-units");
}

/* Advice on an effect is to mend the cause, and labels of rare classes are never accused. */
static void nothing_contradicts(const json_t *result, const char *cause) {
    const json_t *list = json_object_get(result, "findings");
    const bool ill = !strcmp(doctor_text(result, "verdict"), "ill");
    for (size_t i = 0; ill && i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (!independent(one, cause) && !strstr(doctor_text(one, "advice"), "fix that first"))
            fail_msg("%s, behind %s: %s", doctor_text(one, "id"), cause,
                     doctor_text(one, "advice"));
    }
    if (!strcmp(cause, "classes") && !ill)
        doctor_has(result, "labels", NULL, "healthy");
}

/* The loss of a short training; infinite if it fails. */
static double loss_of(const char *arguments) {
    command_run("train %s --threads 1 --epochs 4 --json --out @/trained.safetensors", arguments);
    if (command_code)
        return INFINITY;
    json_t *result = command_json();
    const json_t *loss = json_object_get(json_object_get(result, "test"), "loss");
    const double value = json_is_number(loss) ? json_number_value(loss) : INFINITY;
    json_decref(result);
    return value;
}

/* Puts the suggestion into the row's words. */
static void fill(const char *followed, const json_t *cause, char *text, size_t size) {
    const char *place = strstr(followed, "%g");
    if (place)
        snprintf(text, size, "%.*s%g%s", (int)(place - followed), followed,
                 doctor_number(cause, "suggested"), place + 2);
    else
        snprintf(text, size, "%s", followed);
}

static void does_better(const planted_fault *row, const json_t *cause) {
    char followed[512];
    fill(row->followed, cause, followed, sizeof followed);
    const double before = loss_of(row->ill), after = loss_of(followed);
    if (!(after < before))
        fail_msg("%s: loss %g; followed, by %s, %g", row->name, before, followed, after);
}

/* The first finding of the id, and of the layer if given, that is not healthy. */
static const json_t *find(const json_t *result, const char *id, const char *layer) {
    const json_t *list = json_object_get(result, "findings");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (!strcmp(doctor_text(one, "id"), id) && strcmp(doctor_text(one, "verdict"), "healthy") &&
            (!layer || !strcmp(doctor_text(one, "layer"), layer)))
            return one;
    }
    return NULL;
}

static void is_named(const planted_fault *row) {
    char arguments[512];
    snprintf(arguments, sizeof arguments, "doctor %s --threads 1 --json", row->ill);
    json_t *result = doctor_examine(arguments);
    const json_t *cause = find(result, row->cause, row->layer);
    if (!cause || strcmp(doctor_text(result, "cause"), row->cause) ||
        (row->verdict && strcmp(doctor_text(result, "verdict"), row->verdict)))
        fail_msg("%s: %s, %s: %s", row->name, doctor_text(result, "verdict"),
                 doctor_text(result, "cause"), command_out);
    nothing_contradicts(result, row->cause);
    if (row->followed)
        does_better(row, cause);
    json_decref(result);
}

static void each_is_named(void **state) {
    (void)state;
    const size_t all = sizeof rows / sizeof *rows, step = all / rounds_of(all);
    for (size_t row = 0; row < all; row += step)
        is_named(&rows[row]);
    print_message("%zu illnesses, one in %zu planted\n", all, step);
}

/* Not a row of the table: the weights come from a file. */
static double loss_after(const char *model_path, double rate) {
    char path[128];
    cnn_score score;
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.epochs = 1;
    options.optimizer.lr = rate;
    snprintf(path, sizeof path, "%s/even", command_folder);
    cnn_dataset *train = cnn_dataset_load(path, CNN_SPLIT_TRAIN, 4, NULL);
    cnn_dataset *test = cnn_dataset_load(path, CNN_SPLIT_TEST, 4, NULL);
    cnn_model *model = cnn_model_load(model_path, NULL, NULL);
    assert_true(train && test && model);
    assert_true(cnn_train(model, train, NULL, &options, NULL, NULL));
    assert_true(cnn_model_evaluate(model, test, &score, NULL, NULL));
    cnn_model_free(model);
    cnn_dataset_free(test);
    cnn_dataset_free(train);
    return score.loss;
}

static void trained_model_at_a_high_rate(void **state) {
    (void)state;
    static const double rates[] = {0.3, 3};
    char path[128];
    snprintf(path, sizeof path, "%s/learnt.safetensors", command_folder);
    assert_int_equal(command_run("train " EVEN "--epochs 10 --json --out @/learnt.safetensors"), 0);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        char flags[128];
        snprintf(flags, sizeof flags, "doctor @/learnt.safetensors --data @/even --lr %g --json",
                 rates[i]);
        json_t *result = doctor_examine(flags);
        assert_string_equal(doctor_text(result, "cause"), "rate");
        const double better = doctor_number(doctor_finding(result, "rate", NULL), "suggested");
        assert_true(loss_after(path, better) < loss_after(path, rates[i]));
        json_decref(result);
    }
}

/* Its weights have learned another task: no advice that counts only without a file. */
static void trained_model_of_another_task(void **state) {
    (void)state;
    assert_int_equal(command_run("train " EVEN "--epochs 10 --json --out @/learnt.safetensors"), 0);
    json_t *result = doctor_examine("doctor @/learnt.safetensors --data @/other --json");
    const json_t *loss = doctor_finding(result, "first-loss", NULL);
    assert_string_not_equal(doctor_text(loss, "verdict"), "healthy");
    assert_non_null(strstr(doctor_text(loss, "advice"), "trained on other images or labels"));
    assert_null(strstr(command_out, "--init"));
    json_decref(result);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_named),
        cmocka_unit_test(trained_model_at_a_high_rate),
        cmocka_unit_test(trained_model_of_another_task),
    };
    return cmocka_run_group_tests(tests, create, command_folder_remove);
}
