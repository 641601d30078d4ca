"""Damage to a text: what slips, cuts, copies and malice do to it."""

# What readers of numbers, JSON, tables and addresses may stumble on, and what no person's screen may show.
NASTY = (
    *"\0\a\b\t\n\v\f\r\x1b\x7f\x85",
    *"\u00a0\u00ad\u0301\u0445\u0663\u061c\u200b\u200f\u2028\u2029\u202e\u2066\u2212\u3000\uff12",
    *"\ud800\udfff\ufeff\ufffe\ufffd\U0001d465\U0001f600\U000e0041\U0010ffff",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](//example.org/x.png)",
    "$\\href{//example.org}{x}$",
    "{{7*7}}",
    "%s%n",
    "%00",
    "__import__('os')",
    "'; DROP TABLE runs; --",
    *("nan", "NaN", "-inf", "Infinity", "1e999", "-0", "0x1F", "1_000", "1e-400"),
    "9" * 30,
    "9" * 5000,
)


def damaged(rng, text, pieces):
    """Return a text with one to four slips, from `rng`, in each of which `pieces` may come in."""
    for _ in range(rng.randint(1, 4)):
        text = _slip(rng, text, rng.choice(pieces))
    return text


def _slip(rng, text, piece):
    start = rng.randint(0, len(text))
    end = min(start + rng.choice((1, 1, 1, 2, 5, 40)), len(text))
    return rng.choice(
        (
            text[:start] + text[end:],
            text[:start] + piece + text[start:],
            text[:start] + piece + text[end:],
            text[:start] + text[start:end] * rng.choice((2, 3, 50)) + text[end:],
            text[:start],
            text[start:] + text[:start],
        )
    )
