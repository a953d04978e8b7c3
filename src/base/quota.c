/* Reads the CPU quota of this process's control group, versions 1 and 2, at their usual mounts. A
 * group is limited by the groups around it, so each up to the root counts. A container may see its
 * own group as the root, or by a path of the host's that does not exist here: then the files at the
 * mount are its own. */
#define _GNU_SOURCE
#include "quota.h"

#include "decimal.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Files under /proc and /sys have no size in advance. Text beyond `size` is cut. */
static bool read_text(const char *path, char *text, size_t size) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t count = -1;
    if (fd < 0)
        return false;
    while (used + 1 < size && (count = read(fd, text + used, size - 1 - used)) > 0)
        used += (size_t)count;
    close(fd);
    text[used] = '\0';
    return count >= 0;
}

/* The number at the start; false for "max" and -1, which mean no limit. */
static bool read_number(const char *text, uint64_t *number) {
    bool large = false;
    return decimal_digits(text, strlen(text), UINT64_MAX, number, &large) > 0;
}

/* Reads a file of a folder. */
static bool read_file(const char *folder, const char *name, char *text, size_t size) {
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    return length > 0 && length < PATH_MAX && read_text(path, text, size);
}

static size_t processors(uint64_t quota, uint64_t period) {
    const uint64_t whole = period ? quota / period + (quota % period != 0) : SIZE_MAX;
    return whole > SIZE_MAX ? SIZE_MAX : whole ? (size_t)whole : 1;
}

/* "QUOTA PERIOD" in microseconds, such as "200000 100000". */
static size_t of_version_2(const char *folder) {
    char text[64];
    uint64_t quota, period;
    const bool limited = read_file(folder, "cpu.max", text, sizeof text) &&
                         read_number(text, &quota) && strchr(text, ' ') &&
                         read_number(strchr(text, ' ') + 1, &period);
    return limited ? processors(quota, period) : SIZE_MAX;
}

static size_t of_version_1(const char *folder) {
    char text[64];
    uint64_t quota, period;
    const bool limited =
        read_file(folder, "cpu.cfs_quota_us", text, sizeof text) && read_number(text, &quota) &&
        read_file(folder, "cpu.cfs_period_us", text, sizeof text) && read_number(text, &period);
    return limited ? processors(quota, period) : SIZE_MAX;
}

/* Where groups are mounted, and how to read their quota. */
typedef struct hierarchy {
    const char *mount;
    bool unified;
} hierarchy;

static const hierarchy HIERARCHIES[] = {{"/sys/fs/cgroup", true},
                                        {"/sys/fs/cgroup/unified", true},
                                        {"/sys/fs/cgroup/cpu", false},
                                        {"/sys/fs/cgroup/cpu,cpuacct", false}};

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The minimum of the quotas of this group and the groups around it. */
static size_t look_up(const char *root, const hierarchy *h, const char *group) {
    char path[PATH_MAX];
    size_t most = SIZE_MAX;
    const int mount = snprintf(path, sizeof path, "%s%s", root, h->mount);
    const int length = snprintf(path, sizeof path, "%s%s%s", root, h->mount, group);
    if (length < 0 || length >= PATH_MAX)
        return SIZE_MAX;
    for (char *end = path + length;; end = strrchr(path, '/')) {
        *end = '\0';
        most = least(most, h->unified ? of_version_2(path) : of_version_1(path));
        if (end <= path + mount)
            return most;
    }
}

/* Whether `cpu` is one of the controllers in "cpu,cpuacct". */
static bool has_cpu(const char *controllers) {
    char *rest = NULL, names[256];
    snprintf(names, sizeof names, "%s", controllers);
    for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
        if (!strcmp(name, "cpu"))
            return true;
    return false;
}

/* A line "NUMBER:CONTROLLERS:GROUP" of /proc/self/cgroup; version 2 names no controllers. For a
 * group outside the visible ones, the root is used. */
static size_t of_line(const char *root, char *line) {
    char *controllers = strchr(line, ':'),
         *group = controllers ? strchr(controllers + 1, ':') : NULL;
    size_t most = SIZE_MAX;
    if (!group)
        return SIZE_MAX;
    *group++ = '\0';
    const bool unified = !*++controllers;
    if (strstr(group, "/..") || !strcmp(group, "/"))
        group = "";
    if (!unified && !has_cpu(controllers))
        return SIZE_MAX;
    for (size_t i = 0; i < sizeof HIERARCHIES / sizeof *HIERARCHIES; i++)
        if (HIERARCHIES[i].unified == unified)
            most = least(most, look_up(root, &HIERARCHIES[i], group));
    return most;
}

size_t quota_processors(const char *root) {
    char text[8192], path[PATH_MAX], *rest = NULL;
    size_t most = SIZE_MAX;
    if (snprintf(path, sizeof path, "%s/proc/self/cgroup", root) >= PATH_MAX ||
        !read_text(path, text, sizeof text))
        return SIZE_MAX;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        most = least(most, of_line(root, line));
    return most;
}
