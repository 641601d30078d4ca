"""Ready-made sets of polynomials."""

from polycore.polynomials.polynomial import Polynomial

INTRODUCTION_POLYNOMIALS = (Polynomial(-1, 0, 1), Polynomial(1, 0, 0, -2))

TUTORIAL_POLYNOMIALS = (
    Polynomial(3, 1),
    Polynomial(-2, -3),
    Polynomial(4, -1, -2),
    Polynomial(-1, 2, 0),
    Polynomial(3, 0, 2),
    Polynomial(1, -1, 3, 2),
    Polynomial(-3, 1, 0, 0),
    Polynomial(2, 0, 1, -2),
    Polynomial(5, -3, 1, -2, 2),
    Polynomial(-2, -3, 0, 4, 1),
    Polynomial(1, 0, -4, 2, 3),
    Polynomial(1, 0, 0, 0, -2),
)

STRAIGHT_LINES = (
    Polynomial(1, 0),
    Polynomial(-1, 0),
    Polynomial(2, 1),
    Polynomial(-2, 1),
    Polynomial(0.5, -1),
)

PARABOLAS = (
    Polynomial(1, 0, 0),
    Polynomial(-1, 0, 1),
    Polynomial(2, 1, -1),
    Polynomial(-2, 1, 2),
    Polynomial(0.5, -2, 0),
)

# The Chebyshev polynomials T3 to T5, each with a polynomial within 0.1 of it on all of [-1, 1].
NEARLY_COINCIDING = (
    Polynomial(4, 0, -3, 0),
    Polynomial(4, 0, -3, 0.1),
    Polynomial(8, 0, -8, 0, 1),
    Polynomial(8, 0, -8, 0, 0.9),
    Polynomial(16, 0, -20, 0, 5, 0),
    Polynomial(16, 0, -20, 0, 5.1, 0),
)
