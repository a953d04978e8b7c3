/* Fuzzes gzip: decompresses the bytes, with several limits, and as IDX images. */
#include "harness.h"

#include "gunzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Small, so that a run takes microseconds. */
#define LIMIT ((size_t)1 << 12)

/* Only one file in this many is decompressed in other ways too, which would take most of the
 * time. */
enum { ONE_IN = 8 };

static const uint8_t LABELS[8 + 3] = {0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2};

/* The head must be the start of the output, and the limit exact to the byte. */
static void check_whole(const uint8_t *data, size_t size, const uint8_t *out, size_t out_size) {
    uint8_t head[24], *again = NULL;
    size_t count = sizeof head, again_size = 0;
    DEMAND(gunzip_head(data, size, head, &count, NULL));
    DEMAND(count == (out_size < sizeof head ? out_size : sizeof head));
    DEMAND(!memcmp(head, out, count));
    if (out_size > 1)
        DEMAND(!gunzip(data, size, out_size - 1, &again, &again_size, NULL));
    DEMAND(gunzip(data, size, out_size ? out_size : 1, &again, &again_size, NULL));
    DEMAND(again_size == out_size && !memcmp(again, out, out_size));
    free(again);
}

static bool looks_close(const uint8_t *data, size_t size) {
    return crc32_z(0, data, size) % ONE_IN == 0;
}

/* Passes the output to the IDX reader, with its limits. */
static void read_images(const uint8_t *data, size_t size) {
    cnn_error error;
    cnn_dataset *set = cnn_dataset_from_idx(data, size, LABELS, sizeof LABELS, 3, &error);
    if (set)
        DEMAND(cnn_dataset_get_info(set).images == 3);
    cnn_dataset_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *out = NULL;
    size_t out_size = 0;
    cnn_error error;
    harness_begin();
    const bool good = gunzip(data, size, LIMIT, &out, &out_size, &error);
    if (!good)
        harness_refused(&error, size);
    else if (looks_close(data, size))
        check_whole(data, size, out, out_size);
    free(out);
    if (gunzip_begins(data, size) && looks_close(data, size))
        read_images(data, size);
    harness_end();
    return 0;
}
