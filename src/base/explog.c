/* Computes exp, log and cos: each reduces its argument to a short interval, without losing digits,
 * and sums a plain series there. From libm they use only floor(), frexp() and ldexp(), whose
 * results are exact. Fitted polynomials would be faster, but a series can be checked by hand, and
 * softmax needs few of these: one exp per class and one log per image. */
#include "explog.h"

#include <math.h>

/* ln 2 in two parts, after Cody and Waite (1980): the high part has 32 bits, so that k * LN2_HIGH
 * is exact for every exponent k of a double. */
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define LN2_INVERSE 0x1.71547652b82fep+0

/* 1 / i, as a division takes as long as five multiplications and cannot overlap with anything
 * else. */
static const double OVER[] = {0,        1,        1.0 / 2,  1.0 / 3,  1.0 / 4,
                              1.0 / 5,  1.0 / 6,  1.0 / 7,  1.0 / 8,  1.0 / 9,
                              1.0 / 10, 1.0 / 11, 1.0 / 12, 1.0 / 13, 1.0 / 14};

/* exp(x) = 2^k exp(r) with |r| <= ln 2 / 2; exp(r) by Taylor's series, 14 terms: the first omitted
 * one is below 1e-18. */
double portable_exp(double x) {
    if (x != x)
        return x;
    if (x > 709.79)
        return INFINITY;
    if (x < -745.14)
        return 0;
    const double k = floor(x * LN2_INVERSE + 0.5);
    /* The first difference is exact, as its operands are close; the second adds the part of ln 2
     * that LN2_HIGH lacks. */
    const double high = x - k * LN2_HIGH, r = high - k * LN2_LOW;
    double sum = 0;
    for (int i = 14; i >= 2; i--)
        sum = (sum + 1) * (r * OVER[i]);
    /* The 1 is added last: earlier, it would round away the digits of the small terms. */
    return ldexp(1 + (r + r * sum), (int)k);
}

/* log(x) = k ln 2 + log(m) with m in [sqrt(1/2), sqrt(2)); log(m) = 2 artanh(s), s = (m-1)/(m+1),
 * by its odd series up to s^23: |s| < 0.172, so the first omitted term is below 1e-20. */
double portable_log(double x) {
    if (x != x || x < 0)
        return NAN;
    if (x == 0)
        return -INFINITY;
    if (x == INFINITY)
        return x;
    int k;
    double m = frexp(x, &k);
    /* frexp() returns m in [1/2, 1). For an x just above 1 that would give ln 2 minus nearly ln 2,
     * which loses all digits. */
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        k--;
    }
    const double s = (m - 1) / (m + 1), square = s * s;
    double sum = 0;
    for (int i = 23; i >= 3; i -= 2)
        sum = (sum + 1.0 / i) * square;
    return k * LN2_HIGH + (k * LN2_LOW + 2 * (s + s * sum));
}

/* Taylor's series of cos(a) or sin(a) from a given term on, |a| <= pi / 4: the error after ten
 * terms is 1e-19. */
static double alternate(double term, double square, double n) {
    double sum = term;
    for (int i = 0; i < 10; i++, n += 2) {
        term *= -square / (n * (n + 1));
        sum += term;
    }
    return sum;
}

double portable_cos_pi(double x) {
    const double pi = 0x1.921fb54442d18p+1;
    if (x > 0.5)
        return -portable_cos_pi(1 - x);
    const double a = pi * (x <= 0.25 ? x : 0.5 - x);
    return x <= 0.25 ? alternate(1, a * a, 1) : alternate(a, a * a, 2);
}
