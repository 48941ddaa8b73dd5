/*
 * binomial - how likely is a count like this by chance? Exact, for any size
 *
 * Two Poisson counts n0 and n1 over exposures d0 and d1 have equal rates: given n = n0 + n1, n1 is binomial with n and p = d1 / (d0 + d1) (Przyborowski and Wilenski, 1940). Its tails are
 * regularized incomplete beta functions, which are reckoned as logarithms, so that nothing overflows or vanishes: P(X >= k) = I_p(k, n - k + 1).
 */
#ifndef IR_BASE_BINOMIAL_H
#define IR_BASE_BINOMIAL_H

/* Decimal logarithms of P(n1 or more of n0 + n1) and of P(n1 or fewer). p from 0 to 1. Counts need not be whole: those of events that come in bursts are divided by their dispersion. */
double ir_binomial_upper(double n0, double n1, double p);
double ir_binomial_lower(double n0, double n1, double p);

#endif
