"""The four scenes of a step: each number by hand for a network 2→2→2, in words, in TeX and in the picture."""

from dataclasses import replace

import pytest

import polycore as pc
from pages.inside import step_caption, step_picture, step_scenes
from pages.inside.step_scenes import scene_text
from polycore.figures import NEGATIVE_COLOR, POSITIVE_COLOR
from polycore.inspection import ParameterIndex
from polycore.inspection.step_detail import StepChoice, Trail, step_detail
from polycore.optimizers.adam import FIRST_STEP
from tests.polycore.test_next_step import RELU, run_by_hand, run_of
from tests.runs import KINDS, TINY

FIRST = ParameterIndex(0, 0, 0)  # from x to the first neuron
SCENES = tuple(step_scenes.TITLES)


def detail_of(point=0, weight=FIRST, **settings):
    """Return the step of RELU of test_next_step.py, whose numbers are written out there."""
    return step_detail(run_by_hand(**RELU, **settings), StepChoice(point, weight))


def lines(text):
    """Return the calculations of a scene, without what keeps their terms in one line."""
    return [line.replace(r"\nobreak", "") for part in text.parts for line in part.lines]


def cells(part):
    return [(row.label, *row.cells) for row in part.rows]


def test_forward_has_the_sum_the_output_and_the_probabilities_by_hand():
    text = scene_text(detail_of(), "Forward")
    assert lines(text) == [r"$z = 2 \cdot 1 + 1 \cdot 0 + 1 = 3$", r"$a = \max(0, z) = 3$"]
    # 1 / (1 + e^4) is 1.8 %
    assert cells(text.parts[-1]) == [(0, "1.8 %", "its class"), (1, "98.2 %", "")]


def test_at_an_output_forward_ends_with_its_share():
    text = scene_text(detail_of(weight=ParameterIndex(1, 1, 0)), "Forward")
    assert lines(text) == [
        r"$z = 3 \cdot 2 + 0 \cdot 5 + 1 = 7$",
        r"$p = \frac{e^{7}}{\sum_j e^{z_j}} = 0.982$",
    ]


def test_the_loss_is_by_hand_minus_the_logarithm_of_the_probability():
    text = scene_text(detail_of(), "Loss")
    # log(1 + e^4) = 4.0181, and the mean with log(1 + e^−3) = 0.04859 is 2.0334
    assert lines(text) == [r"$p = 0.01799$", r"$L = -\ln p = -\ln 0.01799 = 4.018$", r"$\bar{L} = 2.033$"]
    assert text.parts[1].note == (
        "In nats: 0 if certain and right, 0.693 for an even guess among\N{NO-BREAK SPACE}2."
    )
    assert text.because == "That is more than the mean of the step's points."


def test_the_way_back_is_by_hand():
    text = scene_text(detail_of(), "Back")
    assert cells(text.parts[0]) == [(0, "0.01799 − 1", "= −0.982"), (1, "0.982 − 0", "= 0.982")]
    # 1·(−S) + 2·S = S passes ReLU, and the weight gets 2·S = 1.964
    assert lines(text) == [
        r"$\text{arriving} = \left(-0.982\right) \cdot 1 + 0.982 \cdot 2 = 0.982$",
        r"$d = \text{arriving} \cdot f = 0.982 \cdot 1 = 0.982$",
        r"$\frac{\partial L}{\partial w} = 2 \cdot 0.982 = 1.964$",
    ]
    # the mean of 1.964 and −0.04743
    assert text.parts[-1].note == (
        "The mean of all 2 points, 0.9583, decides, not how many pull this weight up (1) or down (1)."
    )
    assert text.said == (
        "Positive slope: point 0 pulls this weight down. With a smaller weight its loss would be lower."
    )
    # of class b: 1·(1 − S) + 2·(S − 1) = S − 1 = −0.01799, times 2; the mean with −0.04743 is −0.0417
    assert text.because == (
        "If point 0 were of the class b, it would pull this weight up (slope −0.03597). That alone would "
        "turn the mean, to −0.0417."
    )


def test_a_point_that_would_not_turn_the_mean_is_said_not_to():
    # of class a, point 1 has 1·(R − 1) + 2·(1 − R) = 1 − R = 0.9526, times 1: the mean with 1.964 is 1.458
    text = scene_text(detail_of(point=1), "Back")
    assert text.said.startswith("Negative slope: point 1 pulls this weight up. With a larger weight ")
    assert text.because == (
        "If point 1 were of the class a, it would pull this weight down (slope 0.9526). The mean would then "
        "be 1.458, with the same sign."
    )


