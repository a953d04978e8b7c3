/* exp and log in plain arithmetic, so that every machine and compiler gives the same bits, which
 * libm does not promise. Relative error below 4e-16 (exp) and 4e-16 (log), tested. */
#ifndef BASE_EXPLOG_H
#define BASE_EXPLOG_H

/* Overflows to infinity above 709.78, underflows to 0 below -745.13; NaN stays NaN. */
double portable_exp(double x);
/* -infinity at 0, NaN below, infinity at infinity. */
double portable_log(double x);

/* cos(pi x) for x from 0 to 1: within 4e-16, and exact at 0, 1/2 and 1. */
double portable_cos_pi(double x);

#endif
