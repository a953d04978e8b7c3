/* Claims a file NAME by a lock of the system on NAME.lock, an empty file beside it. A killed run
 * leaves that file but not the lock, and the next run takes it over. NAME itself cannot carry the
 * lock, since each save puts a new file in its place. The lock file is open for reading only: one
 * open for writing would keep a disk from being made read-only. */
#define _DEFAULT_SOURCE
#include "claims.h"

#include "file_id.h"
#include "outputs.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct claim {
    char lock[PATH_MAX];
    int file;
    struct stat about;
} claim;

/* One call writes a handful of files. */
static claim held[8];
static size_t count;

/* Uses the place of the file itself, whatever link leads to it: both names are one claim. */
static bool name_lock(const char *path, char *lock, size_t size) {
    char target[PATH_MAX];
    if (!file_id_target(path, target, sizeof target))
        return false;
    errno = ENAMETOOLONG;
    return (size_t)snprintf(lock, size, "%s.lock", target) < size;
}

static bool is_held(const char *lock) {
    for (size_t i = 0; i < count; i++)
        if (!strcmp(held[i].lock, lock))
            return true;
    return false;
}

typedef enum lock_result { LOCK_TAKEN, LOCK_BUSY, LOCK_AGAIN, LOCK_FAILED } lock_result;

/* The lock that counts is flock()'s, which ends with the open file. A read lock of fcntl()'s kind
 * is set as well, because it shows other runs the process that holds it. A system without locks
 * raises no objection to a claim. */
static lock_result lock_file(int file, pid_t *owner) {
    struct flock mark = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    if (flock(file, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
        mark.l_type = F_WRLCK;
        const bool known = !fcntl(file, F_GETLK, &mark) && mark.l_type != F_UNLCK;
        *owner = known && mark.l_pid > 0 ? mark.l_pid : 0;
        return LOCK_BUSY;
    }
    fcntl(file, F_SETLK, &mark);
    return LOCK_TAKEN;
}

static bool same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The run that held the lock may have removed the name, and another may have made a new file,
 * before this one got the lock on the old. */
static lock_result in_place(claim *claim) {
    struct stat there;
    if (fstat(claim->file, &claim->about)) {
        const int reason = errno;
        unlink(claim->lock);
        errno = reason;
        return LOCK_FAILED;
    }
    const bool same = !lstat(claim->lock, &there) && same_file(&there, &claim->about);
    return same ? LOCK_TAKEN : LOCK_AGAIN;
}

/* With LOCK_TAKEN the file is open, else it is not. */
static lock_result try(claim *claim, pid_t *owner) {
    claim->file = open(claim->lock, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (claim->file < 0)
        return LOCK_FAILED;
    lock_result result = lock_file(claim->file, owner);
    if (result == LOCK_TAKEN)
        result = in_place(claim);
    if (result != LOCK_TAKEN) {
        const int reason = errno;
        close(claim->file);
        errno = reason;
    }
    return result;
}

static bool refuse_busy(const char *path, pid_t owner, cnn_error *error) {
    char who[48] = "";
    if (owner)
        snprintf(who, sizeof who, " (process %ld)", (long)owner);
    return source_refuse(error, path,
                         "another run has it%s: let that one end, or name another file", who);
}

bool claims_take(const char *path, cnn_error *error) {
    pid_t owner = 0;
    claim *claim = &held[count];
    if (outputs_device(path) || count == sizeof held / sizeof *held)
        return true;
    if (!name_lock(path, claim->lock, sizeof claim->lock))
        return source_refuse(error, path, "%s", strerror(errno));
    if (is_held(claim->lock))
        return true;
    lock_result result = LOCK_AGAIN;
    while (result == LOCK_AGAIN)
        result = try(claim, &owner);
    if (result == LOCK_BUSY)
        return refuse_busy(path, owner, error);
    if (result == LOCK_FAILED)
        return source_refuse(error, claim->lock, "cannot lock: %s", strerror(errno));
    count++;
    return true;
}

/* While the lock is held no other run removes the file. A file that is not empty, or not the one
 * that was locked, belongs to another program. */
void claims_release(void) {
    struct stat there;
    while (count) {
        const claim *claim = &held[--count];
        if (!lstat(claim->lock, &there) && same_file(&there, &claim->about) && !there.st_size)
            unlink(claim->lock);
        close(claim->file);
    }
}
