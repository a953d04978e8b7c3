/* cnn: the command. It uses cnn.h like any other program. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "files.h"
#include "help.h"
#include "print.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const cli_command *const commands[] = {
    &command_train,    &command_eval,      &command_predict, &command_explain,
    &command_info,     &command_gradcheck, &command_doctor,  &command_trace,
    &command_exercise, &command_check,     &command_help,    NULL,
};

static int print_version(void) {
    printf("cnn %s\n", cnn_version());
    return 0;
}

static int run_ready(const cli_command *command, const void *settings, const char *program) {
    cnn_error error;
    const bool ready = files_ready(command, settings, NULL, 0, &error);
    const int code = ready ? command->run(settings, program) : report_cnn_error(&error);
    files_release();
    return code;
}

static int run_with(const cli_command *command, char **arguments, void *settings,
                    const char *program) {
    memcpy(settings, command->defaults, command->size);
    switch (options_read(command, arguments, settings)) {
    case OPTIONS_HELP:
        help_command(command);
        return 0;
    case OPTIONS_VERSION:
        return print_version();
    case OPTIONS_WRONG:
        return EXIT_USAGE;
    default:
        return run_ready(command, settings, program);
    }
}

static int run_command(const cli_command *command, char **arguments, const char *program) {
    void *settings = malloc(command->size);
    if (!settings)
        return report_error("no memory for %zu bytes", command->size);
    const int code = run_with(command, arguments, settings, program);
    free(settings);
    return code;
}

static int run(char **argv) {
    const char *name = argv[0] ? argv[1] : NULL;
    if (!name)
        return report_usage("which command? cnn help lists them");
    if (!strcmp(name, "--help") || !strcmp(name, "-h"))
        return help_overview(), 0;
    if (!strcmp(name, "--version"))
        return print_version();
    if (name[0] == '-')
        return report_usage("%s precedes the command; cnn help lists them", name);
    const cli_command *command = command_find(name);
    return command ? run_command(command, argv + 2, argv[0]) : EXIT_USAGE;
}

/* Without this, a file opened later could take the place of a closed standard stream. */
static bool claim_streams(void) {
    for (int stream = 0; stream < 3; stream++)
        if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != stream)
            return false;
    return true;
}

/* Undelivered output is a failure: a full disk, a closed pipe. One line is enough: a full disk may
 * have been reported before. */
static int finish_output(int code) {
    errno = 0;
    if (!fflush(stdout) && !ferror(stdout))
        return code;
    const char *reason = errno ? strerror(errno) : "could not be written";
    if (!reported_any())
        report_error("standard output: %s", reason);
    return code ? code : EXIT_FAILED;
}

int main(int argc, char **argv) {
    (void)argc;
    if (!claim_streams())
        return EXIT_FAILED;
    /* A closed pipe and a limit on file sizes become errors of the call in which they occur. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return finish_output(run(argv));
}
