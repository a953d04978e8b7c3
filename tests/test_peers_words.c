/* Words and notations of other frameworks: each is answered with what to write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"

#include <stdio.h>
#include <string.h>

/* The text is refused, and both parts are in the message. */
static void assert_advice(const char *text, const char *part, const char *other) {
    cnn_error error;
    assert_null(cnn_network_parse(text, strlen(text), &error));
    assert_int_equal(error.status, CNN_STATUS_BAD_NETWORK);
    if (!strstr(error.message, part) || !strstr(error.message, other))
        fail_msg("%s: %s", text, error.message);
}

static void layers_of_others(void **state) {
    (void)state;
    static const char *const CASES[][2] = {
        {"softmax", "always follows, leave it out"},
        {"LogSoftmax", "always follows, leave it out"},
        {"nn.CrossEntropyLoss()", "always follows, leave it out"},
        {"linear 10", "it is called dense, such as dense 10"},
        {"Linear(784, 10)", "it is called dense"},
        {"nn.Linear(784,", "it is called dense"},
        {"fc 10", "it is called dense"},
        {"fully_connected 10", "it is called dense"},
        {"Dense 10", "did you mean dense?"},
        {"Dense(10)", "did you mean dense, without brackets and commas?"},
        {"conv 16 3x3", "did you mean conv2d?"},
        {"Conv2d(1, 16, 3)", "did you mean conv2d, without brackets and commas?"},
        {"CONV2D 16 3", "did you mean conv2d?"},
        {"[convolutional]", "it is called conv2d, such as conv2d 16 3x3 pad 1"},
        {"MaxPool2d 2", "did you mean maxpool2d?"},
        {"MaxPooling2D 2", "it is called maxpool2d, such as maxpool2d 2"},
        {"max_pool2d 2", "did you mean maxpool2d?"},
        {"pool 2", "it is called maxpool2d"},
        {"maxpool 2", "did you mean maxpool2d?"},
        {"avgpool 2", "it is called avgpool2d"},
        {"AvgPool2d(2)", "it is called avgpool2d"},
        {"dropout 0.5", "there is no dropout, leave it out"},
        {"batchnorm", "no layer normalizes here, leave it out"},
        {"BatchNorm2d(16)", "no layer normalizes here"},
        {"sigmoid", "the activations are relu and leakyrelu"},
        {"tanh", "the activations are relu and leakyrelu"},
        {"leaky_relu", "the activations are relu and leakyrelu"},
        {"RELU", "did you mean relu?"},
        {"relu()", "did you mean relu, without brackets and commas?"},
        {"reshape", "it is called flatten"},
        {"LSTM 10", "not a layer here"},
        {"shortcut", "without branches"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[80];
        snprintf(text, sizeof text, "input 28x28\n%s\n", CASES[i][0]);
        assert_advice(text, CASES[i][1], "unknown layer \"");
    }
}

static void options_of_others(void **state) {
    (void)state;
    static const char *const CASES[][2] = {
        {"padding=1", "say pad 1"},
        {"padding 1", "say pad 1"},
        {"PADDING=same", "say pad 1"},
        {"pad=1", "did you mean pad?"},
        {"strides=2", "say stride 2"},
        {"stride=2", "did you mean stride?"},
        {"same", "say pad 1, which keeps the size under a 3x3 kernel"},
        {"'valid'", "leave it out"},
        {"kernel_size=3", "the size has no keyword"},
        {"out_channels=16", "their number comes first"},
        {"in_channels=1", "the previous layer defines it"},
        {"use_bias=False", "say bias off"},
        {"activation='relu'", "has its own line"},
        {"relu", "has its own line"},
        {"dilation 2", "there is no such option"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[80];
        snprintf(text, sizeof text, "input 28x28\nconv2d 16 3x3 %s\n", CASES[i][0]);
        assert_advice(text, CASES[i][1], "unknown option \"");
    }
}

static void sizes_as_others_write_them(void **state) {
    (void)state;
    static const char *const CASES[][2] = {
        {"input 28,28,1", "did you mean 28x28x1?"},
        {"input 28*28*1", "did you mean 28x28x1?"},
        {"input 28X28X1", "did you mean 28x28x1?"},
        {"input (28,28,1)", "did you mean 28x28x1?"},
        {"input shape=[28,28]", "did you mean 28x28?"},
        {"input 28\xc3\x97"
         "28",
         "write x for times"},
        {"input 9x9\nconv2d 16, 3x3", "did you mean 16?"},
        {"input 9x9\nconv2d filters=16 3x3", "did you mean 16?"},
        {"input 9x9\nconv2d 16 3,3", "did you mean 3x3?"},
        {"input 9x9\nconv2d 16 (3,3)", "did you mean 3x3?"},
        {"input 9x9\nconv2d 16 3*3", "did you mean 3x3?"},
        {"input 9x9\nconv2d 16 3 pad (1,1)", "did you mean 1x1?"},
        {"input 9x9\nmaxpool2d kernel_size=2", "did you mean 2?"},
        {"input 1x28x28\nconv2d 16 3x3", "channels come last: input 28x28x1?"},
        {"input 3x32x32\nmaxpool2d 4", "channels come last: input 32x32x3?"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_advice(CASES[i][0], CASES[i][1], "");
}

/* No advice where the text may be meant, or cannot be. */
static void no_advice_at_random(void **state) {
    (void)state;
    static const char *const CASES[] = {
        "input 28,28,1,1",
        "input -28x28",
        "input 28.28",
        "input 28",
        "input x",
        "input 28x28\nconv2d 3x3 16",
        "input 28x28\nconv2d 16 3.5",
        "input 2x4x8\nconv2d 16 3x3",
        "input 5x28x28\nmaxpool2d 7",
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        cnn_error error;
        assert_null(cnn_network_parse(CASES[i], strlen(CASES[i]), &error));
        if (strchr(error.message, '?'))
            fail_msg("%s: %s", CASES[i], error.message);
    }
    cnn_network *network = cnn_network_parse("input 1x28x28\nflatten\ndense 2", 29, NULL);
    assert_non_null(network);
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_of_others),
        cmocka_unit_test(options_of_others),
        cmocka_unit_test(sizes_as_others_write_them),
        cmocka_unit_test(no_advice_at_random),
    };
    return cmocka_run_group_tests_name("peers_words", tests, NULL, NULL);
}
