/* kill -9 at random moments: whatever a run was doing, it is resumed from its checkpoint, and its
 * final model is that of a run never killed. CNN_TEST_KILLS is the number of kills (50). */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "command.h"
#include "random.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Long enough that no run ends too soon; a checkpoint after every step. */
#define EPOCHS "40"
#define RUN "train @/tiny.net --data @ --batch-size 16 --threads 1 --epochs " EPOCHS
#define LATEST_MS 30
/* About as long as from the first byte of a checkpoint to its new name: a guess to begin with. */
#define WRITE_MS 0.3

/* A path in the folder; the last four results are valid. */
static const char *in_folder(const char *name) {
    static char paths[4][128];
    static size_t turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", command_folder, name);
    return path;
}

static bool there(const char *name) {
    return !access(in_folder(name), F_OK);
}

/* In the background, with its output in the files "out" and "err". */
static pid_t start(bool resume) {
    char checkpoint[128], out[128], network[128];
    snprintf(checkpoint, sizeof checkpoint, "%s", in_folder("run"));
    snprintf(out, sizeof out, "%s", in_folder("killed"));
    snprintf(network, sizeof network, "%s", in_folder("tiny.net"));
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child)
        return child;
    dup2(open(in_folder("out"), O_WRONLY | O_CREAT | O_TRUNC, 0666), 1);
    dup2(open(in_folder("err"), O_WRONLY | O_CREAT | O_TRUNC, 0666), 2);
    if (resume)
        execl(getenv("CNN"), "cnn", "train", "--resume", checkpoint, (char *)NULL);
    else
        execl(getenv("CNN"), "cnn", "train", network, "--data", command_folder, "--batch-size",
              "16", "--epochs", EPOCHS, "--threads", "1", "--out", out, "--checkpoint", checkpoint,
              "--every", "1", (char *)NULL);
    _exit(127);
}

/* False if the child has ended. */
static bool wait_ms(pid_t child, double ms, int *status) {
    const struct timespec time = {0, (long)(ms * 1e6)};
    nanosleep(&time, NULL);
    return waitpid(child, status, WNOHANG) == 0;
}

/* The file's inode; 0 if it does not exist. */
static ino_t file_now(const char *name) {
    struct stat about;
    return stat(in_folder(name), &about) ? 0 : about.st_ino;
}

/* Waits for the first write of this process, so that moments are drawn from its work and not from
 * its start. */
static bool wait_for_work(pid_t child, ino_t before, int *status) {
    while (!there("run.writing") && file_now("run") == before)
        if (!wait_ms(child, 0.05, status))
            return false;
    return true;
}

/* Waits for a random moment of the work, or of the first `write_ms` after a write has begun, if
 * that is not 0. False if the child ended before. */
static bool wait_for_moment(pid_t child, random_state *random, double write_ms, int *status) {
    if (!wait_ms(child, LATEST_MS * random_uniform(random), status))
        return false;
    if (write_ms == 0)
        return true;
    /* Even the shortest sleep takes as long as a write. */
    while (!there("run.writing")) {
        sched_yield();
        if (waitpid(child, status, WNOHANG))
            return false;
    }
    return wait_ms(child, write_ms * random_uniform(random), status);
}

/* Every file that a kill leaves can be resumed. */
static void loads(void) {
    cnn_error error;
    cnn_checkpoint *checkpoint = cnn_checkpoint_load(in_folder("run"), &error);
    if (!checkpoint)
        fail_msg("%s", error.message);
    cnn_checkpoint_free(checkpoint);
}

typedef struct tally {
    size_t kills, inside, ends;
    double write_ms; /* estimated duration of a write, learned from where kills fall */
} tally;

/* Seven of eight kills aim at a write. Too late: writes are shorter than estimated. */
static void count_kill(tally *tally) {
    const bool sought = tally->kills % 8, inside = there("run.writing");
    tally->kills++;
    tally->inside += inside;
    if (sought)
        tally->write_ms *= inside ? 1.05 : 0.6;
}

static void compare_end(int status) {
    size_t size, wanted_size;
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        char *said = command_file("err", NULL);
        fail_msg("a run ended with status %x: %s", (unsigned)status, said);
    }
    char *bytes = command_file("killed", &size), *wanted = command_file("whole", &wanted_size);
    assert_int_equal(size, wanted_size);
    assert_memory_equal(bytes, wanted, size);
    free(bytes);
    free(wanted);
    assert_false(there("run"));
    assert_false(there("run.writing"));
}

/* One start of the run: killed, or run to its end. */
static void live(tally *tally, random_state *random, bool to_the_end) {
    int status;
    const ino_t before = file_now("run");
    /* A leftover of the last start is replaced by the next write, and must not be taken for one. */
    unlink(in_folder("run.writing"));
    const pid_t child = start(before != 0);
    if (!to_the_end && wait_for_work(child, before, &status) &&
        wait_for_moment(child, random, tally->kills % 8 ? tally->write_ms : 0, &status)) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
    } else if (to_the_end) {
        waitpid(child, &status, 0);
    }
    if (!WIFSIGNALED(status)) {
        compare_end(status);
        tally->ends++;
        return;
    }
    assert_int_equal(WTERMSIG(status), SIGKILL);
    count_kill(tally);
    if (there("run"))
        loads();
}

static void test_kills(void **state) {
    const char *wanted = getenv("CNN_TEST_KILLS");
    const size_t kills = wanted ? strtoul(wanted, NULL, 10) : 50;
    random_state random = random_seeded(5, 0);
    tally tally = {.write_ms = WRITE_MS};
    (void)state;
    assert_int_equal(command_run(RUN " --out @/whole"), 0);
    while (tally.kills < kills)
        live(&tally, &random, false);
    live(&tally, &random, true);
    print_message("%zu kills, %zu of them inside a write; %zu runs came to their end\n",
                  tally.kills, tally.inside, tally.ends);
    assert_true(2 * tally.inside >= tally.kills);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kills)};
    return cmocka_run_group_tests(tests, command_folder_create, command_folder_remove);
}
