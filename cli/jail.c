/* A filter of system calls (seccomp). Without it only time, memory and output are limited. */
#define _GNU_SOURCE
#include "jail.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__)) && defined(__LP64__)
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#define MACHINE AUDIT_ARCH_X86_64
#else
#define MACHINE AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ARGUMENT(n)                                                                                \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (n))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define REFUSE RETURN(SECCOMP_RET_ERRNO | EPERM)
/* If the call has this number, the next instructions judge it. */
#define SKIP_UNLESS(number, instructions)                                                          \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, instructions)
#define NEVER(number) SKIP_UNLESS(number, 1), REFUSE
/* Allowed only if one of these bits of an argument is set, or none of them is. */
#define IF_BITS(number, n, bits)                                                                   \
    SKIP_UNLESS(number, 4), ARGUMENT(n), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0), REFUSE, \
        RETURN(SECCOMP_RET_ALLOW)
#define UNLESS_BITS(number, n, bits)                                                               \
    SKIP_UNLESS(number, 4), ARGUMENT(n), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1), REFUSE, \
        RETURN(SECCOMP_RET_ALLOW)
#define ONLY_IF(number, n, value)                                                                  \
    SKIP_UNLESS(number, 4), ARGUMENT(n), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0), REFUSE, \
        RETURN(SECCOMP_RET_ALLOW)

#define WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

bool jail_enter(void) {
    const unsigned self = (unsigned)getpid();
    struct sock_filter code[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
#ifdef __x86_64__
        /* The other numbering of calls. */
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        NEVER(__NR_fork),
        NEVER(__NR_vfork),
        UNLESS_BITS(__NR_open, 1, WRITES),
        NEVER(__NR_creat),
        NEVER(__NR_unlink),
        NEVER(__NR_rename),
        NEVER(__NR_mkdir),
        NEVER(__NR_rmdir),
        NEVER(__NR_link),
        NEVER(__NR_symlink),
        NEVER(__NR_chmod),
#endif
        /* The C library then uses clone(), whose flags can be seen: only threads are made. */
        SKIP_UNLESS(__NR_clone3, 1),
        RETURN(SECCOMP_RET_ERRNO | ENOSYS),
        IF_BITS(__NR_clone, 0, CLONE_THREAD),
        UNLESS_BITS(__NR_openat, 2, WRITES),
        NEVER(__NR_openat2),
        NEVER(__NR_unlinkat),
        NEVER(__NR_renameat),
        NEVER(__NR_renameat2),
        NEVER(__NR_mkdirat),
        NEVER(__NR_linkat),
        NEVER(__NR_symlinkat),
        NEVER(__NR_truncate),
        NEVER(__NR_fchmodat),
        NEVER(__NR_socket),
        NEVER(__NR_ptrace),
        NEVER(__NR_process_vm_writev),
        NEVER(__NR_tkill),
        NEVER(__NR_pidfd_open),
        ONLY_IF(__NR_kill, 0, self),
        ONLY_IF(__NR_tgkill, 0, self),
        ONLY_IF(__NR_rt_sigqueueinfo, 0, self),
        RETURN(SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {sizeof code / sizeof *code, code};
    return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
           !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}
#else
bool jail_enter(void) {
    return false;
}
#endif
