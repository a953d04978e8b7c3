/* Writes a page of the lab: a template with a model and its images in it. */
#ifndef CLI_LAB_PAGE_H
#define CLI_LAB_PAGE_H

#include "lab_template.h"

typedef struct lab_page {
    const cnn_model *model;
    const cnn_dataset *train;                     /* NULL: none */
    const cnn_dataset *test;                      /* of the size of the model's input */
    const char *program, *model_path, *data_path; /* for the commands that the page shows */
} lab_page;

/* Writes it to a file, all or nothing. *size gets its bytes. */
bool lab_page_save(const lab_page *page, const lab_template *around, const char *path, size_t *size,
                   cnn_error *error);

#endif
