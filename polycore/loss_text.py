"""A loss as a reader sees it, in nats: three digits that mean something, however small it is."""

import math

LARGEST_WRITTEN_OUT = 999_999.5
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def loss_text(loss: float) -> str:
    """Return a loss with three significant digits: 0.667, 0.000500, 123; below 0.0001 with a power of ten.

    Only a loss of 0 is "0". From 1,000 to 999,999 all digits before the point are written.
    """
    if loss == 0:
        return "0"
    if not math.isfinite(loss):
        return "∞" if loss > 0 else "unknown"
    if 999.5 <= loss < LARGEST_WRITTEN_OUT:
        return f"{loss:,.0f}"
    # with "#" the zeros at the end stay: a loss that falls keeps its width
    digits, _, exponent = f"{loss:#.3g}".removesuffix(".").partition("e")
    if not exponent:
        return digits
    return f"{digits}\N{MULTIPLICATION SIGN}10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
