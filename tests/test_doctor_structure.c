/* The doctor judges the order of layers by the properties in the rows of the layer table, not by
 * their words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "network.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

static cnn_dataset *images;

/* The finding about the structure of this network. */
static cnn_finding structure_of(const cnn_network *network) {
    cnn_doctor_options options = CNN_DOCTOR_OPTIONS_DEFAULT;
    cnn_finding finding = {.check = CNN_CHECK_CLASSES};
    options.model.batch_size = 16;
    options.model.threads = 1;
    options.optimizer.lr = 0.01;
    cnn_doctor *doctor = cnn_doctor_create(network, NULL, images, &options, NULL);
    assert_true(doctor && cnn_doctor_examine(doctor, NULL));
    for (size_t i = 0; finding.check != CNN_CHECK_STRUCTURE; i++)
        assert_true(cnn_doctor_finding_at(doctor, i, &finding));
    finding.advice = ""; /* freed with the doctor */
    cnn_doctor_free(doctor);
    return finding;
}

static void assert_structure(const char *text, cnn_verdict verdict, const char *says) {
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    const cnn_finding finding = structure_of(network);
    if (finding.verdict != verdict || !strstr(finding.text, says))
        fail_msg("%s%d: %s", text, finding.verdict, finding.text);
    cnn_network_free(network);
}

#define STRAIGHT "there is no activation between fc1 and the weights before it"
#define SOUND "no layer is too narrow, no relu last"

/* A mean is linear, a maximum is not. */
static void an_average_pool_is_linear(void **state) {
    (void)state;
    assert_structure("input 8x8x1\nconv2d 4 3x3\navgpool2d 2\nflatten\ndense 4\n", CNN_VERDICT_OK,
                     STRAIGHT);
    assert_structure("input 8x8x1\nconv2d 4 3x3\navgpool2d global\nflatten\ndense 4\n",
                     CNN_VERDICT_OK, STRAIGHT);
    assert_structure("input 8x8x1\nconv2d 4 3x3\nmaxpool2d 2\nflatten\ndense 4\n", CNN_VERDICT_OK,
                     SOUND);
    assert_structure("input 8x8x1\nconv2d 4 3x3\nleakyrelu 0.1\nflatten\ndense 4\n", CNN_VERDICT_OK,
                     SOUND);
}

/* After a last ReLU a pool of any kind keeps the sign; a leaky ReLU passes it. */
static void a_last_relu(void **state) {
    (void)state;
    assert_structure("input 8x8x1\nflatten\ndense 4\nrelu\n", CNN_VERDICT_FAIL,
                     "relu1 is between the last weights");
    assert_structure("input 8x8x1\nconv2d 4 3x3\nrelu\navgpool2d global\nflatten\n",
                     CNN_VERDICT_WARN, "relu1 is between the last weights");
    assert_structure("input 8x8x1\nconv2d 4 3x3\nrelu\nmaxpool2d 6\nflatten\n", CNN_VERDICT_WARN,
                     "relu1 is between the last weights");
    assert_structure("input 8x8x1\nflatten\ndense 4\nleakyrelu\n", CNN_VERDICT_OK, SOUND);
}

/* A ReLU is judged by its row, with other properties. */
static void a_new_kind_is_judged_by_its_row(void **state) {
    static const struct {
        bool linear, pools;
        const char *says;
    } ROWS[] = {{true, false, "there is no activation between fc2 and the weights before it"},
                {false, true, SOUND},
                {false, false, SOUND}};
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        layer_kind kind = *layer_kind_of("relu", 4);
        kind.rectifies = false;
        kind.linear = ROWS[i].linear;
        kind.pools = ROWS[i].pools;
        cnn_network *network = cnn_network_create(8, 8, 1, NULL);
        assert_true(cnn_network_flatten(network, NULL));
        assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 8}, NULL));
        assert_true(network_add(network, &kind, &(layer_options){0}, NULL));
        assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 4}, NULL));
        const cnn_finding finding = structure_of(network);
        if (!strstr(finding.text, ROWS[i].says))
            fail_msg("row %zu: %s", i, finding.text);
        cnn_network_free(network);
    }
}

static int make(void **state) {
    (void)state;
    images = sample_dataset(200, 1);
    return images ? 0 : -1;
}

static int free_images(void **state) {
    (void)state;
    cnn_dataset_free(images);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_average_pool_is_linear),
        cmocka_unit_test(a_last_relu),
        cmocka_unit_test(a_new_kind_is_judged_by_its_row),
    };
    return cmocka_run_group_tests(tests, make, free_images);
}
