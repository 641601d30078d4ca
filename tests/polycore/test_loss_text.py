"""A loss as a reader sees it."""

import math

import pytest

from polycore.formatting import loss_text


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        pytest.param(0.0, "0", id="nothing"),
        pytest.param(-0.0, "0", id="nothing, by rounding"),
        pytest.param(5e-324, "4.94×10⁻³²⁴", id="the smallest number"),  # noqa: RUF001
        pytest.param(1e-12, "1.00×10⁻¹²", id="tiny"),  # noqa: RUF001
        pytest.param(0.0000999, "9.99×10⁻⁵", id="just below a tenth of a thousandth"),  # noqa: RUF001
        pytest.param(0.00009996, "0.000100", id="rounded up to it"),
        pytest.param(0.0004999, "0.000500", id="once 0.000"),
        pytest.param(0.002, "0.00200", id="thousandths"),
        pytest.param(0.66749, "0.667", id="the tutorial's"),
        pytest.param(0.9996, "1.00", id="nearly one"),
        pytest.param(math.log(12), "2.48", id="guessing among twelve"),
        pytest.param(12.3456, "12.3", id="tens"),
        pytest.param(123.4, "123", id="hundreds"),
        pytest.param(999.6, "1,000", id="nearly a thousand"),
        pytest.param(123_456.7, "123,457", id="many"),
        pytest.param(1e6, "1.00×10⁶", id="a million"),  # noqa: RUF001
        pytest.param(math.inf, "∞", id="without bound"),
        pytest.param(math.nan, "unknown", id="no number"),
    ],
)
def test_three_digits_are_significant(loss, text):
    assert loss_text(loss) == text
