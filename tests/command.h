/* Runs the built command as a user does, on a small data set. */
#ifndef TESTS_COMMAND_H
#define TESTS_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Makes a folder with train and t10k files of 8x8 images in four classes, which differ in the
 * bright quarter, and tiny.net, a network for them. */
int command_folder_create(void **state);
int command_folder_remove(void **state);
/* Writes more such images, side x side in that many classes, into a sub-folder. */
void command_images(const char *folder, uint32_t side, uint32_t classes, uint32_t train,
                    uint32_t test);
extern char command_folder[64];

/* Results of the last command_run(): exit code, standard output, standard error. */
extern int command_code;
extern char command_out[1 << 19], command_err[65536];

/* Runs "cnn ARGUMENTS" in the shell. Every @ in the text is replaced by the folder. Returns the
 * exit code. */
int command_run(const char *arguments, ...) __attribute__((format(printf, 1, 2)));
/* The same for any shell text, in which $CNN is the command. */
int command_shell(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* Starts the command in a shell's background with SIGINT restored: a shell makes background
 * commands ignore it. */
#define COMMAND_BEHIND "env --default-signal=INT \"$CNN\" "

/* True in a build that counts what it runs (make coverage): the command writes the counts when it
 * ends, and spoils them where file sizes are limited. Such limits are left out there. */
#ifdef CNN_COVERAGE
#define COMMAND_COUNTS true
#else
#define COMMAND_COUNTS false
#endif

/* Fails the test unless the exit code is `code` and standard error is one line with each part; a
 * part may be NULL. */
void command_refused(int code, const char *part, const char *other);
/* Parses the last output as one JSON object and nothing else. */
json_t *command_json(void);
/* Reads a file in the folder as a string; *size gets its size unless NULL. To be freed. */
char *command_file(const char *name, size_t *size);

#endif
