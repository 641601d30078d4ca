"""How a class looks outside of figures: a swatch of its line, dash and marker, and cells in its color."""

from polycore.figures.compare import svg_dash, svg_url
from polycore.pictures.palette import PALETTE

WIDTH, HEIGHT = 44, 16  # pixels

# Corners of each marker in a square from -1 to 1, approximating Plotly's shapes.
_CORNERS = {
    "square": "-.8,-.8 .8,-.8 .8,.8 -.8,.8",
    "diamond": "0,-1.1 1.1,0 0,1.1 -1.1,0",
    "triangle-up": "0,-1 1,.8 -1,.8",
    "triangle-down": "0,1 1,-.8 -1,-.8",
    "triangle-left": "-1,0 .8,1 .8,-1",
    "triangle-right": "1,0 -.8,1 -.8,-1",
    "x": "0,-.5 .5,-1 1,-.5 .5,0 1,.5 .5,1 0,.5 -.5,1 -1,.5 -.5,0 -1,-.5 -.5,-1",
    "cross": "-.35,-1 .35,-1 .35,-.35 1,-.35 1,.35 .35,.35 .35,1 -.35,1 -.35,.35 -1,.35 -1,-.35 -.35,-.35",
    "star": "0,-1.1 .28,-.36 1.06,-.34 .45,.14 .66,.9 0,.46 -.66,.9 -.45,.14 -1.06,-.34 -.28,-.36",
    "hourglass": "-.9,-1 .9,-1 -.9,1 .9,1",
    "bowtie": "-1,-.9 1,.9 1,-.9 -1,.9",
}


def image(label: int) -> str:
    """Return the swatch of class `label` as an HTML image."""
    return f'<img src="{url(label)}" width="{WIDTH}" height="{HEIGHT}" alt="">'


def url(label: int) -> str:
    """Return the same picture as a data URL: st.html removes SVG elements, and a label may have no HTML."""
    look = PALETTE[label]
    shape = f'<polygon points="{_CORNERS[look.symbol]}"/>' if look.symbol != "circle" else '<circle r=".9"/>'
    return svg_url(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" fill="{look.color}">'
        f'<path d="M0 {HEIGHT / 2}H{WIDTH}" stroke="{look.color}" stroke-width="2.5" '
        f'stroke-dasharray="{svg_dash(look.dash)}"/>'
        f'<g transform="translate({WIDTH / 2} {HEIGHT / 2}) scale(5.5)">{shape}</g></svg>'
    )


def cell_style(label: int) -> str:
    """Return the CSS of a table cell in the color of class `label`, with black or white text.

    The text has whichever has more contrast with the color (WCAG 2.1: by relative luminance).
    """
    look = PALETTE[label]
    channels = (channel / 255 for channel in look.rgb)
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # both contrasts are equal where luminance + 0.05 is the geometric mean of 0.05 and 1.05, which is 0.229
    text = "black" if luminance + 0.05 > (0.05 * 1.05) ** 0.5 else "white"
    return f"background-color: {look.color}; color: {text}"
