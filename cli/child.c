/* Starts, feeds and ends one process. */
#define _GNU_SOURCE
#include "child.h"

#include "clock.h"
#include "jail.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ANSWERS = 3 };

static void limit(int what, size_t most) {
    const struct rlimit limits = {most, most};
    setrlimit(what, &limits);
}

static void set_limits(const child_limits *limits) {
    const struct rlimit cpu = {limits->cpu_seconds, limits->cpu_seconds + 5};
    setrlimit(RLIMIT_CPU, &cpu);
    limit(RLIMIT_FSIZE, limits->file_bytes);
    limit(RLIMIT_CORE, 0);
    if (limits->memory_bytes)
        limit(RLIMIT_AS, limits->memory_bytes);
}

static bool redirect(const char *path, int stream) {
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    return file >= 0 && dup2(file, stream) == stream;
}

/* Moves the pipes to 0 and 3; all else is closed by its flag. */
static bool take_streams(const child_start *start, int input, int answers) {
    const int nothing = start->piped ? input : open("/dev/null", O_RDONLY);
    if (!redirect(start->output, 1) || !redirect(start->error, 2) || dup2(nothing, 0) != 0)
        return false;
    return !start->piped || dup2(answers, ANSWERS) == ANSWERS;
}

static _Noreturn void become(const child_start *start, int input, int answers) {
    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    signal(SIGXCPU, SIG_DFL);
    if (take_streams(start, input, answers)) {
        set_limits(&start->limits);
        if (start->limits.jailed)
            jail_enter();
        execvp(start->arguments[0], start->arguments);
    }
    _exit(127);
}

/* Above the numbers that the child has for its own streams. */
static bool make_pipe(int ends[2]) {
    int made[2];
    if (pipe2(made, O_CLOEXEC))
        return false;
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(made[i], F_DUPFD_CLOEXEC, 10);
        close(made[i]);
    }
    return ends[0] >= 0 && ends[1] >= 0;
}

static void close_pipe(int ends[2]) {
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

bool child_begin(child *c, const child_start *start, cnn_error *error) {
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    *c = (child){.to = -1, .from = -1};
    const bool pipes = !start->piped || (make_pipe(in) && make_pipe(out));
    const pid_t pid = pipes ? fork() : -1;
    if (pid < 0) {
        close_pipe(in);
        close_pipe(out);
        return source_refuse(error, start->arguments[0], "%s", strerror(errno));
    }
    if (!pid)
        become(start, in[0], out[1]);
    setpgid(pid, pid);
    *c = (child){pid, in[1], out[0]};
    if (start->piped) {
        close(in[0]);
        close(out[1]);
        fcntl(c->to, F_SETFL, O_NONBLOCK);
        fcntl(c->from, F_SETFL, O_NONBLOCK);
    }
    return true;
}

static void close_ends(child *c) {
    int ends[2] = {c->to, c->from};
    close_pipe(ends);
    c->to = c->from = -1;
}

void child_kill(child *c) {
    close_ends(c);
    if (!c->pid)
        return;
    kill(-c->pid, SIGKILL);
    kill(c->pid, SIGKILL);
    waitpid(c->pid, NULL, 0);
    c->pid = 0;
}

bool child_end(child *c, double seconds, int *status) {
    const double until = clock_seconds() + seconds;
    const struct timespec pause = {.tv_nsec = 1000000};
    pid_t ended;
    close_ends(c);
    while (!(ended = waitpid(c->pid, status, WNOHANG)) && clock_seconds() < until)
        nanosleep(&pause, NULL);
    kill(-c->pid, SIGKILL);
    if (ended == c->pid)
        c->pid = 0;
    else
        child_kill(c);
    return ended > 0;
}

/* Waits until the pipe can move bytes. */
static bool ready(int pipe, short events, double until, bool *late) {
    struct pollfd one = {.fd = pipe, .events = events};
    const double left = until - clock_seconds();
    *late = left <= 0 || poll(&one, 1, (int)(1000 * left) + 1) == 0;
    return !*late;
}

bool child_write(const child *c, const void *bytes, size_t size, double seconds, bool *late) {
    const char *from = bytes;
    const double until = clock_seconds() + seconds;
    *late = false;
    while (size) {
        const ssize_t moved = write(c->to, from, size);
        if (moved > 0)
            from += moved, size -= (size_t)moved;
        else if (errno != EAGAIN || !ready(c->to, POLLOUT, until, late))
            return false;
    }
    return true;
}

bool child_read(const child *c, void *bytes, size_t size, double seconds, bool *late) {
    char *to = bytes;
    const double until = clock_seconds() + seconds;
    *late = false;
    while (size) {
        const ssize_t moved = read(c->from, to, size);
        if (moved > 0)
            to += moved, size -= (size_t)moved;
        else if (moved == 0 || errno != EAGAIN || !ready(c->from, POLLIN, until, late))
            return false;
    }
    return true;
}
