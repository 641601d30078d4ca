"""A model as one HTML file, which answers about every point without a server."""

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape
from string import Template

from polycore.checks import check_type
from polycore.errors import PolycoreError
from polycore.formatting import loss_text, percent
from polycore.limits import MAX_COEFFICIENT
from polycore.model.model import Model
from polycore.network.activations import ACTIVATIONS
from polycore.network.parameters import widths_text
from polycore.pictures.class_map import class_map, map_in_words
from polycore.pictures.palette import PALETTE, REGION_OPACITY
from polycore.points.point_set import Axes, axes_sentence
from polycore.polynomials.classes import Classes, counted_classes, curves_of, noun_of
from polycore.version import __version__
from polycore.web import drawing
from polycore.web.script_inputs import MOST_PARAMETERS, bytes_of, curves_as_json, inputs_of, shapes_of
from polycore.web.scripts import asset

FORMAT = 1
SCRIPTS = ("network.js", "place.js", "label.js", "painter.js", "regions.js", "page.js")
_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def html_page(model: Model) -> str:
    """Return a page of one HTML file: the map of a model, which answers about a point under the pointer.

    The browser computes the answers by the model's own weights, which are in the file in full precision; the
    page needs no server and loads nothing. It shows the true curves if the classes are polynomials, and the
    figures of the network. docs/html-page.md says how a program reads the weights from it.

    A page has 25 to 110 kB and 11 bytes for each weight and bias: about 100 kB for the recommended network.

    Raises
    ------
    PolycoreError
        Unless `model` is a Model, if it has more than 250,000 weights and biases, and if a coefficient of its
        polynomials is larger than 1e6.
    """
    check_type("model", model, Model, "For a run, give run.best or run.current.")
    _check_size(model)
    classes, window = model.named_classes, model.shown_window
    source = "from points on their curves" if curves_of(classes) else "from points of each"
    picture = class_map(model.weights, model.biases, window, activation=model.activation, inputs=model.inputs)
    style = Template(asset("page.css")).substitute(accent=PALETTE[0].color)
    script = "".join(map(asset, SCRIPTS))
    return Template(asset("page.html")).substitute(
        policy=_policy(style, script),
        version=__version__,
        title=escape(f"Which {noun_of(classes)} is this point {'on' if curves_of(classes) else 'in'}?"),
        introduction=escape(
            f"A neural network has learned, {source}, to tell {counted_classes(classes)} apart."
        ),
        caption=escape(_caption_of(classes, model.axes)),
        alt=escape(map_in_words(classes, *window, picture.areas, picture.probability)),
        size=f"0 0 {drawing.WIDTH} {drawing.HEIGHT}",
        opacity=REGION_OPACITY,
        columns=picture.classes.shape[1],
        regions=drawing.regions_image(picture, len(classes)),
        curves=drawing.curves(classes, window),
        axes=drawing.axes(window),
        legend=_legend(classes),
        figures="".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
            for name, value in _figures_of(model)
        ),
        count=f"{model.parameter_count:,}",
        network=_network(model),
        style=style,
        script=script,
    )


def _check_size(model: Model) -> None:
    count = model.parameter_count
    if count > MOST_PARAMETERS:
        raise PolycoreError(
            f"model: got {count:,} weights and biases; expected at most {MOST_PARAMETERS:,}, with "
            "which a browser can compute. Use fewer or narrower layers, or save a weight file."
        )
    largest = max((abs(number) for one in model.polynomials for number in one.coefficients), default=0.0)
    if largest > MAX_COEFFICIENT:
        raise PolycoreError(
            f"model: got a polynomial with a coefficient of size {largest:.3g}; expected at most "
            f"{MAX_COEFFICIENT:g}, so that a map can show its curve."
        )


def _policy(*inline: str) -> str:
    """Return what the browser may do: run exactly this style and script, and load nothing.

    Source: Content Security Policy Level 3, W3C, section 2.3.1.
    """
    style, script = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline)
    return (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _legend(classes: Classes) -> str:
    sample, names = drawing.color_sample, [one.typeset for one in classes]
    if curves_of(classes):
        sample, names = drawing.line_sample, [f"p{label} = {name}" for label, name in enumerate(names)]
    return "".join(
        f'<li data-color="{style.color}" title="{escape(name)}">{sample(label)}<bdi>{escape(name)}</bdi></li>'
        for label, (name, style) in enumerate(zip(names, PALETTE, strict=False))
    )


def _network(model: Model) -> str:
    """Return the model as JSON for a script element, which "<" could end: it is written as an escape."""
    values = {
        "format": FORMAT,
        "polycore": __version__,
        "activation": model.activation,
        "classes": model.class_names,
        "axes": model.axes,
        **curves_as_json(model),
        "loss": model.loss,
        "accuracy": model.accuracy,
        "held_out_accuracy": model.held_out_accuracy,
        "inputs": inputs_of(model),
        "shapes": shapes_of(model),
        "numbers": base64.b64encode(bytes_of(model)).decode(),
    }
    return json.dumps(values, separators=(",", ":"), allow_nan=False).translate(_MARKUP)


# --- what the page says of the network; these texts are not escaped ---------------------------


def _caption_of(classes: Classes, axes: Axes) -> str:
    """Say what the map shows, and what x and y are if they have names of their own."""
    regions = (
        f"Each point has the color of the network's most likely {noun_of(classes)}; the stronger the color, "
        "the surer it is."
    )
    if curves_of(classes):
        return f"{regions} The lines are the true curves: far from them it has seen no points."
    return f"{regions} Far from its points it has seen nothing. {axes_sentence(axes)}".rstrip()


def _figures_of(model: Model) -> Sequence[tuple[str, str]]:
    """Return the figures of the network, each with its name."""
    held_out = model.held_out_accuracy
    return [
        *([] if held_out is None else [("Held-out accuracy", percent(held_out))]),
        ("Training accuracy", percent(model.accuracy)),
        ("Loss", f"{loss_text(model.loss)} nats"),
        ("Layers", widths_text(model.widths)),
        *([] if model.inputs.is_plain else [("Inputs", ", ".join(model.inputs.labels))]),
        *([("Activation", ACTIVATIONS[model.activation].label)] if len(model.weights) > 1 else []),
    ]
