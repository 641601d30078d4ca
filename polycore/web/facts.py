"""What a page says of a network: its title, what it has learned, its figures. The texts are not escaped."""

from collections.abc import Sequence

from polycore.class_name import ClassName
from polycore.formatting import loss_text, percent
from polycore.model.model import Model
from polycore.network.activations import ACTIVATIONS
from polycore.points.point_set import Axes, axes_sentence
from polycore.polynomials.classes import Classes, counted_classes, curves_of, noun_of


def classes_of(model: Model) -> Classes:
    """Return what stands for the classes: polynomials, names, or "class 0" and so on."""
    return model.shown_classes or tuple(map(ClassName, model.class_names))


def names_of(classes: Classes) -> list[str]:
    """Return the name of each class, such as "p3 = x²", or its own."""
    if not curves_of(classes):
        return [one.typeset for one in classes]
    return [f"p{label} = {polynomial.typeset}" for label, polynomial in enumerate(classes)]


def title_of(classes: Classes) -> str:
    """Return the question that the network answers."""
    return f"Which {noun_of(classes)} is this point {'on' if curves_of(classes) else 'in'}?"


def introduction_of(classes: Classes) -> str:
    """Say what the network has learned."""
    source = "from points on their curves" if curves_of(classes) else "from points of each"
    return f"A neural network has learned, {source}, to tell {counted_classes(classes)} apart."


def caption_of(classes: Classes, axes: Axes) -> str:
    """Say what the map shows, and what x and y are if they have names of their own."""
    regions = (
        f"Each point has the color of the network's most likely {noun_of(classes)}; the stronger the color, "
        "the surer it is."
    )
    if curves_of(classes):
        return f"{regions} The lines are the true curves: far from them it has seen no points."
    return f"{regions} Far from its points it has seen nothing. {axes_sentence(axes)}".rstrip()


def figures_of(model: Model) -> Sequence[tuple[str, str]]:
    """Return the figures of the network, each with its name."""
    held_out = model.held_out_accuracy
    return [
        *([] if held_out is None else [("Held-out accuracy", percent(held_out))]),
        ("Training accuracy", percent(model.accuracy)),
        ("Loss", f"{loss_text(model.loss)} nats"),
        ("Layers", "\N{RIGHTWARDS ARROW}".join(map(str, model.widths))),
        *([] if model.inputs.is_plain else [("Inputs", ", ".join(model.inputs.labels))]),
        *([("Activation", ACTIVATIONS[model.activation].label)] if len(model.weights) > 1 else []),
    ]
