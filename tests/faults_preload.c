/* Loaded before the C library into a program under test (tests/faults.h): from main() to its return
 * it counts the program's requests of one kind, lets the n-th fail, alone or with all after, and
 * reports blocks and files that were not released. Requests of zlib, jansson and libpng count too.
 *
 * CNN_FAULT=KIND:N[+]:HOW   HOW is a number of errno, "short" for half of what was asked for, "end"
 *                           for the end of the file
 * CNN_FAULT_REPORT=FILE     gets "REQUESTS BLOCKS FILES": requests counted, blocks never freed and
 *                           files never closed */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char kind[16];
static size_t first_to_fail;
static bool all_after, halves, ends;
static int reason;
static atomic_bool counting;
static atomic_size_t requests;
static atomic_long blocks;
static uintptr_t loader, loader_end;

/* The C library's own function of that name. */
#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

/* True if this request has to fail. */
static bool chosen(const char *name) {
    if (!atomic_load(&counting) || strcmp(name, kind))
        return false;
    const size_t number = atomic_fetch_add(&requests, 1);
    return number == first_to_fail || (all_after && number > first_to_fail);
}

/* The same, with errno set; not for requests that are only halved. */
static bool fails(const char *name) {
    if (!chosen(name))
        return false;
    errno = reason;
    return true;
}

/* --------------------------------------------------------------------------------------- memory */

/* The loader keeps what it takes for a thread together with the thread's stack, for the next
 * one. */
static void balance(const void *caller, long change) {
    const uintptr_t at = (uintptr_t)caller;
    if (atomic_load(&counting) && !(at >= loader && at < loader_end))
        atomic_fetch_add(&blocks, change);
}

#define CALLER __builtin_return_address(0)

/* Looked up once: dlsym() at every request would be slow. */
#define LOOKED_UP(name)                                                                            \
    static __typeof__(&name) own;                                                                  \
    if (!own)                                                                                      \
    own = REAL(name)

void *malloc(size_t size) {
    LOOKED_UP(malloc);
    void *block = fails("malloc") ? NULL : own(size);
    balance(CALLER, block != NULL);
    return block;
}

void *calloc(size_t count, size_t size) {
    LOOKED_UP(calloc);
    void *block = fails("malloc") ? NULL : own(count, size);
    balance(CALLER, block != NULL);
    return block;
}

void *aligned_alloc(size_t alignment, size_t size) {
    LOOKED_UP(aligned_alloc);
    void *block = fails("malloc") ? NULL : own(alignment, size);
    balance(CALLER, block != NULL);
    return block;
}

void *realloc(void *old, size_t size) {
    LOOKED_UP(realloc);
    if (fails("malloc"))
        return NULL;
    const bool was = old != NULL;
    void *block = own(old, size);
    balance(CALLER, (block != NULL) - (was && (block || !size)));
    return block;
}

void free(void *block) {
    LOOKED_UP(free);
    const int kept = errno;
    own(block);
    errno = kept;
    balance(CALLER, -(block != NULL));
}

/* ---------------------------------------------------------------------------------------- files */

static mode_t mode_of(int flags, va_list values) {
    return flags & O_CREAT ? (mode_t)va_arg(values, int) : 0;
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...) {                                                   \
        va_list values;                                                                            \
        va_start(values, flags);                                                                   \
        const mode_t mode = mode_of(flags, values);                                                \
        va_end(values);                                                                            \
        return fails("open") ? -1 : REAL(name)(path, flags, mode);                                 \
    }
OPEN(open)
OPEN(open64)

