"""The map of a page as SVG: regions as PNG, the true curves, the axes, and samples of how classes are drawn.

The regions and the curves are stretched over the map by the browser; positions of axes are shares of the
map in percent, so that lines and texts keep their size.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats
from polycore.pictures.class_map import FINE as PIXELS_OF_A_CELL
from polycore.pictures.class_map import ClassMap
from polycore.pictures.palette import CASING, PALETTE, SOLID, ClassStyle, class_colors
from polycore.pictures.png import data_url
from polycore.pictures.ticks import linear_ticks, tick_text
from polycore.polynomials.classes import Classes, curves_of
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.window import Window

WIDTH, HEIGHT = 4000, 3000  # units of curves: finer than pixels
PIECES = 160  # of a curve
MOST_TICKS = (7, 6)
MOST_PNG_BYTES = 48_000


def regions_image(picture: ClassMap, class_count: int) -> str:
    """Return the SVG element of the regions: the surer the network, the stronger the color."""
    rows, columns = picture.classes.shape
    # as in polycore.figures, the centers of the outer cells lie on the edges of the window
    width, height = (
        size / (1 - PIXELS_OF_A_CELL / count) for size, count in ((WIDTH, columns), (HEIGHT, rows))
    )
    return (
        f'<image x="{(WIDTH - width) / 2:.1f}" y="{(HEIGHT - height) / 2:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" preserveAspectRatio="none" href="{data_url(_png(picture, class_count))}"/>'
    )


def curves(classes: Classes, window: Window) -> str:
    """Return the SVG elements of the true curves; "" if the classes are names."""
    known = curves_of(classes)
    if not known:
        return ""
    shapes = "".join(
        f'<path id="curve-{label}" vector-effect="non-scaling-stroke" d="{_path(polynomial, window)}"/>'
        for label, polynomial in enumerate(known)
    )
    casing = f'stroke="{CASING}" stroke-width="5"'
    # first all casings: none may cover another curve
    styles = [(label, casing) for label, _ in enumerate(known)]
    styles += [(label, _stroke(style)) for label, style in enumerate(PALETTE[: len(known)])]
    lines = "".join(f'<use href="#curve-{label}" data-class="{label}" {style}/>' for label, style in styles)
    return f"<defs>{shapes}</defs>{lines}"


def axes(window: Window) -> str:
    """Return the SVG elements of the axes: lines through 0, and numbers beside the map."""
    (left, right), (low, high) = window
    across = [((tick - left) / (right - left), tick) for tick in linear_ticks(left, right, MOST_TICKS[0])]
    up = [((high - tick) / (high - low), tick) for tick in linear_ticks(low, high, MOST_TICKS[1])]
    return "".join(
        [
            *(f'<line x1="{x:.2%}" x2="{x:.2%}" y2="100%"/>' for x, tick in across if tick == 0),
            *(f'<line y1="{y:.2%}" y2="{y:.2%}" x2="100%"/>' for y, tick in up if tick == 0),
            *(_text(f'class="x" x="{x:.2%}" y="100%" dy="1.4em"', tick) for x, tick in across),
            *(_text(f'class="y" y="{y:.2%}" dx="-0.5em" dy="0.35em"', tick) for y, tick in up),
        ]
    )


def line_sample(label: int) -> str:
    """Return the line of a class as a small SVG, for a legend."""
    return _sample(f'<path d="M0 6H28" {_stroke(PALETTE[label])}/>')


def color_sample(label: int) -> str:
    """Return the color of a class as a small SVG, for the legend of a map without curves."""
    return _sample(f'<rect x="8" width="12" height="12" rx="3" fill="{PALETTE[label].color}"/>')


def _sample(shape: str) -> str:
    return f'<svg class="sample" viewBox="0 0 28 12" aria-hidden="true">{shape}</svg>'


def _png(picture: ClassMap, class_count: int) -> bytes:
    """Return the regions as a PNG, with fewer pixels if they are as intricate as noise."""
    painting, colors = picture.painting(), class_colors(class_count)
    while len(content := painting.png(colors)) > MOST_PNG_BYTES:
        painting = replace(painting, pixels=painting.pixels[::2, ::2])
    return content


def _path(polynomial: Polynomial, window: Window) -> str:
    (left, right), (low, high) = window
    x = np.linspace(left, right, PIECES + 1)
    # far outside the map a steep curve would exceed the coordinates of a browser
    up: Floats = np.clip((polynomial(x) - low) / (high - low), -1, 2)
    places = np.stack([np.linspace(0, WIDTH, PIECES + 1), (1 - up) * HEIGHT], axis=-1)
    points: NDArray[np.int64] = np.round(places).astype(np.int64)
    steps = " ".join(f"{across} {down}" for across, down in np.diff(points, axis=0).tolist())
    return f"M0 {points[0, 1]}l{steps}"


def _stroke(style: ClassStyle) -> str:
    dash = "" if style.dash == SOLID else f' stroke-dasharray="{style.dash.replace("px", "")}"'
    return f'stroke="{style.color}" stroke-width="2.5"{dash}'


def _text(position: str, tick: float) -> str:
    number = tick_text(tick).replace("-", "\N{MINUS SIGN}")
    return f"<text {position}>{number}</text>"
