"""A model as one HTML file, which answers about every point without a server."""

import base64
import hashlib
import json
from html import escape
from string import Template

from polycore.checks import check_type
from polycore.errors import PolycoreError
from polycore.limits import MAX_COEFFICIENT
from polycore.model.model import Model
from polycore.pictures.class_map import ClassMap, class_map
from polycore.pictures.palette import PALETTE, REGION_OPACITY
from polycore.pictures.words import regions
from polycore.polynomials.classes import Classes, curves_of
from polycore.polynomials.window import Window
from polycore.version import __version__
from polycore.web import drawing, facts, parameters
from polycore.web.assets import asset

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
    classes, window = facts.classes_of(model), model.shown_window
    picture = class_map(model.weights, model.biases, window, activation=model.activation, inputs=model.inputs)
    style, script = asset("page.css"), "".join(map(asset, SCRIPTS))
    return Template(asset("page.html")).substitute(
        policy=_policy(style, script),
        version=__version__,
        title=escape(facts.title_of(classes)),
        introduction=escape(facts.introduction_of(classes)),
        caption=escape(facts.caption_of(classes, model.axes)),
        alt=escape(_alternative_text(classes, window, picture)),
        size=f"0 0 {drawing.WIDTH} {drawing.HEIGHT}",
        opacity=REGION_OPACITY,
        columns=picture.classes.shape[1],
        regions=drawing.regions_image(picture, len(classes)),
        curves=drawing.curves(classes, window),
        axes=drawing.axes(window),
        legend=_legend(classes),
        figures="".join(_figure(name, value) for name, value in facts.figures_of(model)),
        count=f"{parameters.count_of(model):,}",
        network=_network(model),
        style=style,
        script=script,
    )


def _check_size(model: Model) -> None:
    count = parameters.count_of(model)
    if count > parameters.MOST_PARAMETERS:
        raise PolycoreError(
            f"model: got {count:,} weights and biases; expected at most {parameters.MOST_PARAMETERS:,}, with "
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


def _alternative_text(classes: Classes, window: Window, picture: ClassMap) -> str:
    return regions(classes, *window, picture.areas, picture.probability)


def _legend(classes: Classes) -> str:
    sample = drawing.line_sample if curves_of(classes) else drawing.color_sample
    return "".join(
        f'<li data-color="{look.color}" title="{escape(name)}">{sample(label)}<bdi>{escape(name)}</bdi></li>'
        for label, (name, look) in enumerate(zip(facts.names_of(classes), PALETTE, strict=False))
    )


def _figure(name: str, value: str) -> str:
    return f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"


def _network(model: Model) -> str:
    """Return the model as JSON for a script element, which "<" could end: it is written as an escape."""
    values = {
        "format": FORMAT,
        "polycore": __version__,
        "activation": model.activation,
        "classes": model.class_names,
        **parameters.curves_of(model),
        "loss": model.loss,
        "accuracy": model.accuracy,
        "held_out_accuracy": model.held_out_accuracy,
        "inputs": parameters.inputs_of(model),
        "shapes": parameters.shapes_of(model),
        "numbers": base64.b64encode(parameters.bytes_of(model)).decode(),
    }
    return json.dumps(values, separators=(",", ":"), allow_nan=False).translate(_MARKUP)
