/* Compares every back end of this processor with the book in a plain program, which is built for
 * other processors and run by an emulator. Exit code 1 if any differs. */
#include "same_bits.h"

#include <stdio.h>
#include <string.h>

enum { SHAPES = 150 };

static bool agrees(const ops *other) {
    const ops *book = other->roundings == 1 ? ops_book() : &book_twice;
    const char *problem = operations_differ(book, other, SHAPES, 0);
    if (!problem && other->roundings == 1)
        problem = steps_differ("ref", other->name, 0);
    printf("%s (%s): %s\n", other->name, other->instructions, problem ? problem : "the same bits");
    return !problem;
}

int main(void) {
    const ops *other;
    bool runs, good = strcmp(ops_best()->name, "ref") != 0;
    for (size_t i = 0; (other = ops_at(i, &runs)); i++)
        good = (!runs || agrees(other)) && good;
    return !good;
}
