/* Compiles all pages of the book as one unit and exports their table. Built once for each number
 * type and instruction set; BOOK_TABLE names the table, CNN_REAL the type. */
#include "pages.h"

const ops BOOK_TABLE = {
    .name = "ref",
    .instructions = "plain loops",
    .roundings = CNN_ROUNDINGS,
    BOOK_PAGES(step),
};