def test_a_bias_is_not_called_a_weight():
    text = scene_text(detail_of(weight=ParameterIndex(0, 0)), "Back")
    assert text.said == (
        "Positive slope: point 0 pulls this bias down. With a smaller bias its loss would be lower."
    )


def test_the_points_for_which_a_neuron_is_off_are_counted_as_such():
    # With weights of 5 and 4 behind it, neuron 1 is on for point 1 alone. That has the logits 7 and 9, so an
    # error of 1 / (1 + e²) = 0.1192, and a slope of (5 − 4) · 0.1192 · 1
    other = RELU | {"weights": (RELU["weights"][0], [[1, 2], [5, 4]])}
    detail = step_detail(run_by_hand(**other), StepChoice(1, ParameterIndex(0, 1, 0)))
    assert scene_text(detail, "Back").parts[-1].note == (
        "The mean of all 2 points, 0.0596, decides, not how many pull this weight up (0) or down (1); for 1 "
        "the neuron is off."
    )


def test_a_neuron_that_is_off_for_all_points_is_said_to_be():
    # its weights of −5 make sums of −15 at (2, 1) and (1, 2)
    other = RELU | {"weights": ([[1, -5], [0, -5]], RELU["weights"][1])}
    detail = step_detail(run_by_hand(**other), StepChoice(0, ParameterIndex(0, 1, 0)))
    assert scene_text(detail, "Back").parts[-1].note == (
        "The mean of all 2 points is 0: the neuron is off for each of them."
    )


def test_a_slope_of_0_without_a_neuron_that_is_off_is_said_to_be_just_that():
    # neuron 1 gives 0 for point 0 and 1 for point 1: to an output, never off, the slopes are 0 and R
    note = scene_text(detail_of(weight=ParameterIndex(1, 0, 1)), "Back").parts[-1].note
    assert note == (
        "The mean of all 2 points, 0.02371, decides, not how many pull this weight up (0), down (1) or not "
        "at all (1)."
    )


def test_of_one_point_the_slope_is_the_mean():
    run = pc.start(replace(TINY, batch_size=1))
    text = scene_text(step_detail(run, StepChoice(0)), "Back")
    assert text.parts[-1].note == step_scenes.ONLY_POINT
    assert "the mean" not in text.because


def test_the_change_is_by_hand_and_its_direction_that_of_the_update():
    text = scene_text(detail_of(), "Change")
    assert lines(text)[-1] == r"$w_{\text{new}} = w - \text{rate} \cdot g = 1 - 1 \cdot 0.9583 = 0.0417$"
    assert text.said == (
        "This weight will go down by 0.9583: its mean slope over 2 points is above 0, so a smaller weight "
        "means less loss."
    )
    assert text.because.startswith(
        "With a mean slope below 0 it would go up. All weights together change the loss of all 2 training "
        "points: 2.033 → "
    )


def test_a_point_that_pulls_the_other_way_is_said_to_do_so():
    # the second point's slope is −R, so it pulls up; the mean of both pulls down
    text = scene_text(detail_of(point=1), "Change")
    assert " will go down by 0.9583: " in text.said
    assert text.because.startswith("Point 1 alone pulls this weight up, but a step follows all its points")


def test_with_an_average_the_slope_that_would_turn_a_weight_has_to_outweigh_it():
    # the first step's mean slope is (2·S − R) / 2 = 0.9583, of which the average keeps a tenth: with a slope
    # of g, the next average 0.9 · 0.09583 + 0.1 · g is 0 for g = −0.8625
    run = pc.advance(run_by_hand(**RELU, optimizer="adam", learning_rate=0.25), 1)
    text = scene_text(step_detail(run, StepChoice(0, FIRST)), "Change")
    assert text.because.startswith("With a mean slope below −0.8625 it would go up. ")


def test_a_weight_that_no_slope_would_turn_has_no_such_slope():
    # of a weight of 1, decay takes 1.5 · 0.25, and a first step of Adam adds at most 0.25
    detail = detail_of(optimizer="adam", learning_rate=0.25, weight_decay=1.5)
    assert step_scenes.turning_slope(detail.weight) is None


