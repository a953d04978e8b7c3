/* Tables of other frameworks' words, each with a hint on what to write instead. */
#include "peers_words.h"

#include "closest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Words that share a hint, separated by blanks, in plain form; the list ends with NULL. */
typedef struct peers_row {
    const char *words, *hint;
} peers_row;

static const peers_row LAYERS[] = {
    {" softmax logsoftmax crossentropy crossentropyloss softmaxwithloss nllloss loss cost ",
     "softmax with cross-entropy always follows, leave it out"},
    {" linear fc fullyconnected innerproduct connected affine mlp output ",
     "it is called dense, such as dense 10"},
    {" convolution convolutional convolution2d convolution2dlayer ",
     "it is called conv2d, such as conv2d 16 3x3 pad 1"},
    {" pool pooling pool2d maxpooling maxpooling2d ",
     "it is called maxpool2d, such as maxpool2d 2"},
    {" avgpool avgpool2d averagepool averagepool2d averagepooling averagepooling2d meanpool "
     "globalaveragepooling2d adaptiveavgpool2d gap ",
     "it is called avgpool2d, such as avgpool2d 2 or avgpool2d global"},
    {" dropout dropout2d spatialdropout2d ",
     "there is no dropout, leave it out; weight decay is available"},
    {" batchnorm batchnorm1d batchnorm2d batchnormalization bn layernorm layernormalization "
     "groupnorm instancenorm2d lrn normalize ",
     "no layer normalizes here, leave it out; images are normalized"},
    {" sigmoid tanh leakyrelu leaky prelu elu selu gelu silu swish mish softplus hardtanh relu6 "
     "logistic activation ",
     "the activations are relu and leakyrelu, each on its own line"},
    {" view reshape ", "it is called flatten"},
    {" conv1d conv3d convtranspose2d conv2dtranspose depthwiseconv2d separableconv2d deconv "
     "deconvolution lstm gru rnn simplernn embedding attention multiheadattention transformer "
     "upsample upsampling2d zeropadding2d globalmaxpooling2d adaptivemaxpool2d lambda identity ",
     "not a layer here: conv2d, relu, leakyrelu, maxpool2d, avgpool2d, flatten and dense are"},
    {" add concat concatenate residual shortcut route skip merge ",
     "layers follow one another, without branches"},
    {" sequential model net network layers ", "leave this line out: one layer per line"},
    {NULL, NULL},
};

static const peers_row OPTIONS[] = {
    {" padding pads paddings ", "say pad 1"},
    {" strides step subsample ", "say stride 2"},
    {" same samepadding ", "say pad 1, which keeps the size under a 3x3 kernel"},
    {" valid validpadding ", "leave it out, the default is no padding"},
    {" kernel kernelsize ksize size filtersize window poolsize ",
     "the size has no keyword, as in conv2d 16 3x3 or maxpool2d 2"},
    {" filters outchannels numoutput units outputs outfeatures channels ",
     "their number comes first, as in conv2d 16 3x3 or dense 10"},
    {" inchannels infeatures inputshape inputdim ", "leave it out, the previous layer defines it"},
    {" usebias nobias biasterm ", "say bias off"},
    {" activation relu sigmoid tanh softmax linear leaky ", "an activation has its own line: relu"},
    {" dilation dilationrate groups paddingmode dataformat ceilmode returnindices ",
     "there is no such option"},
    {NULL, NULL},
};

static const char *hint_of(const peers_row *rows, const char *plain) {
    const size_t length = strlen(plain);
    for (; length && rows->words; rows++)
        for (const char *at = rows->words; (at = strstr(at, plain)); at++)
            if (at[-1] == ' ' && at[length] == ' ')
                return rows->hint;
    return NULL;
}

/* Whether the byte is one of these; the terminating 0 does not count. */
static bool one_of(char byte, const char *these) {
    return byte && strchr(these, byte);
}

static char small(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

/* The plain form of a word: lower case, without _ and -, without everything up to a point or
 * opening bracket ("nn.", "["), and cut at a bracket, =, comma or colon. Truncates. Returns its
 * length. */
static size_t plain_word(char plain[PEERS_WORD_MAX + 1], const char *word, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length && count < PEERS_WORD_MAX; i++) {
        if (one_of(word[i], ".[") || (one_of(word[i], "(") && !count))
            count = 0;
        else if (one_of(word[i], "(=,:;])"))
            break;
        else if (!one_of(word[i], "_-\"'"))
            plain[count++] = small(word[i]);
    }
    plain[count] = 0;
    return count;
}

static bool has_brackets(const char *word, size_t length) {
    size_t at = 0;
    while (at < length && !one_of(word[at], "()[],;:"))
        at++;
    return at < length;
}

void peers_advice(char *advice, size_t size, const char *word, size_t length, peers_context context,
                  const char *const *known, size_t count) {
    char list[96] = "", plain[PEERS_WORD_MAX + 1];
    closest closest = {.typed = plain, .length = plain_word(plain, word, length)};
    const char *hint = hint_of(context == PEERS_LAYER ? LAYERS : OPTIONS, plain);
    bool cut = false;
    for (size_t i = 0; i < count; i++) {
        closest_offer(&closest, known[i]);
        const size_t at = strlen(list), left = sizeof list - at;
        cut = cut || strlen(known[i]) + sizeof ", , ..." > left;
        if (!cut)
            snprintf(list + at, left, "%s%s", i ? ", " : "", known[i]);
    }
    if (cut)
        strcat(list, ", ...");
    if (hint)
        snprintf(advice, size, ": %s", hint);
    else if (closest.word[0])
        snprintf(advice, size, ", did you mean %s%s?", closest.word,
                 has_brackets(word, length) ? ", without brackets and commas" : "");
    else
        snprintf(advice, size, ", known: %s", list);
}

size_t peers_sizes(char plain[PEERS_WORD_MAX + 1], const char *word, size_t length) {
    size_t count = 0;
    while (length && one_of(word[length - 1], ",)]"))
        length--;
    const char *named = length ? memchr(word, '=', length) : NULL;
    for (const char *at = named ? named + 1 : word; at < word + length; at++) {
        if (one_of(*at, "()[]"))
            continue;
        if (count == PEERS_WORD_MAX)
            return 0;
        plain[count++] = one_of(*at, ",*Xx") ? 'x' : *at;
    }
    plain[count] = 0;
    return strspn(plain, "0123456789x") == count ? count : 0;
}
