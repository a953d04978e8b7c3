/* Promises of src/base: exp and log, the pool, memory, bytes, files. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds.h"
#include "bytes.h"
#include "explog.h"
#include "file.h"
#include "ipow.h"
#include "memory.h"
#include "pool.h"
#include "random.h"

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------- exp and log */

static void assert_relative(const char *what, double x, double got, long double right) {
    if (!(fabsl((long double)got - right) <= 4e-16L * fabsl(right)))
        fail_msg("%s(%.17g) is %.17g, not %.20Lg", what, x, got, right);
}

static void exp_within_its_promise(void **state) {
    (void)state;
    random_state random = random_seeded(1, 200);
    for (int i = 0; i < 200000; i++) {
        const double wide = -708 + 1417.7 * random_uniform(&random);
        const double near = (random_uniform(&random) - 0.5) * 2;
        assert_relative("exp", wide, portable_exp(wide), expl((long double)wide));
        assert_relative("exp", near, portable_exp(near), expl((long double)near));
    }
}

static void log_within_its_promise(void **state) {
    (void)state;
    random_state random = random_seeded(2, 200);
    for (int i = 0; i < 200000; i++) {
        const double part = 1 + random_uniform(&random);
        const double wide = ldexp(part, (int)random_below(&random, 2096) - 1072);
        const double near = 0.5 + 1.5 * random_uniform(&random);
        assert_relative("log", wide, portable_log(wide), logl((long double)wide));
        assert_relative("log", near, portable_log(near), logl((long double)near));
    }
}

static void exp_of_special_values(void **state) {
    (void)state;
    assert_true(portable_exp(0) == 1 && portable_exp(-0.0) == 1);
    assert_true(portable_exp(INFINITY) == INFINITY && portable_exp(710) == INFINITY);
    assert_true(portable_exp(-INFINITY) == 0 && portable_exp(-746) == 0);
    assert_true(isnan(portable_exp(NAN)));
    assert_true(isfinite(portable_exp(709.78)) && portable_exp(709.78) > 1.79e308);
    assert_true(portable_exp(-745.13) == 0x1p-1074);
    assert_true(portable_exp(1e300) == INFINITY && portable_exp(-1e300) == 0);
}

static void log_of_special_values(void **state) {
    (void)state;
    assert_true(portable_log(1) == 0 && portable_log(INFINITY) == INFINITY);
    assert_true(portable_log(0) == -INFINITY && portable_log(-0.0) == -INFINITY);
    assert_true(isnan(portable_log(-1)) && isnan(portable_log(-INFINITY)) &&
                isnan(portable_log(NAN)));
    for (int k = -1074; k < 1024; k++)
        assert_relative("log", k, portable_log(ldexp(1, k)), k * logl(2));
}

/* Against cosl, with the argument rounded as finely as it has. */
static void cosine_of_half_a_turn(void **state) {
    (void)state;
    assert_true(portable_cos_pi(0) == 1 && portable_cos_pi(0.5) == 0 && portable_cos_pi(1) == -1);
    for (int i = 0; i <= 100000; i++) {
        const double x = i / 100000.0;
        const long double exact = cosl(3.14159265358979323846264338327950288L * (long double)x);
        assert_true(fabsl((long double)portable_cos_pi(x) - exact) < 4e-16L);
    }
}

static void powers(void **state) {
    (void)state;
    assert_true(ipow(3, 0) == 1 && ipow(0, 0) == 1 && ipow(0, 5) == 0);
    assert_true(ipow(-2, 11) == -2048 && ipow(10, 22) == 1e22);
    assert_true(fabs(ipow(0.999, 1000) / pow(0.999, 1000) - 1) < 1e-13);
}

/* -------------------------------------------------------------------------------------- pool */

enum { TASKS = 1000 };

static void count_task(void *context, size_t index, size_t worker) {
    (void)worker;
    atomic_int *times = context;
    atomic_fetch_add(&times[index], 1);
}

static void pool_runs_each_task_once(void **state) {
    static const size_t threads[] = {1, 2, 5}, counts[] = {0, 1, 2, 7, TASKS};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        pool *pool = pool_create(threads[i], NULL);
        assert_non_null(pool);
        assert_int_equal(pool_threads(pool), POOL_THREADS(threads[i]));
        for (size_t round = 0; round < 200; round++) {
            atomic_int times[TASKS] = {0};
            pool_run(pool, counts[round % 5], count_task, times);
            for (size_t task = 0; task < TASKS; task++)
                assert_int_equal(times[task], task < counts[round % 5]);
        }
        pool_free(pool);
    }
}

static void pool_of_every_processor(void **state) {
    (void)state;
    pool *pool = pool_create(0, NULL);
    assert_true(pool_threads(pool) >= 1);
    pool_free(pool);
    pool_free(NULL);
}

