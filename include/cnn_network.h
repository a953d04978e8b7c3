/* A part of cnn.h, which programs include.
 *
 * A description of a network: an input shape and a list of layers. In its text form, each line is a
 * layer and # starts a comment:
 *
 *     input 28x28x1                 height x width x channels
 *     conv2d 16 3x3 pad 1           also: stride 2 or 2x1, pad 1x0, bias off
 *     relu
 *     leakyrelu 0.01                the slope below 0, from 0 to 1
 *     maxpool2d 2                   also: 3x2, stride 2 (default: the window)
 *     avgpool2d global              the entire image; or as maxpool2d
 *     flatten
 *     dense 10                      also: bias off
 *
 * Layers are named after their kind and number: conv1 relu1 pool1 conv2 ... flatten1 fc1 fc2. Lines
 * end with LF or CR LF (or CR, in a text without LF); a byte order mark of UTF-8 is skipped. The
 * last layer gives one logit per class; softmax with cross-entropy always follows it. One thread at
 * a time while it is built; then any number may read it. */
#ifndef CNN_NETWORK_H
#define CNN_NETWORK_H

typedef struct cnn_network cnn_network;
typedef struct cnn_pair {
    size_t h, w;
} cnn_pair;
/* Options of layers. NULL is refused if a size is required. */
typedef struct cnn_conv2d_options {
    size_t channels; /* K */
    cnn_pair kernel; /* R x S */
    cnn_pair stride; /* u, v; 0 means 1 */
    cnn_pair pad;    /* zeros on each side */
    bool no_bias;
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_conv2d_options;
typedef struct cnn_leakyrelu_options {
    double slope; /* of negative inputs: 0 to 1; 0.01, as in PyTorch, if options is NULL */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_leakyrelu_options;
typedef struct cnn_maxpool2d_options {
    cnn_pair window, stride;         /* stride 0 means the window */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_maxpool2d_options;
typedef struct cnn_avgpool2d_options {
    cnn_pair window,
        stride; /* window 0x0, or options NULL: the entire input; stride 0: the window */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_avgpool2d_options;
typedef struct cnn_dense_options {
    size_t outputs;
    bool no_bias;
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_dense_options;

#define CNN_NAME_SIZE 48
/* One layer and its output shape, for one image. A flat shape is {1, 1, values}. An input of 1x1xC
 * is flat too, unless a convolution or a pool follows. */
typedef struct cnn_layer_info {
    char name[CNN_NAME_SIZE]; /* conv1 */
    char text[96];            /* conv2d 16 3x3 pad 1 */
    size_t height, width, channels;
    bool flat;               /* the shape is a vector of `channels` values */
    size_t parameters;       /* weights and biases */
    uint64_t multiply_adds;  /* of a forward pass, padding included */
    size_t activation_bytes; /* output, its gradient and indices: per image in training */
    const char *kind; /* its word in a text, "conv2d", or "input"; static. Kinds may be added */
    size_t outputs;   /* of its options: channels of a convolution, values of a dense layer */
    cnn_pair kernel, stride; /* of a convolution or a pool (kernel: its window), defaults */
    cnn_pair pad; /* filled in. outputs, kernel, stride, pad: 0 if its kind has no such option */
    double value; /* its real-valued argument; 0 if none */
    bool weights, bias; /* whether it has parameters of this name */
    bool linear;        /* outputs are weighted sums of inputs: two in a row do no more than one */
    bool rectifies;     /* 0 for inputs below 0, and no gradient there */
    bool pools;         /* each output lies within the inputs of its window */
    bool reshapes;      /* the same values in another shape */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_layer_info;

cnn_network *cnn_network_create(size_t height, size_t width, size_t channels, cnn_error *error);
bool cnn_network_conv2d(cnn_network *network, const cnn_conv2d_options *options, cnn_error *error);
bool cnn_network_relu(cnn_network *network, cnn_error *error);
bool cnn_network_leakyrelu(cnn_network *network, const cnn_leakyrelu_options *options,
                           cnn_error *error);
bool cnn_network_maxpool2d(cnn_network *network, const cnn_maxpool2d_options *options,
                           cnn_error *error);
bool cnn_network_avgpool2d(cnn_network *network, const cnn_avgpool2d_options *options,
                           cnn_error *error);
bool cnn_network_flatten(cnn_network *network, cnn_error *error);
bool cnn_network_dense(cnn_network *network, const cnn_dense_options *options, cnn_error *error);
/* From text of `size` bytes, or from a file of such text. Errors have line and column. */
cnn_network *cnn_network_parse(const char *text, size_t size, cnn_error *error);
cnn_network *cnn_network_load(const char *path, cnn_error *error);
/* An independent copy. */
cnn_network *cnn_network_copy(const cnn_network *network, cnn_error *error);
void cnn_network_free(cnn_network *network);

size_t cnn_network_layer_count(const cnn_network *network);
/* Layer 0 is the input; 1 to cnn_network_layer_count() are the layers. False only out of range;
 * info may be NULL. */
bool cnn_network_layer_at(const cnn_network *network, size_t index, cnn_layer_info *info);
/* SIZE_MAX if the number does not fit. */
size_t cnn_network_parameter_count(const cnn_network *network);
size_t cnn_network_class_count(const cnn_network *network); /* outputs of the last layer */
/* The canonical text, which cnn_network_parse() reads back. Returns its length; the buffer needs
 * one byte more. Truncates to size; text may be NULL if size is 0. */
size_t cnn_network_text(const cnn_network *network, char *text, size_t size);

#endif
