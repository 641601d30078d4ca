"""Draw docs/density.svg: where a run draws its points on one curve, beside the crossings of that curve.

    .venv/bin/python docs/draw_density.py

It trains the recommended experiment for some hundred steps, a fraction of a second. Another processor may
round in another way, and then the picture differs in details.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import polycore as pc  # noqa: E402  # needs the path above
from polycore.pictures.palette import PALETTE  # noqa: E402
from polycore.polynomials.crossings import crossings_of_pairs  # noqa: E402

STEPS = 700
CURVE = 4  # 3x² + 2
INK = "#80868f"  # readable on light and on dark pages, as in the benchmarks' plots
WIDTH, LEFT, RIGHT = 720, 52, 708  # pixels, as all below
CURVES_TOP, CURVES_BOTTOM = 12, 212
DENSITY_TOP, DENSITY_BOTTOM = 236, 352
HEIGHT = 394
Y_RANGE = (1.05, 5.2)
CELLS_A_BAR = 3
TICKS = (-1, -0.5, 0, 0.5, 1)

Line = list[tuple[float, float]]


def main() -> None:
    """Train, and write the picture."""
    experiment = pc.Experiment.recommended()
    run = pc.advance(pc.start(experiment), STEPS)
    density = _density(run)
    file = HERE / "density.svg"
    file.write_text("\n".join(_svg(experiment, density)) + "\n", encoding="utf-8")
    near = _is_near(_crossings(experiment), len(density))
    print(f"{density[near].mean() / density[~near].mean():.1f} times as dense within 0.05 of a crossing")  # noqa: T201


def _density(run: pc.Run) -> np.ndarray:
    """Return how dense the points on the curve are, 1 being even, in bars of several cells."""
    cells = np.diff(run.errors.cumulative(shared=False)).reshape(run.errors.errors.shape)[CURVE]
    cells = cells[: len(cells) // CELLS_A_BAR * CELLS_A_BAR].reshape(-1, CELLS_A_BAR)
    return cells.mean(axis=1) * run.errors.errors.shape[1]


def _crossings(experiment: pc.Experiment) -> list[float]:
    pairs = crossings_of_pairs(experiment.polynomials, *experiment.x_range)
    return sorted({round(x, 6) for pair, xs in pairs.items() if CURVE in pair for x in xs or ()})


def _is_near(crossings: list[float], bars: int) -> np.ndarray:
    middles = (np.arange(bars) + 0.5) / bars * 2 - 1
    return np.abs(middles[:, np.newaxis] - crossings).min(axis=1) < 0.05


def _svg(experiment: pc.Experiment, density: np.ndarray) -> Iterable[str]:
    color, top = PALETTE[CURVE].color, float(np.ceil(density.max()))
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
    yield f' font-size="13" fill="none" stroke-linejoin="round" stroke="{INK}">'
    yield f'<clipPath id="plane"><rect x="{LEFT}" y="{CURVES_TOP}" width="{RIGHT - LEFT}"'
    yield f' height="{CURVES_BOTTOM - CURVES_TOP}"/></clipPath>'
    for x in _crossings(experiment):
        yield f'<path d="M{_across(x):.1f} {CURVES_TOP}V{DENSITY_BOTTOM}" stroke-dasharray="2 4"/>'
    yield '<g clip-path="url(#plane)">'
    for polynomial in experiment.polynomials:
        yield _path(_curve(polynomial), 'stroke-opacity="0.55"')
    yield _path(_curve(experiment.polynomials[CURVE]), f'stroke="{color}" stroke-width="3"') + "</g>"
    for x in _crossings(experiment):
        y = float(experiment.polynomials[CURVE](x))
        yield f'<circle cx="{_across(x):.1f}" cy="{_down(y):.1f}" r="4.5" fill="{color}" stroke="none"/>'
    yield _path(_outline(density, top), f'fill="{color}" fill-opacity="0.75" stroke="none"')
    yield f'<path d="M{LEFT} {DENSITY_BOTTOM}H{RIGHT}"/>'
    yield f'<g stroke="none" text-anchor="middle" fill="{INK}">'
    for x in TICKS:
        yield f'<text x="{_across(x):.0f}" y="{DENSITY_BOTTOM + 18}">{x:g}</text>'.replace("-", "\u2212")
    yield f'<text x="{(LEFT + RIGHT) / 2:g}" y="{HEIGHT - 6}">x</text>'
    for words, y in (("y", CURVES_TOP + CURVES_BOTTOM), ("density", DENSITY_TOP + DENSITY_BOTTOM)):
        yield f'<text transform="translate(16 {y / 2:g}) rotate(-90)">{words}</text>'
    yield f'</g><g stroke="none" text-anchor="end" fill="{INK}">'
    for value in (1, top):
        yield f'<text x="{LEFT - 8}" y="{_up(value, top) + 4:.0f}">{value:g}</text>'
    yield "</g></svg>"


def _across(x: float) -> float:
    return LEFT + (x + 1) / 2 * (RIGHT - LEFT)


def _down(y: float) -> float:
    low, high = Y_RANGE
    return CURVES_BOTTOM - (y - low) / (high - low) * (CURVES_BOTTOM - CURVES_TOP)


def _up(density: float, top: float) -> float:
    return DENSITY_BOTTOM - density / top * (DENSITY_BOTTOM - DENSITY_TOP)


def _curve(polynomial: pc.Polynomial) -> Line:
    return [(_across(x), _down(float(polynomial(x)))) for x in np.linspace(-1, 1, 49)]


def _outline(density: np.ndarray, top: float) -> Line:
    """Return the bars' outline, from the axis up and back to it."""
    borders = [_across(x) for x in np.linspace(-1, 1, len(density) + 1)]
    heights = [_up(value, top) for value in density]
    bars = [(x, height) for at, height in enumerate(heights) for x in borders[at : at + 2]]
    return [(borders[0], DENSITY_BOTTOM), *bars, (borders[-1], DENSITY_BOTTOM)]


def _path(line: Line, look: str) -> str:
    return f'<path d="M{" ".join(f"{x:.1f} {y:.1f}" for x, y in line)}" {look}/>'


if __name__ == "__main__":
    main()