def test_a_neuron_that_is_off_lets_nothing_back():
    # the second neuron's sum is −1
    text = scene_text(detail_of(weight=ParameterIndex(0, 1, 0)), "Back")
    assert (text.said, text.because) == (step_scenes.NO_PULL, step_scenes.IS_OFF)


def test_adam_shows_its_two_averages_and_the_correction():
    text = scene_text(detail_of(optimizer="adam", learning_rate=0.25), "Change")
    headings = [part.heading for part in text.parts]
    assert "Average, corrected for its start at 0" in headings
    assert "Average of the squares, likewise" in headings
    # the first step is as long as the rate
    assert lines(text)[-1].endswith("= 0.75$")
    assert FIRST_STEP.format(rate="0.25") in text.because
    run = pc.advance(run_by_hand(**RELU, optimizer="adam", learning_rate=0.25), 1)
    assert "first step" not in scene_text(step_detail(run, StepChoice(0, FIRST)), "Change").because


def test_a_search_has_no_way_back_and_says_what_it_does():
    for kind in ("random search", "evolution"):
        detail = step_detail(run_of(kind, 3), StepChoice())
        text = scene_text(detail, "Back")
        assert text.title == step_scenes.NO_WAY_BACK
        picture = step_picture.picture_of(detail, "Back")
        assert {one["line"] for one in picture["left"]} == {0}


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_scene_of_each_kind_of_run_can_be_said_and_drawn(kind, scene):
    run = run_of(kind, 3)
    widths = run.experiment.widths
    last = len(widths) - 2
    for weight in (None, ParameterIndex(0, 0), ParameterIndex(last, 1), ParameterIndex(last, 0, 1)):
        detail = step_detail(run, StepChoice(None, weight))
        text = scene_text(detail, scene)
        assert text.said
        assert "nan" not in str(text)
        picture = step_picture.picture_of(detail, scene)
        assert len(picture["left"]) == min(step_picture.MOST, widths[detail.weight.index.layer])


# --- what is looked at ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"batch_size": None}, "Point 3 of all 20 training points"),
        ({"batch_size": 5}, "Point 3 of 5 from the training set of 20"),
        ({"batch_size": 5, "samples_per_class": None}, "Point 3 of 5 fresh points"),
    ],
    ids=["all", "batch", "fresh"],
)
def test_a_point_is_named_with_those_among_which_it_is(settings, name):
    detail = step_detail(pc.start(replace(TINY, **settings)), StepChoice(3))
    assert step_scenes.point_name(detail) == name


def test_the_chosen_weight_is_named_with_its_value():
    assert step_scenes.weight_value(detail_of()) == "Outlined: weight from x to neuron 0 of layer 1, 1"
    bias = detail_of(weight=ParameterIndex(0, 1))
    assert step_scenes.weight_value(bias) == "Chosen: bias of neuron 1 of layer 1, 0"


def test_a_weight_that_has_been_stepped_says_which_way_it_went():
    # minus its mean slope (2·S − R) / 2, with a rate of 1
    run = run_by_hand(**RELU)
    trail = Trail.at(run)
    detail = step_detail(pc.advance(run, 1), StepChoice(0, FIRST), trail)
    assert step_scenes.weight_value(detail) == (
        "Outlined: weight from x to neuron 0 of layer 1, 0.0417 (went down by 0.9583 in step 1)"
    )


def test_scaled_inputs_are_named_as_such_with_what_they_were():
    # of 2 and 1, both x and y have the mean 1.5 and the deviation 0.5
    detail = detail_of(standardize=True)
    text, picture = scene_text(detail, "Forward"), step_picture.picture_of(detail, "Forward")
    assert text.parts[0].note == "Inputs are scaled to mean 0 and deviation 1: x 2 → 1, y 1 → −1."
    assert picture["titles"][0] == "inputs, scaled"
    assert [one["own"] for one in picture["left"]] == ["2 → 1", "1 → −1"]
    assert numbers(step_picture.picture_of(detail, "Loss")["left"]) == ["2 → 1", "1 → −1"]
    assert scene_text(detail_of(), "Forward").parts[0].note == ""


def test_a_calculation_is_not_broken_within_a_term():
    tex = r"2 \cdot 3 - 4 \times 10^{-2}"
    assert step_scenes.typeset(tex) == r"$2 \cdot\nobreak 3 - 4 \times\nobreak 10^{-2}$"


