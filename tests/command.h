/* The built command, run as a user runs it, on a small data set of its own. */
#ifndef TESTS_COMMAND_H
#define TESTS_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A folder with train and t10k files of 8x8 images in four classes, which differ in the bright
 * quarter, and tiny.net, a network for them. */
int command_folder_create(void **state);
int command_folder_remove(void **state);
/* More such images, side x side in that many classes, for a folder of the folder that is there. */
void command_images(const char *folder, uint32_t side, uint32_t classes, uint32_t train,
                    uint32_t test);
extern char command_folder[64];

/* What the last command_run() left: exit code, standard output, standard error. */
extern int command_code;
extern char command_out[65536], command_err[65536];

/* Runs "cnn ARGUMENTS" by the shell. Every @ in the text stands for the folder. Returns the exit
 * code. */
int command_run(const char *arguments, ...) __attribute__((format(printf, 1, 2)));
/* The same for any shell text, in which $CNN is the command. */
int command_shell(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* The command for a shell's background, where Ctrl-C is not meant for it: what a shell has ignore
 * SIGINT there is told not to. */
#define COMMAND_BEHIND "env --default-signal=INT \"$CNN\" "

/* True in a build that counts what it runs (make coverage): at its end the command writes the
 * counts, and spoils them where files are limited. What limits them is left out there. */
#ifdef CNN_COVERAGE
#define COMMAND_COUNTS true
#else
#define COMMAND_COUNTS false
#endif

/* Fails the test if the exit code is another, or standard error is not one line holding each part;
 * part may be NULL. */
void command_refused(int code, const char *part, const char *other);
/* The last output as one JSON object and nothing else. */
json_t *command_json(void);
/* A file in the folder as a string; its size in *size if wanted. To be freed. */
char *command_file(const char *name, size_t *size);

#endif
