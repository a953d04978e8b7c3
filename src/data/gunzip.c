/* Decompresses gzip with zlib, within bounds. The output block doubles as bytes really arrive: the
 * size at the end of a gzip file is modulo 2^32 and may be wrong, and a small file can expand a
 * thousandfold. Hence also the limit. */
#define ZLIB_CONST
#include "gunzip.h"

#include <stdlib.h>
#include <zlib.h>

/* zlib counts in unsigned int, so it gets at most this much at once. */
#define PIECE ((size_t)1 << 30)
#define INITIAL_CAPACITY ((size_t)1 << 16) /* enough for MNIST's labels */
/* The largest window; the gzip format only, not zlib's or raw data. */
#define GZIP_WINDOW (15 + 16)

typedef struct inflation {
    z_stream stream;
    const uint8_t *data;
    size_t size, at; /* compressed; at: the next byte to pass to zlib */
    uint8_t *out;
    size_t capacity, used, limit; /* decompressed; used <= capacity <= limit */
} inflation;

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

bool gunzip_begins(const uint8_t *data, size_t size) {
    return size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

/* Doubles the output up to the limit. At the limit it stays: zlib may need no more output, only to
 * read the end of the member. realloc(), since it may grow in place. */
static bool grow(inflation *job, cnn_error *error) {
    size_t capacity = INITIAL_CAPACITY;
    if (job->capacity)
        capacity = job->capacity > job->limit / 2 ? job->limit : job->capacity * 2;
    capacity = smaller(capacity, job->limit);
    if (capacity == job->capacity)
        return true;
    uint8_t *out = realloc(job->out, capacity);
    if (!out)
        return error_no_memory(error, capacity);
    job->out = out;
    job->capacity = capacity;
    return true;
}

/* Calls inflate() once with the rest of input and output. Positions are counted here: zlib's own
 * totals have 32 bits on some machines. */
static int inflate_piece(inflation *job) {
    const size_t in = smaller(job->size - job->at, PIECE);
    const size_t capacity = smaller(job->capacity - job->used, PIECE);
    job->stream.next_in = job->data + job->at;
    job->stream.avail_in = (uInt)in;
    job->stream.next_out = job->out + job->used;
    job->stream.avail_out = (uInt)capacity;
    const int result = inflate(&job->stream, Z_NO_FLUSH);
    job->at += in - job->stream.avail_in;
    job->used += capacity - job->stream.avail_out;
    return result;
}

/* At the end of a member: begins the next one, if any. */
static bool next_member(inflation *job) {
    return gunzip_begins(job->data + job->at, job->size - job->at) &&
           inflateReset(&job->stream) == Z_OK;
}

/* The same across members: Z_STREAM_END means the end of the last one. */
static int inflate_on(inflation *job) {
    const int result = inflate_piece(job);
    return result == Z_STREAM_END && next_member(job) ? Z_OK : result;
}

/* Reports why inflate() stopped. Always false. Z_BUF_ERROR means no progress: if all input is used,
 * the member is truncated, whether or not there is room; otherwise there is no room. */
static bool refused(const inflation *job, int result, cnn_error *error) {
    if (result == Z_MEM_ERROR)
        return error_set(error, CNN_STATUS_NO_MEMORY, "no memory to decompress");
    if (result != Z_BUF_ERROR)
        return error_at(error, job->at, "damaged gzip data: %s",
                        job->stream.msg ? job->stream.msg : "not valid for zlib");
    if (job->at == job->size)
        return error_at(error, job->at, "the gzip data ends too early");
    return error_at(error, job->at, "decompresses to more than %zu bytes", job->limit);
}

/* Zeros after the last member are allowed, as by gzip itself: they pad a block. Anything else is a
 * sign of damage. */
static bool check_rest(const inflation *job, cnn_error *error) {
    for (size_t at = job->at; at < job->size; at++)
        if (job->data[at])
            return error_at(error, job->at, "%zu bytes after the end of the gzip data",
                            job->size - job->at);
    return true;
}

/* Decompresses to the end of the last member. */
static bool inflate_all(inflation *job, cnn_error *error) {
    /* Z_OK means progress, so the loop ends: input and output are finite. */
    int result = Z_OK;
    while (result == Z_OK) {
        if (job->used == job->capacity && !grow(job, error))
            return false;
        result = inflate_on(job);
    }
    return result == Z_STREAM_END ? check_rest(job, error) : refused(job, result, error);
}

/* zlib stops when the output is full; the rest of the data is not examined. */
bool gunzip_head(const uint8_t *data, size_t size, uint8_t *head, size_t *count, cnn_error *error) {
    inflation job = {.data = data, .size = size, .out = head, .capacity = *count, .limit = *count};
    int result = inflateInit2(&job.stream, GZIP_WINDOW);
    if (result != Z_OK)
        return refused(&job, result, error);
    while (result == Z_OK && job.used < job.capacity)
        result = inflate_on(&job);
    inflateEnd(&job.stream);
    *count = job.used;
    return result == Z_OK || result == Z_STREAM_END || refused(&job, result, error);
}

bool gunzip(const uint8_t *data, size_t size, size_t limit, uint8_t **out, size_t *out_size,
            cnn_error *error) {
    inflation job = {.data = data, .size = size, .limit = limit};
    const int result = inflateInit2(&job.stream, GZIP_WINDOW);
    if (result != Z_OK)
        return refused(&job, result, error);
    const bool ok = inflate_all(&job, error);
    inflateEnd(&job.stream);
    /* Returns no partial output. */
    if (!ok) {
        free(job.out);
        return false;
    }
    *out = job.out;
    *out_size = job.used;
    return true;
}