/* ------------------------------------------------------------------------------------ memory */

static void sizes_do_not_wrap(void **state) {
    (void)state;
    size_t size = 5;
    assert_false(size_multiply(SIZE_MAX, 2, &size));
    assert_false(size_multiply(SIZE_MAX / 2 + 1, 2, &size));
    assert_false(size_add(SIZE_MAX, 1, &size));
    assert_int_equal(size, 5);
    assert_true(size_multiply(SIZE_MAX, 1, &size) && size == SIZE_MAX);
    assert_true(size_multiply(0, SIZE_MAX, &size) && size == 0);
    assert_true(size_multiply(SIZE_MAX, 0, &size) && size == 0);
    assert_true(size_add(SIZE_MAX - 1, 1, &size) && size == SIZE_MAX);
}

static void memory_is_zero_and_on_lines(void **state) {
    (void)state;
    for (size_t count = 0; count < 200; count += 7) {
        unsigned char *block = memory_new(count, 3, NULL);
        assert_int_equal((uintptr_t)block % MEMORY_LINE, 0);
        for (size_t i = 0; i < 3 * count; i++)
            assert_int_equal(block[i], 0);
        free(block);
    }
}

static void memory_too_large_is_refused(void **state) {
    static const size_t sizes[][2] = {
        {SIZE_MAX, 2}, {SIZE_MAX, 1}, {SIZE_MAX - 62, 1}, {(size_t)PTRDIFF_MAX, 1}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        cnn_error error = {.status = CNN_STATUS_OK};
        assert_null(memory_new(sizes[i][0], sizes[i][1], &error));
        assert_int_equal(error.status, CNN_STATUS_NO_MEMORY);
        assert_null(memory_new(sizes[i][0], sizes[i][1], NULL));
    }
}

static void arena_counts_then_cuts(void **state) {
    (void)state;
    arena counted = {0};
    assert_null(arena_take(&counted, 3, 4));
    assert_null(arena_take(&counted, 65, 1));
    assert_null(arena_take(&counted, 0, 8));
    assert_int_equal(counted.used, 64 + 128 + 64);
    arena cut = {.base = memory_new(counted.used, 1, NULL)};
    unsigned char *a = arena_take(&cut, 3, 4), *b = arena_take(&cut, 65, 1);
    assert_ptr_equal(a, cut.base);
    assert_ptr_equal(b, cut.base + 64);
    assert_ptr_equal(arena_take(&cut, 0, 8), cut.base + 192);
    assert_false(counted.overflow || cut.overflow);
    free(cut.base);
}

static void arena_notices_overflow(void **state) {
    (void)state;
    arena a = {0}, b = {0}, c = {.used = SIZE_MAX - 63};
    assert_null(arena_take(&a, SIZE_MAX, 2));
    assert_null(arena_take(&b, SIZE_MAX, 1));
    assert_null(arena_take(&c, 1, 1));
    assert_true(a.overflow && b.overflow && c.overflow);
}

/* ------------------------------------------------------------------------------------- bytes */

static void cursor_stays_inside(void **state) {
    const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 0x80, 9, 10, 11, 12};
    (void)state;
    bytes b = {.data = data, .size = sizeof data};
    uint32_t big = 0;
    uint64_t little = 0;
    assert_true(bytes_u32_big(&b, &big) && big == 0x01020304);
    assert_true(bytes_u64_little(&b, &little) && little == 0x0b0a098008070605);
    assert_false(bytes_u32_big(&b, &big) || bytes_u64_little(&b, &little));
    assert_int_equal(b.at, 12);
    assert_null(bytes_take(&b, 2));
    assert_null(bytes_take(&b, SIZE_MAX));
    assert_ptr_equal(bytes_take(&b, 0), data + 12);
    assert_ptr_equal(bytes_take(&b, 1), data + 12);
    assert_null(bytes_take(&b, 1));
    assert_int_equal(b.at, 13);
}

/* ------------------------------------------------------------------------------------- files */

static char folder[64], path[128];

