/* Finds the page of the lab that this command carries. */
#ifndef CLI_LAB_TEMPLATE_H
#define CLI_LAB_TEMPLATE_H

#include "cnn.h"

/* A page without model and images: they belong between `head` bytes and `tail`. */
typedef struct lab_template {
    char *text; /* owned */
    size_t head;
    const char *tail; /* into text, which ends in a zero byte */
} lab_template;

/* Reads the page: the given one, or the one beside the command, which `program`, argv[0], helps to
 * find: lab/page.html, as make lab builds it, or ../share/cnn/lab.html, as make install installs
 * it. Beside the command and not at a path compiled into it, so that an installed tree can be
 * moved. On failure there is nothing to free. */
bool lab_template_read(lab_template *page, const char *given, const char *program,
                       cnn_error *error);
void lab_template_free(lab_template *page);

#endif
