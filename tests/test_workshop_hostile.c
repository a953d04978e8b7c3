/* Broken and hostile files of the workshop: each gives one clear line, and leaves nothing. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

#define FORWARD "void relu_forward(int count, const float x[count], float y[count])\n"
#define BACKWARD                                                                                   \
    "void relu_backward(int count, const float x[count], const float dy[count], float dx[count])"
#define RIGHT_BACKWARD                                                                             \
    BACKWARD "{ for (int i = 0; i < count; i++) dx[i] = x[i] > 0 ? dy[i] : 0; }\n"
#define RIGHT_FORWARD FORWARD "{ for (int i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : 0; }\n"

typedef struct hostile {
    const char *name;
    const char *before; /* the file's beginning */
    const char *body;   /* of relu_forward; NULL: `before` is the whole file */
    const char *says;   /* in its one line; NULL: it is right all the same */
} hostile;

static const hostile files[] = {
    /* Not a solution. */
    {"empty", "", NULL, "no function relu_forward"},
    {"text", "Dear teacher,\n", NULL, "line 1: it does not compile"},
    {"bytes", "\x7f\x45\x4c\x46\x02\x01\xff\xfe", NULL, "it does not compile"},
    {"no semicolon", "", "y[0] = x[0]", "line 2: it does not compile"},
    {"undeclared", "", "y[j] = x[0];", "line 2: it does not compile: 'j' undeclared"},
    {"half", FORWARD "{ }\n", NULL, "no function relu_backward"},
    {"misspelled", RIGHT_BACKWARD "void relu_forwards(int n) { }\n", NULL,
     "no function relu_forward"},
    {"other parameters", RIGHT_BACKWARD "void relu_forward(float *x, float *y, int count) { }\n",
     NULL, "relu_forward has other parameters"},
    {"returns",
     RIGHT_BACKWARD "int relu_forward(int count, const float *x, float *y) {return 0;}\n", NULL,
     "relu_forward has other parameters"},
    {"static", RIGHT_BACKWARD "static " FORWARD "{ }\n", NULL, "it does not compile"},
    {"twice", RIGHT_FORWARD RIGHT_FORWARD RIGHT_BACKWARD, NULL,
     "it does not compile: redefinition"},
    {"missing header", "#include <no_such_header.h>\n", "", "line 1: it does not compile"},
    {"endless header", "#include \"/dev/zero\"\n", "", "compile"},
    {"includes itself", "#include __FILE__\n", "", "compile"},
    {"stops the compiler", "#error stop\n", "", "line 1: it does not compile: #error stop"},
    {"huge array", "char big[1L << 40];\n", "y[0] = big[count];", "relu_forward crashes"},
    {"a macro that grows",
     "#define A(x) x x x x x x x x\n#define B(x) A(A(A(A(x))))\n#define C(x) B(B(x))\n",
     "C(C(y[0] = 0;))", "compile"},
    {"own main", "int main(void) { return 1; }\n",
     "for (int i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : 0;", NULL},
    /* Writes and reads outside. */
    {"one too far", "", "for (int i = 0; i <= count; i++) y[i] = 0;",
     "line 2: relu_forward writes to an index outside of y"},
    {"one before", "", "y[-1] = 0;", "line 2: relu_forward writes to an index outside of y"},
    {"reads too far", "", "y[0] = x[count];",
     "line 2: relu_forward reads from an index outside of x"},
    {"far away", "", "y[1 << 28] = 1;", "line 2: relu_forward writes to an address"},
    {"a wrong row", "",
     "volatile float a[2][count]; a[1][count + 1] = 1;"
     " y[0] = a[1][0];",
     "line 2: relu_forward: the index 2 is outside of its array"},
    {"null", "", "*(volatile int *)0 = 1;", "line 2: relu_forward"},
    {"its input", "", "((float *)x)[count] = 1;", "outside of x"},
    {"local array", "", "volatile int a[4]; a[count + 3] = 1;", "line 2: relu_forward"},
    {"freed", "#include <stdlib.h>\n", "free(y); y[0] = 1;", "memory that was freed"},
    {"freed twice", "#include <stdlib.h>\n", "char *volatile p = malloc(4); free(p); free(p);",
     "twice"},
    {"not to be freed", "#include <stdlib.h>\n", "free(y + 1);", "freed"},
    {"divides by 0", "", "y[0] = 1 / (count - count);", "line 2: relu_forward: division by zero"},
    {"too deep", "int f(int n) { return n + f(n + 1) * 2; }\n", "y[0] = f(count);",
     "the stack is full"},
    {"large local", "", "volatile char a[1 << 26]; a[0] = 1; y[0] = a[count];", "relu_forward"},
    /* Takes too much. */
    {"loops", "", "for (volatile int i = 1; i; ) ;", "does not end: stopped after"},
    {"sleeps", "#include <unistd.h>\n", "sleep(1000);", "does not end"},
    {"one huge block", "#include <stdlib.h>\n",
     "volatile char *p = malloc(40L << 30); p[5L << 30] = 1;", "memory"},
    {"many blocks", "#include <stdlib.h>\n#include <string.h>\n",
     "for (;;) memset(malloc(50 << 20), 1, 50 << 20);", "memory"},
    {"prints gigabytes", "#include <stdio.h>\n", "for (;;) puts(\"hello hello hello hello\");",
     "prints more than 4 MB"},
    {"prints errors", "#include <stdio.h>\n", "for (;;) fputs(\"ERROR\\n\", stderr);",
     "prints more than 4 MB"},
    /* Ends itself. */
    {"exits", "#include <stdlib.h>\n", "exit(0);", "ends the program with exit code 0"},
    {"aborts", "#include <stdlib.h>\n", "abort();", "abort()"},
    {"asserts", "#include <assert.h>\n", "assert(count < 0);", "line 2: relu_forward: an assert"},
    {"kills itself", "#include <signal.h>\n", "raise(SIGKILL);", "stopped by the system"},
    {"closes all", "#include <unistd.h>\n", "for (int i = 0; i < 100; i++) close(i);",
     "relu_forward"},
    /* Harms others. */
    {"forks", "#include <unistd.h>\n",
     "for (int i = 0; i < 9; i++) if (fork() == 0) sleep(1000);"
     " for (int i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : 0;",
     NULL},
    {"fork bomb", "#include <unistd.h>\n", "for (;;) fork();", "does not end"},
    {"a shell", "#include <stdlib.h>\n",
     "system(\"sleep 1000 &\"); for (int i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : 0;", NULL},
    {"kills the check", "#include <signal.h>\n#include <unistd.h>\n",
     "kill(getppid(), SIGKILL); for (int i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : 0;", NULL},
    {"removes files", "#include <unistd.h>\n",
     "unlink(\"victim\"); for (int i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : 0;", NULL},
    {"writes files", "#include <stdio.h>\n",
     "FILE *f = fopen(\"victim\", \"w\"); if (f) fclose(f);"
     " for (int i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : 0;",
     NULL},
};
enum { FILES = sizeof files / sizeof *files };