# --- the picture ------------------------------------------------------------------------------


def numbers(parts):
    return [part["text"] for part in parts]


def calculations(parts):
    """Return what stands beside each line, as "2 x 1 = 2"."""
    times = "\N{MULTIPLICATION SIGN}"
    return [f"{one['own']} {one['factor']}{one['text']}".replace(times, "x").strip() for one in parts]


def test_the_picture_has_the_numbers_of_its_scene_by_hand():
    detail = detail_of()
    forward, loss, back, change = (step_picture.picture_of(detail, scene) for scene in SCENES)
    assert calculations(forward["left"]) == ["2 x 1 = 2", "1 x 0 = 0"]
    assert forward["center"]["text"] == "sum 3, gives 3"
    assert calculations(forward["right"]) == ["x 1 = 3", "x 2 = 6"]
    assert numbers(loss["right"]) == ["0.018", "0.982"]
    # from the outputs 1·(−S) and 2·S, which add up to the slope S at the neuron; to the weights 2·S and S
    assert calculations(back["right"]) == ["−0.982 x 1 = −0.982", "0.982 x 2 = 1.96"]
    assert back["center"]["text"] == "slope here 0.982"
    assert calculations(back["left"]) == ["2 x 0.982 = 1.96", "1 x 0.982 = 0.982"]
    # minus the mean slopes (2·S − R) / 2 and (S − 2·R) / 2, with a rate of 1
    assert numbers(change["left"]) == ["1 → 0.0417", "−0.444"]
    # (3·S − 2·R) / 2 is 1.426
    assert numbers(change["right"]) == ["+1.43", "−1.43"]


@pytest.mark.parametrize("scene", ["Forward", "Back"])
def test_the_number_beside_a_line_has_the_sign_of_its_color(scene):
    # of all four lines on the way back one is blue, as only its number is below 0
    detail = detail_of(point=1)
    picture = step_picture.picture_of(detail, scene)
    for one in [*picture["left"], *picture["right"]]:
        assert (one["line"] < 0) == one["text"].startswith("−")
        assert (one["line"] == 0) == (one["text"] == "0")


def test_the_caption_says_what_the_lines_add_up_to():
    detail = detail_of()
    forward, back = (" ".join(step_picture.picture_of(detail, one)["caption"]) for one in ("Forward", "Back"))
    assert "With the bias, 1, the sum of both is 3; ReLU makes it 3." in forward
    assert "Sum of both: 0.982; \N{MULTIPLICATION SIGN} 1, the slope of ReLU: 0.982." in back


def test_the_way_back_through_a_neuron_that_is_off_is_said_to_end_there():
    # neuron 1 gives (1·(−S) + 1·S): nothing arrives, and the slope of ReLU at −1 is 0
    back = " ".join(step_picture.picture_of(detail_of(weight=ParameterIndex(0, 1, 0)), "Back")["caption"])
    assert "\N{MULTIPLICATION SIGN} 0, the slope of ReLU: 0." in back


def test_in_the_change_numbers_are_named_as_weights():
    picture = step_picture.picture_of(detail_of(), "Change")
    assert picture["titles"] == ["weights from inputs", "weights to outputs"]
    assert [one["label"] for one in picture["left"]] == [
        "Weight from x to neuron 0 of layer 1: 1 → 0.0417",
        "Weight from y to neuron 0 of layer 1: −0.444",
    ]
    assert picture["right"][0]["label"] == "Weight from neuron 0 to the output of a: +1.43"


def test_the_chosen_bias_has_its_value_before_and_after():
    # its mean slope is (S − R) / 2 = 0.4673
    detail = detail_of(weight=ParameterIndex(0, 0))
    picture = step_picture.picture_of(detail, "Change")
    assert picture["center"]["text"] == "bias 1 → 0.5327"
    assert numbers(picture["left"]) == ["−0.958", "−0.444"]


def test_the_widest_line_is_the_steepest_slope_and_what_pulls_or_goes_up_is_blue():
    back, change = (step_picture.picture_of(detail_of(), scene) for scene in ("Back", "Change"))
    assert back["colors"] == [POSITIVE_COLOR, NEGATIVE_COLOR]  # below 0, above 0
    assert change["colors"] == [NEGATIVE_COLOR, POSITIVE_COLOR]
    # on the left 2·S and S; on the right 1·(−S) and 2·S
    assert [one["line"] for one in back["left"]] == [1, 0.5]
    assert [one["line"] for one in back["right"]] == [-0.5, 1]


