/* Confusion matrix: which classes a model takes for which. */
#ifndef CLI_CONFUSION_H
#define CLI_CONFUSION_H

#include "cnn.h"

#include <jansson.h>
#include <stdio.h>

typedef struct confusion {
    size_t classes;
    size_t *counts; /* [true][guess]; NULL: too many classes */
    cnn_score score;
} confusion;

/* With more classes only the score is measured: their matrix would be larger than everything
 * else. */
#define CONFUSION_CLASSES 1000

/* Evaluates a model. Call confusion_free() in either case. */
bool confusion_measure(confusion *result, cnn_model *model, const cnn_dataset *images,
                       cnn_error *error);
void confusion_free(confusion *result);

size_t confusion_images(const confusion *result, size_t class);
double confusion_accuracy(const confusion *result, size_t class); /* NaN without images */

#define CONFUSION_PAIRS 5

/* Lists the pairs most often confused, worst first: "4 read as 9: 7 times, ..."; "none" if all is
 * right. Formatted for print_field(), with tabs inside a pair. Cut at size. */
void confusion_worst(const confusion *result, const cnn_model *model, char *text, size_t size);

/* Prints the accuracy of each class, and the matrix if 80 columns hold it. Prints nothing without
 * counts. */
void confusion_table(const confusion *result, const cnn_model *model, FILE *stream);

/* Arrays; null without counts. */
json_t *confusion_matrix(const confusion *result);
json_t *confusion_classes(const confusion *result, const cnn_model *model);

#endif
