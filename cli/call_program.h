/* Writes the program around the functions of an exercise: it reads a call from standard input,
 * makes it, and writes the answers to descriptor 3. */
#ifndef CLI_CALL_PROGRAM_H
#define CLI_CALL_PROGRAM_H

#include "cnn.h"

/* A call, as it goes through the pipe: this head, a call_program_argument for each argument, and
 * the numbers of each array. Answers: the address of each argument's array, before the call; then
 * the seconds it took, and the numbers of each array that the function sets. */
typedef struct call_program_head {
    uint32_t function, arguments, repeats, reserved;
} call_program_head;
typedef struct call_program_argument {
    double value;
    uint32_t count; /* of an array's numbers */
    uint32_t kind;  /* cnn_argument_kind */
} call_program_argument;

/* The declarations of the functions, which the reader's file is compiled after. */
bool call_program_declarations(const char *exercise, const char *path, cnn_error *error);
/* The program itself, in C. */
bool call_program_text(const char *exercise, const char *path, cnn_error *error);

#endif
