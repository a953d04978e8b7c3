/* Answers to the cases of a diagnosis by the library's back ends, right or with a mistake. */
#ifndef TESTS_ANSWERS_H
#define TESTS_ANSWERS_H

#include "cases.h"
#include "mistaken.h"

/* Fills in dx, dw and db as this back end computes them. */
void case_answer_with(const cnn_case *one, const ops *back);
/* Fills them in as the book with this mistake computes them. */
void case_answer_wrong(const cnn_case *one, const char *mistake);

/* Seeds the random shapes and inputs. */
void cases_begin(uint64_t seed);
size_t cases_pick(size_t least, size_t most);
/* A layer of this kind with a random shape. */
cnn_case *case_by_chance(const char *kind);
void cases_free(cnn_case **cases, size_t count);

/* Must succeed. */
cnn_diagnosis case_diagnosis(cnn_case **cases, size_t count);
/* Is this one of the explanations? other: the second mistake, or NULL. */
bool diagnosis_names(const cnn_diagnosis *d, const char *one, const char *other);
/* Prints it, before a test fails. */
void diagnosis_describe(const cnn_diagnosis *d, const char *wanted);

#endif