FILE *fopen(const char *path, const char *mode) {
    return fails("open") ? NULL : REAL(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode) {
    return fails("open") ? NULL : REAL(fopen64)(path, mode);
}

/* The number of bytes to move at a chosen call: SIZE_MAX means failure. */
static size_t cut(const char *name, size_t size) {
    if (!chosen(name))
        return size;
    errno = reason;
    return ends ? 0 : halves ? (size + 1) / 2 : SIZE_MAX;
}

ssize_t read(int fd, void *data, size_t size) {
    const size_t allowed = cut("read", size);
    return allowed == SIZE_MAX ? -1 : REAL(read)(fd, data, allowed);
}

ssize_t write(int fd, const void *data, size_t size) {
    const size_t allowed = cut("write", size);
    return allowed == SIZE_MAX ? -1 : REAL(write)(fd, data, allowed);
}

/* Streams read and write inside the C library, where calls are not seen: the stream functions fail
 * instead. */
size_t fread(void *data, size_t size, size_t count, FILE *stream) {
    return fails("fread") ? 0 : REAL(fread)(data, size, count, stream);
}

int fflush(FILE *stream) {
    return fails("fflush") ? EOF : REAL(fflush)(stream);
}

int fsync(int fd) {
    return fails("fsync") ? -1 : REAL(fsync)(fd);
}

int fstat(int fd, struct stat *about) {
    return fails("stat") ? -1 : REAL(fstat)(fd, about);
}

int fchmod(int fd, mode_t mode) {
    return fails("stat") ? -1 : REAL(fchmod)(fd, mode);
}

char *realpath(const char *path, char *target) {
    return fails("stat") ? NULL : REAL(realpath)(path, target);
}

int rename(const char *from, const char *to) {
    return fails("rename") ? -1 : REAL(rename)(from, to);
}

/* A close() that reports an error has closed all the same. */
int close(int fd) {
    const bool failed = chosen("close");
    const int result = REAL(close)(fd);
    if (!failed)
        return result;
    errno = reason;
    return -1;
}

int fclose(FILE *stream) {
    const bool failed = chosen("close");
    const int result = REAL(fclose)(stream);
    if (!failed)
        return result;
    errno = reason;
    return EOF;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *context) {
    return chosen("thread") ? reason : REAL(pthread_create)(thread, attributes, start, context);
}

/* ----------------------------------------------------------------------------------- begin, end */

static int open_files(void) {
    int count = 0;
    for (int fd = 3; fd < 64; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* KIND:N[+]:HOW */
static void read_wish(void) {
    const char *wish = getenv("CNN_FAULT"), *colon = wish ? strchr(wish, ':') : NULL;
    char *rest;
    if (!colon || (size_t)(colon - wish) >= sizeof kind)
        return;
    memcpy(kind, wish, (size_t)(colon - wish));
    first_to_fail = strtoul(colon + 1, &rest, 10);
    all_after = *rest == '+';
    rest += all_after;
    halves = !strcmp(rest, ":short");
    ends = !strcmp(rest, ":end");
    reason = *rest == ':' && !halves && !ends ? atoi(rest + 1) : 0;
}

static int find_loader(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size, (void)context;
    if (object->dlpi_addr != getauxval(AT_BASE))
        return 0;
    loader = object->dlpi_addr;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const uintptr_t end = loader + object->dlpi_phdr[i].p_vaddr + object->dlpi_phdr[i].p_memsz;
        if (object->dlpi_phdr[i].p_type == PT_LOAD && end > loader_end)
            loader_end = end;
    }
    return 1;
}

static void report(int files) {
    char text[80];
    const int length = snprintf(text, sizeof text, "%zu %ld %d\n", (size_t)requests, (long)blocks,
                                open_files() - files);
    const char *path = getenv("CNN_FAULT_REPORT");
    const int fd = path ? REAL(open)(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (fd < 0 || REAL(write)(fd, text, (size_t)length) != length)
        abort();
    REAL(close)(fd);
}

static int (*program_main)(int, char **, char **);

/* Standard output gets a buffer from here: the one that the C library would take is never freed. */
static int counted_main(int argc, char **argv, char **environment) {
    static char buffer[4096];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    read_wish();
    dl_iterate_phdr(find_loader, NULL);
    const int files = open_files();
    atomic_store(&counting, true);
    const int code = program_main(argc, argv, environment);
    atomic_store(&counting, false);
    report(files);
    return code;
}

typedef int starter(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void),
                    void (*)(void), void *);
starter __libc_start_main;

int __libc_start_main(int (*begin)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
                      void *stack_end) {
    program_main = begin;
    return REAL(__libc_start_main)(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}
