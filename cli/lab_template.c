/* Finds and reads the page into which cnn lab puts a model. */
#define _POSIX_C_SOURCE 200809L
#include "lab_template.h"

#include "content.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, PAGE_MOST = 64 << 20 };

/* Where lab/build.mjs leaves room. The number is that of what the page finds there: a page of
 * another version of cnn is refused. */
static const char mark[] = "<!--cnn lab 1-->";

/* The folder of the command, with a slash; "" if it is not known. */
static void own_folder(const char *program, char folder[PATH_SIZE]) {
    const ssize_t length = readlink("/proc/self/exe", folder, PATH_SIZE - 1);
    if (length > 0)
        folder[length] = 0;
    else
        snprintf(folder, PATH_SIZE, "%s", program && strchr(program, '/') ? program : "");
    char *slash = strrchr(folder, '/');
    folder[slash ? slash - folder + 1 : 0] = 0;
}

static bool find(const char *program, char path[PATH_SIZE], cnn_error *error) {
    static const char *const places[] = {"lab/page.html", "../share/cnn/lab.html"};
    char folder[PATH_SIZE];
    own_folder(program, folder);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (snprintf(path, PATH_SIZE, "%s%s", folder, places[i]) < PATH_SIZE && !access(path, R_OK))
            return true;
    return source_refuse(error, "",
                         "this command has no page of the lab beside it: make lab builds it, make "
                         "install installs it, and --page FILE names another");
}

static bool take(lab_template *page, const content *content, cnn_error *error) {
    page->text = malloc(content->size + 1);
    if (!page->text)
        return source_refuse(error, content->name, "no memory for %zu bytes", content->size);
    memcpy(page->text, content->bytes, content->size);
    page->text[content->size] = 0;
    const char *room = strstr(page->text, mark);
    if (!room) {
        lab_template_free(page);
        return source_refuse(error, content->name, "not a page of the lab of cnn %s",
                             cnn_version());
    }
    page->head = (size_t)(room - page->text);
    page->tail = room + sizeof mark - 1;
    return true;
}

bool lab_template_read(lab_template *page, const char *given, const char *program,
                       cnn_error *error) {
    char found[PATH_SIZE];
    content content;
    if (!given && !find(program, found, error))
        return false;
    if (!content_open(&content, given ? given : found, error))
        return false;
    const bool good = content_read(&content, PAGE_MOST, error) && take(page, &content, error);
    content_close(&content);
    return good;
}

void lab_template_free(lab_template *page) {
    free(page->text);
    page->text = NULL;
}
