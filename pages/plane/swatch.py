"""The swatch of a class: a small picture of its line, dash and marker, as the figures draw them."""

import base64

from polycore.pictures.palette import PALETTE, SOLID

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
    return f'<img src="{address(label)}" width="{WIDTH}" height="{HEIGHT}" alt="">'


def address(label: int) -> str:
    """Return the same picture as a data URL: st.html removes SVG elements, and a label may have no HTML."""
    return f"data:image/svg+xml;base64,{base64.b64encode(_svg(label).encode()).decode()}"


def _svg(label: int) -> str:
    look = PALETTE[label]
    dash = "none" if look.dash == SOLID else look.dash.replace("px", "")
    shape = f'<polygon points="{_CORNERS[look.symbol]}"/>' if look.symbol != "circle" else '<circle r=".9"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" fill="{look.color}">'
        f'<path d="M0 {HEIGHT / 2}H{WIDTH}" stroke="{look.color}" stroke-width="2.5" '
        f'stroke-dasharray="{dash}"/>'
        f'<g transform="translate({WIDTH / 2} {HEIGHT / 2}) scale(5.5)">{shape}</g></svg>'
    )