static int folder_create(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/cnn-base-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int folder_remove(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static size_t entries(void) {
    DIR *open = opendir(folder);
    size_t count = 0;
    assert_non_null(open);
    while (readdir(open))
        count++;
    closedir(open);
    return count - 2;
}

static void assert_contents(const char *expected) {
    uint8_t *data = NULL;
    size_t size = 0;
    assert_true(file_read(path, &(file_wanted){~0u, "any", 100}, &data, &size, NULL));
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(data, expected, size);
    free(data);
}

static void file_comes_back(void **state) {
    (void)state;
    assert_false(file_exists(path));
    assert_true(file_write(path, (file_part[]){{"one ", 4}, {"", 0}, {"two", 3}}, 3, NULL));
    assert_true(file_exists(path));
    assert_contents("one two");
    assert_true(file_write(path, (file_part[]){{"new", 3}}, 1, NULL));
    assert_contents("new");
    assert_true(file_write(path, NULL, 0, NULL));
    assert_contents("");
    assert_int_equal(entries(), 1);
}

static void assert_refused_read(const char *name, size_t limit, cnn_status status) {
    cnn_error error = {.status = CNN_STATUS_OK};
    uint8_t *data = NULL;
    size_t size = 0;
    assert_false(file_read(name, &(file_wanted){~0u, "any", limit}, &data, &size, &error));
    assert_false(file_read(name, &(file_wanted){~0u, "any", limit}, &data, &size, NULL));
    assert_null(data);
    assert_int_equal(error.status, status);
    assert_string_equal(error.file, name);
    assert_int_equal(error.offset, CNN_ERROR_NO_OFFSET);
}

static void reads_refused(void **state) {
    uint8_t *data;
    size_t size;
    (void)state;
    assert_refused_read(folder, 100, CNN_STATUS_IO);
    assert_refused_read("/dev/zero", 100, CNN_STATUS_IO);
    assert_refused_read("/nowhere/at all", 100, CNN_STATUS_IO);
    assert_true(file_write(path, (file_part[]){{"12345", 5}}, 1, NULL));
    assert_refused_read(path, 4, CNN_STATUS_BAD_FILE);
    assert_true(file_read(path, &(file_wanted){~0u, "any", 5}, &data, &size, NULL));
    free(data);
    /* Another kind than expected, by name. */
    cnn_error error;
    assert_false(file_read(path, &(file_wanted){FILE_KIND(PNG), "a PNG", 5}, &data, &size, &error));
    assert_string_equal(error.message, "a text; a PNG is expected");
}

static void assert_refused_write(const char *name) {
    cnn_error error = {.status = CNN_STATUS_OK};
    const size_t before = entries();
    assert_false(file_write(name, (file_part[]){{"12345", 5}}, 1, &error));
    assert_int_equal(error.status, CNN_STATUS_IO);
    assert_string_equal(error.file, name);
    assert_int_equal(entries(), before);
}

static void writes_refused(void **state) {
    char inside[160];
    (void)state;
    assert_true(file_write(path, (file_part[]){{"old", 3}}, 1, NULL));
    snprintf(inside, sizeof inside, "%s/below", path);
    assert_refused_write(inside);
    assert_refused_write(folder);
    assert_refused_write("/nowhere/at all");
    if (file_exists("/dev/full"))
        assert_refused_write("/dev/full");
    assert_contents("old");
}

/* A limit on file sizes simulates a disk that fills up half way. */
static void half_written_file_is_removed(void **state) {
    struct rlimit before, small;
    (void)state;
    assert_true(file_write(path, (file_part[]){{"old", 3}}, 1, NULL));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    cnn_error error = {.status = CNN_STATUS_OK};
    const bool ok = file_write(path, (file_part[]){{"1234567", 7}}, 1, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_false(ok);
    assert_int_equal(error.status, CNN_STATUS_IO);
    assert_int_equal(entries(), 1);
    assert_contents("old");
}

static void device_is_written_to(void **state) {
    (void)state;
    assert_true(file_write("/dev/null", (file_part[]){{"12345", 5}}, 1, NULL));
    assert_true(file_exists("/dev/null"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_within_its_promise),
        cmocka_unit_test(log_within_its_promise),
        cmocka_unit_test(exp_of_special_values),
        cmocka_unit_test(log_of_special_values),
        cmocka_unit_test(cosine_of_half_a_turn),
        cmocka_unit_test(powers),
        cmocka_unit_test(pool_runs_each_task_once),
        cmocka_unit_test(pool_of_every_processor),
        cmocka_unit_test(sizes_do_not_wrap),
        cmocka_unit_test(memory_is_zero_and_on_lines),
        cmocka_unit_test(memory_too_large_is_refused),
        cmocka_unit_test(arena_counts_then_cuts),
        cmocka_unit_test(arena_notices_overflow),
        cmocka_unit_test(cursor_stays_inside),
        cmocka_unit_test_setup_teardown(file_comes_back, folder_create, folder_remove),
        cmocka_unit_test_setup_teardown(reads_refused, folder_create, folder_remove),
        cmocka_unit_test_setup_teardown(writes_refused, folder_create, folder_remove),
        cmocka_unit_test_setup_teardown(half_written_file_is_removed, folder_create, folder_remove),
        cmocka_unit_test(device_is_written_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
