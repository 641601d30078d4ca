"""How to read the picture of a step: its headings, and what lines, numbers and maps are in each scene."""

from collections.abc import Mapping

from pages.inside.step_numbers import bias_of, leaving_from, output_of, short_text, sum_of
from pages.state.view import StepScene
from polycore.inspection.step_detail import StepDetail
from polycore.network.activations import ACTIVATIONS

TIMES = "\N{MULTIPLICATION SIGN}"

# what the colors of lines say. On the way back a slope below 0 is blue: it pulls up, and in the change, what
# goes up is blue.
COLORS: Mapping[StepScene, str] = {
    "Forward": "Blue raises a sum, orange lowers it; wider is more.",
    "Loss": "Lines are gray: nothing flows in this scene.",
    "Back": "Blue, below 0, pulls up; orange pulls down; wider is more.",
    "Change": "Blue will go up, orange down; wider is more.",
}


def headings(detail: StepDetail, scene: StepScene, after: int) -> list[str]:
    """Return what stands above the left and the right, which is layer `after`."""
    layer, last = detail.weight.index.layer, len(detail.step.changes) - 1
    before = "inputs" if layer == 0 else f"layer {layer}"
    behind = "" if layer == last else "outputs" if after == last else f"layer {after + 1}"
    if scene == "Change":
        return [f"weights from {before}", f"weights to {behind}" if behind else ""]
    if layer == 0 and detail.experiment.standardize:
        before = "inputs, scaled"
    return [before, behind]


def caption(detail: StepDetail, scene: StepScene, after: int, counts: tuple[int, int]) -> list[str]:
    """Return the caption, line by line.

    after: the layer on the right. counts: how many neurons are drawn on the left and on the right.
    """
    last = f"{_maps(detail, after)} {_strongest(detail, after, counts)}"
    return [*flow(detail, scene), last.rstrip()]


def flow(detail: StepDetail, scene: StepScene) -> list[str]:
    """Return what a scene's lines carry, and how their numbers make that of the large neuron."""
    match scene:
        case "Forward":
            return _flow_forward(detail)
        case "Loss":
            return _outputs(detail)
        case "Back":
            return _flow_back(detail) if detail.follows_slopes else ["No slopes flow back."]
        case "Change":
            right = " Right: those from it." if _has_right(detail) else ""
            return [
                f"Left: the weights to the large neuron.{right} Numbers: what the step will add to each.",
                f"{COLORS[scene]} {_who_decides(detail)}".rstrip(),
            ]


def _who_decides(detail: StepDetail) -> str:
    """Say that a change may differ from the slopes on the way back, which are of one point."""
    if not detail.follows_slopes or len(detail.errors) == 1:
        return ""
    return f"The mean of all {len(detail.errors):,} points decides, not point {detail.point.index:,} alone."


def _has_right(detail: StepDetail) -> bool:
    return leaving_from(detail) is not None


def _flow_forward(detail: StepDetail) -> list[str]:
    count, total = detail.experiment.widths[detail.weight.index.layer], short_text(sum_of(detail))
    adds = f"Left: number {TIMES} weight = what it adds."
    left = f"{adds} With the bias, {short_text(bias_of(detail))}, the sum of {_all(count)} is {total}"
    if not _has_right(detail):
        return [f"{left}; softmax makes it a probability.", COLORS["Forward"]]
    output = short_text(output_of(detail))
    return [
        f"{left}; {_activation(detail)} makes it {output}.",
        f"Right: {output} {TIMES} weight = what it adds to the sum there. {COLORS['Forward']}",
    ]


def _outputs(detail: StepDetail) -> list[str]:
    if not _has_right(detail):
        return ["How likely this class is for the network.", COLORS["Loss"]]
    between = range(detail.weight.index.layer + 2, len(detail.step.changes))
    left_out = ""
    if len(between) == 1:
        left_out = f" Layer {between[0]}, in between, is not drawn."
    elif between:
        left_out = f" Layers {between[0]} to {between[-1]}, in between, are not drawn."
    return [
        "Right: how likely each class is for the network, in its color; \u2713 is the point's own class.",
        f"{COLORS['Loss']}{left_out}",
    ]


def _flow_back(detail: StepDetail) -> list[str]:
    index, slopes = detail.weight.index, detail.point.layers[detail.weight.index.layer]
    slope = short_text(slopes.slopes[index.neuron])
    left = f"Left: what came in {TIMES} {slope} = slope of that weight. {COLORS['Back']}"
    if not _has_right(detail):
        return [f"The slope here, {slope}, is the probability of the class minus the truth.", left]
    count, through = detail.experiment.widths[index.layer + 2], _activation(detail)
    if detail.point.factors is not None:
        through += " and dropout"
    arriving = f"Sum of {_all(count)}: {short_text(slopes.arriving[index.neuron])}"
    derivative = short_text(slopes.derivatives[index.neuron])
    passes = f"{TIMES} {derivative}, the slope of {through}: {slope}"
    flows = f"Right: slope {TIMES} weight = what flows back, not that weight's slope."
    return [f"{flows} {arriving}; {passes}.", left]


def _all(count: int) -> str:
    return "both" if count == 2 else f"all {count}"


def _maps(detail: StepDetail, after: int) -> str:
    last = len(detail.step.changes) - 1
    if last == 0:
        return "Maps: of inputs, blue above their mean; of an output, its probability."
    below = "; of outputs, probabilities" if after >= last else ", orange below"
    return f"Maps: sums before {_activation(detail)}, blue above 0{below}."


def _activation(detail: StepDetail) -> str:
    return ACTIVATIONS[detail.experiment.activation].label


def _strongest(detail: StepDetail, after: int, counts: tuple[int, int]) -> str:
    widths, (left, right) = detail.experiment.widths, counts
    shown = []
    if left < (width := widths[detail.weight.index.layer]):
        shown.append(f"{left} of {width} left")
    if right and right < (width := widths[after + 1]):
        shown.append(f"{right} of {width} right")
    return f"Shown: the strongest, {', '.join(shown)}." if shown else ""
