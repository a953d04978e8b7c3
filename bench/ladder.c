/* ladder: times each rung on one thread, after checking that it gives the book's bits. Rungs
 * alternate; the shortest time over all rounds counts. Takes some seconds. */
#include "clock.h"
#include "ladder_problem.h"
#include "serve.h"

#include <stdio.h>

enum { IMAGES = 8, ROUNDS = 25 };
static const double least_seconds = 0.004; /* of one measurement */

/* Seconds for all images. */
static double measure(const ladder_problem *problem, const rung *rung) {
    size_t runs = 0;
    const double start = clock_seconds();
    double seconds = 0;
    for (; seconds < least_seconds; runs++, seconds = clock_seconds() - start)
        ladder_run(problem, rung);
    return seconds / (double)runs;
}

static void print_rungs(const ladder_problem *problem, const char *pass, const rung *all,
                        const double *seconds) {
    const double multiply_adds = ladder_multiply_adds(problem);
    printf("\n%-34s us an image  GMAC/s  times as fast as the rung before\n", pass);
    for (size_t i = 0; i < RUNGS; i++) {
        printf("  %zu %-30s %11.1f %7.2f", i + 1, all[i].idea, 1e6 * seconds[i] / IMAGES,
               1e-9 * multiply_adds / seconds[i]);
        if (i > 0)
            printf(" %8.2f", seconds[i - 1] / seconds[i]);
        puts("");
    }
}

static void climb(ladder_problem *problem, const rungs *rungs, const char *pass, const rung *all) {
    double seconds[RUNGS];
    for (size_t i = 0; i < RUNGS; i++) {
        char other[96];
        snprintf(other, sizeof other, "%s, rung %zu: not the bits of the book", pass, i + 1);
        serve_need(ladder_same_bits(problem, rungs, &all[i]) ? problem : NULL, other);
        seconds[i] = measure(problem, &all[i]);
    }
    for (size_t round = 1; round < ROUNDS; round++)
        for (size_t i = 0; i < RUNGS; i++) {
            const double again = measure(problem, &all[i]);
            seconds[i] = again < seconds[i] ? again : seconds[i];
        }
    print_rungs(problem, pass, all, seconds);
}

int main(void) {
    const rungs *rungs = ladder_rungs_at(0);
    ladder_problem *problem = serve_need(ladder_problem_create(IMAGES), "no memory");
    printf("ladder: 3 x 3 convolution, 16 channels to 32 over 16 x 16; %s; one thread\n",
           rungs->instructions);
    printf("each rung has the bits of the book%s\n",
           rungs->roundings == 1 ? "" : ", compiled with two roundings to a multiply-add");
    climb(problem, rungs, "forward", rungs->forward);
    climb(problem, rungs, "dw", rungs->dw);
    ladder_problem_free(problem);
    return 0;
}
