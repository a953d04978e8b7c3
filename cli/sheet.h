/* Writes a contact sheet: pictures with a caption each, in rows, as a PNG. */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include "misread.h"

/* The layout of a sheet, which tests use too. */
enum {
    SHEET_COLUMNS = 10, /* pictures in a row */
    SHEET_SIDE = 128,   /* a picture is enlarged by the largest whole factor that stays within, or
                           shown by every n-th pixel if it is larger */
    SHEET_GAP = 8,      /* free around everything */
    SHEET_LETTERS = 20, /* in a line of a caption */
    SHEET_LINE = 10,    /* from one line of text to the next */
    SHEET_PAPER = 0xe8, /* gray of the background */
};

/* Shows the misread images, worst first, each with its class and under it what it was read as.
 * Written as cnn_file_save() does. */
bool sheet_save(const misreads *found, const cnn_model *model, const cnn_dataset *images,
                const char *path, cnn_error *error);

#endif