static void write_file(const hostile *h) {
    char path[512];
    snprintf(path, sizeof path, "%s/hostile/relu.c", command_folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(h->before, file);
    if (h->body)
        fprintf(file, "#line 1\n%s{ %s }\n%s", FORWARD, h->body, RIGHT_BACKWARD);
    fclose(file);
}

static int lines_of(const char *text) {
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static bool one_line(const hostile *h) {
    write_file(h);
    command_shell("cd @/hostile && echo kept >victim && TMPDIR=$PWD/t CC=gcc ./cnn check relu.c");
    const bool right = command_code == 0 && !command_err[0];
    if (h->says ? command_code != 1 || lines_of(command_err) != 1 || !strstr(command_err, h->says)
                : !right) {
        print_message("%s: exit code %d\n%s%s", h->name, command_code, command_err, command_out);
        return false;
    }
    command_shell("cd @/hostile && ls t && cat victim && ! pgrep -f \"$PWD/t/\"");
    if (!strcmp(command_out, "kept\n") && !command_code)
        return true;
    print_message("%s leaves %s", h->name, command_out);
    return false;
}

/* Where the filter of system calls is known to work: elsewhere a fork bomb is no test. */
#if defined(__linux__) && defined(__x86_64__) && defined(__LP64__)
#define FILTERED true
#else
#define FILTERED false
#endif

static void one_clear_line(void **state) {
    (void)state;
    if (!FILTERED || command_shell("command -v gcc")) /* whose words these are */
        skip();
    command_shell("mkdir -p @/hostile/t && ln -s \"$(realpath \"$CNN\")\" @/hostile/cnn");
    size_t good = 0;
    for (size_t i = 0; i < FILES; i++)
        good += one_line(&files[i]);
    print_message("%zu of %d hostile files\n", good, (int)FILES);
    assert_true(FILES >= 40 && good == FILES);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_clear_line)};
    return cmocka_run_group_tests(tests, command_folder_create, command_folder_remove);
}