@pytest.mark.parametrize("scene", SCENES)
def test_the_caption_says_what_colors_and_maps_mean(scene):
    *flow, maps = step_picture.picture_of(detail_of(), scene)["caption"]
    assert maps == "Maps: sums before ReLU, blue above 0; of outputs, probabilities."
    assert step_caption.COLORS[scene] in " ".join(flow)


def test_in_the_loss_layers_in_between_are_said_not_to_be_drawn():
    run = pc.start(replace(TINY, hidden=(4, 5, 6)))
    captions = [
        " ".join(step_picture.picture_of(step_detail(run, StepChoice(None, index)), "Loss")["caption"])
        for index in (ParameterIndex(0, 0, 0), ParameterIndex(1, 0, 0), ParameterIndex(2, 0, 0))
    ]
    assert "Layers 2 to 3, in between, are not drawn." in captions[0]
    assert "Layer 3, in between, is not drawn." in captions[1]
    assert "in between" not in captions[2]


def test_a_press_on_the_chosen_neuron_leads_to_what_comes_before_it():
    picture = step_picture.picture_of(detail_of(weight=ParameterIndex(1, 1, 0)), "Forward")
    first, second = picture["left"]
    assert (first["chosen"], second["chosen"]) == (True, False)
    assert second["weight"] == [1, 1, 1]
    assert first["weight"] == [0, 0, 0]  # of 2·1 and 1·0 the first is the largest
    assert picture["right"] == []


@pytest.mark.parametrize(
    "sent", [None, {}, {"weight": [1]}, {"weight": "abc"}, {"point": "x"}, {"point": None}, 3]
)
def test_what_a_browser_sends_in_error_chooses_nothing(sent):
    assert step_picture.weight_in(sent) is None
    assert step_picture.point_in(sent) is None


def test_of_a_wide_layer_the_strongest_eight_and_the_chosen_one_are_shown():
    run = pc.start(replace(TINY, hidden=(32, 32)))
    weight = ParameterIndex(1, 3, 31)
    picture = step_picture.picture_of(step_detail(run, StepChoice(None, weight)), "Forward")
    assert len(picture["left"]) == step_picture.MOST
    [chosen] = [one for one in picture["left"] if one["chosen"]]
    assert chosen["name"] == "neuron 31"
    assert picture["caption"][-1].endswith("Shown: the strongest, 8 of 32 left.")


def test_all_terms_of_the_way_back_are_drawn_and_the_same_neurons_in_each_scene():
    detail = step_detail(pc.start(replace(TINY, hidden=(32, 32))), StepChoice(None, ParameterIndex(0, 3, 0)))
    arriving = detail.point.neuron(0, 3)
    [line] = [line for line in arriving if line.symbol == "arriving"]
    terms = {f"neuron {name.removeprefix('d_')}" for name in line.numbers if name.startswith("d_")}
    assert terms
    for scene in ("Forward", "Back", "Change"):
        names = [one["name"] for one in step_picture.picture_of(detail, scene)["right"]]
        assert terms <= set(names)
        assert len(names) == step_picture.MOST


def test_the_picture_keeps_its_height_from_scene_to_scene():
    detail = step_detail(pc.start(replace(TINY, hidden=(4, 5))), StepChoice(None, ParameterIndex(0, 3, 0)))
    # five neurons follow, and two outputs in the scene of the loss
    assert {step_picture.picture_of(detail, scene)["rows"] for scene in SCENES} == {5}


def test_the_change_says_that_all_points_decide_and_not_the_chosen_one():
    caption = step_picture.picture_of(detail_of(point=1), "Change")["caption"]
    assert caption[1].endswith("The mean of all 2 points decides, not point 1 alone.")


def test_the_way_on_to_the_outputs_is_named_as_far_as_it_is_not_drawn():
    # 2→2→2: what the first layer gives goes to the outputs at once, and their slopes come back at once
    detail = detail_of()
    assert (
        scene_text(detail, "Forward").parts[-1].note
        == "At the outputs softmax turns the sums there into probabilities."
    )
    assert (
        scene_text(detail, "Back").parts[0].note
        == "Slopes of the sums that softmax turns into probabilities."
    )
