"""Weights become text of an address and come back; what is no such text is refused in a sentence."""

import base64
import math
import struct
import time
import tracemalloc
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore import Experiment, Model, PolycoreError, Polynomial, advance, network, sample, start
from polycore.links import compact_weights as cw
from polycore.links.rounding import RoundedLayer, Rounding

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LINES = (Polynomial(1, 0), Polynomial(-1, 0))
WIDTHS = (2, 2)
NUMBERS = (1.0, -2.0, 0.5, 3.0, 0.0, -1.0)  # weights [[1, -2], [0.5, 3]], biases [0, -1]
# exponents 1 and 0 (+ 20: V, U), k 1 and 2 (B, C); column (1, 0.5, 0) is 2, 1, 0 halves, z 4, 2, 0:
# 110|0 10|0 0|0; column (-2, 3, -1), z 3, 6, 1: 0|11 10|10 0|01; in sixes 110010 000011 101000 1.....
ROUNDED_BODY = "VBUC" + "yDog"


def signed(kind, body, shape="2-2"):
    """Return a text with the checksum that the format's description asks for."""
    checksum = zlib.crc32(f"{kind} {shape} {body}".encode()) & 0xFFFFFF
    return kind + "".join(ALPHABET[checksum >> shift & 63] for shift in (18, 12, 6, 0)) + body


def packed(kind, numbers):
    content = struct.pack(f"<{len(numbers)}{kind}", *numbers)
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@pytest.fixture(scope="module")
def trained():
    """Return a network of 1,572 weights and biases that has learned, and what trained it."""
    experiment = Experiment(hidden=(24, 24, 24), batch_size=256, steps=3000, schedule="cosine", seed=3)
    return advance(start(experiment), experiment.steps).best, experiment


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(signed("d", packed("d", NUMBERS)), id="float64"),
        pytest.param(signed("s", packed("f", NUMBERS)), id="float32"),
        pytest.param(signed("r", ROUNDED_BODY), id="rounded"),
    ],
)
def test_a_text_written_by_hand_gives_its_numbers(text):
    [(weights, biases)] = cw.layers_from(text, WIDTHS)
    assert weights.tolist() == [[1, -2], [0.5, 3]]
    assert biases.tolist() == [[0, -1]]


def test_a_small_network_comes_back_to_the_last_bit(trained):
    model, experiment = trained
    text = cw.compact(model, experiment, 20_000)
    assert len(text) == 5 + math.ceil(8 * 8 * experiment.parameter_count / 6)
    back = cw.model_from(text, experiment)
    assert all(map(np.array_equal, back.weights, model.weights))
    assert all(map(np.array_equal, back.biases, model.biases))
    assert (back.loss, back.accuracy) == (model.loss, model.accuracy)
    assert back.held_out_accuracy == model.held_out_accuracy
    assert back.experiment == experiment


def test_where_float64_does_not_fit_float32_is_taken(trained):
    model, experiment = trained
    text = cw.compact(model, experiment, 10_000)
    assert text[0] == "s"
    back = cw.model_from(text, experiment)
    for ours, theirs in zip(back.weights, model.weights, strict=True):
        assert np.array_equal(ours, theirs.astype(np.float32))


def test_nine_bits_a_weight_cost_at_most_a_twentieth_of_a_point(trained):
    model, experiment = trained
    room = experiment.parameter_count * 9 // 6
    text = cw.compact(model, experiment, room)
    assert text[0] == "r"
    assert len(text) <= room
    back = cw.model_from(text, experiment)
    points, labels = sample(experiment.polynomials, 4000, np.random.default_rng(1))
    before, after = ((found.predict(points) == labels).mean() for found in (model, back))
    assert before - after <= 0.0005


def test_rounding_makes_good_what_rounding_each_by_itself_would_lose(trained):
    model, experiment = trained
    layers = Rounding(model, experiment).at(-5)
    plain = [
        np.ldexp(np.rint(np.ldexp(np.vstack(pair), rounded.exponents)), -rounded.exponents)
        for pair, rounded in zip(zip(model.weights, model.biases, strict=True), layers, strict=True)
    ]
    points, _ = sample(experiment.polynomials, 1000, np.random.default_rng(1))
    weights, biases = zip(*(rounded.layer for rounded in layers), strict=True)
    by_itself = network.predict_proba([n[:-1] for n in plain], [n[-1:] for n in plain], points)
    together = network.predict_proba(weights, biases, points)
    answers = model.predict(points)
    lost = [(found.argmax(axis=1) != answers).mean() for found in (by_itself, together)]
    assert lost[1] < lost[0] / 3


def test_coarser_by_one_is_a_bit_less_for_each_number(trained):
    rounding = Rounding(*trained)
    for fine, coarse in zip(rounding.at(-9), rounding.at(-8), strict=True):
        assert (fine.exponents - coarse.exponents == 1).all()


@pytest.mark.parametrize("coarseness", [0.0, 12.0, 24.0])
def test_no_number_is_rounded_beyond_what_a_weight_may_be(coarseness):
    # values of size 1e6 * 1000**12: once the weights before it are 0, a bias alone would have to be as large
    steep = tuple(Polynomial(sign * 1e6, *[0] * 12) for sign in (1, -1))
    experiment = Experiment(polynomials=steep, x_range=(-1000, 1000), hidden=(12,))
    numbers = network.initial_parameters(experiment.widths, "he", np.random.default_rng(0))
    weights, biases = zip(*network.layers(numbers, experiment.widths), strict=True)
    model = Model(weights, biases, loss=1.0, accuracy=0.5, polynomials=steep)
    rounded = Rounding(model, experiment).at(coarseness)
    assert max(np.abs(numbers).max() for layer in rounded for numbers in layer.layer) <= 1e6


def test_a_network_that_is_dead_everywhere_is_rounded_too():
    experiment = Experiment(polynomials=LINES, hidden=(30, 30))
    zeros = [(np.zeros(shape), np.zeros((1, shape[1]))) for shape in ((2, 30), (30, 30), (30, 2))]
    weights, biases = zip(*zeros, strict=True)
    model = Model(weights, biases, math.log(2), 0.5, LINES)
    text = cw.compact(model, experiment, 1400)
    assert text[0] == "r"
    assert all((layer == 0).all() for layer in cw.model_from(text, experiment).weights)


@given(
    st.lists(st.lists(st.integers(-(2**40), 2**40), min_size=6, max_size=6), min_size=2, max_size=2),
    st.lists(st.integers(-20, 43), min_size=4, max_size=4),
)
def test_any_rounded_layers_come_back(columns, exponents):
    # 2 inputs, 2 neurons, 2 classes: three numbers a neuron
    integers = np.array(columns, dtype=np.float64).reshape(2, 3, 2)
    layers = [RoundedLayer(integers[i], np.array(exponents[2 * i : 2 * i + 2])) for i in range(2)]
    text = cw.rounded_text(layers, (2, 2, 2))
    for (weights, biases), layer in zip(cw.layers_from(text, (2, 2, 2)), layers, strict=True):
        assert np.array_equal(np.vstack([weights, biases]), layer.integers * 2.0**-layer.exponents)


def test_loss_and_accuracies_are_measured_and_not_believed():
    # always 1 for class 0: half of the points are right, at odds of e to 1
    experiment = Experiment(polynomials=LINES, hidden=())
    model = cw.model_from(signed("d", packed("d", (0, 0, 0, 0, 1, 0))), experiment)
    assert (model.accuracy, model.held_out_accuracy) == (0.5, 0.5)
    assert model.loss == pytest.approx((math.log(1 + 1 / math.e) + math.log(1 + math.e)) / 2, rel=1e-12)
    assert model.polynomials == LINES


def test_too_many_weights_are_refused_at_once():
    experiment = Experiment(hidden=(512, 512))
    run = start(replace(experiment, samples_per_class=1))
    began = time.process_time()
    with pytest.raises(PolycoreError, match="270,348 weights and biases: too many"):
        cw.compact(run.best, experiment, 8000)
    assert time.process_time() - began < 1


def test_a_network_that_would_answer_worse_counts_as_not_fitting(trained):
    model, experiment = trained
    with pytest.raises(PolycoreError, match=r"would lose [1-9]\d*\.\d percentage points of held-out"):
        cw.compact(model, experiment, 1300)


def test_float32_is_passed_over_where_the_network_would_answer_worse():
    # of two lines so close the lower one is known by a 2**-30th of x, which float32 has not beside 1
    lines = (Polynomial(1, 2.0**-19), Polynomial(1, 0))
    experiment = Experiment(polynomials=lines, hidden=(), x_range=(999.0, 1000.0))
    model = Model((np.array([[-1 - 2.0**-30, 0], [1, 0]]),), (np.zeros((1, 2)),), 0.0, 1.0, lines)
    text = cw.compact(model, experiment, 60)  # in float32 it has 37 characters
    assert text[0] == "r"
    assert cw.model_from(text, experiment).accuracy == 1
    with pytest.raises(PolycoreError, match=r"would lose 50\.0"):
        cw.compact(model, experiment, 20)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param("d", "damaged", id="a kind alone"),
        pytest.param("x" + "A" * 80, "newer polycore", id="an unknown kind"),
        pytest.param(signed("d", packed("d", NUMBERS))[:-1], "damaged", id="one character lost"),
        pytest.param(signed("d", packed("d", NUMBERS)).replace("8D8", "8E8", 1), "damaged", id="one changed"),
        pytest.param(signed("d", packed("d", NUMBERS)) + "=", "characters", id="padding"),
        pytest.param(signed("d", packed("d", NUMBERS)) + "\n", "characters", id="a line's end"),
        pytest.param("r" + "\u00e9" * 8, "characters", id="letters that addresses have not"),
        pytest.param("d" + "٣" * 8, "characters", id="Arabic digits"),
        pytest.param(signed("d", packed("d", NUMBERS), "2-3"), "another network", id="another shape"),
        pytest.param(signed("d", packed("d", NUMBERS[:-1])), "characters", id="a number too few"),
        pytest.param(signed("s", packed("f", (*NUMBERS, 0.0))), "characters", id="a number too many"),
        pytest.param(signed("r", "VBU"), "2 neurons", id="rounded, ends in the head"),
        pytest.param(signed("r", ROUNDED_BODY[:-1]), "got too few bits", id="rounded, ends early"),
        pytest.param(
            signed("r", ROUNDED_BODY[:-1] + "_"), "got more bits", id="rounded, bits behind the last"
        ),
        pytest.param(
            signed("r", ROUNDED_BODY + "A"), "got more bits", id="rounded, characters behind the last"
        ),
        pytest.param(signed("r", "V_U_" + "_" * 7000), "got too few bits", id="a number without an end"),
    ],
)
def test_what_is_no_text_of_weights_is_refused(text, says):
    with pytest.raises(PolycoreError, match=says):
        cw.layers_from(text, WIDTHS)


def test_a_signalling_nan_is_refused_without_a_warning():
    content = struct.pack("<5f", *NUMBERS[:5]) + bytes.fromhex("010080ff")
    text = signed("s", base64.urlsafe_b64encode(content).decode().rstrip("="))
    with pytest.raises(PolycoreError, match="not finite"):
        cw.model_from(text, Experiment(polynomials=LINES, hidden=()))


def test_a_rounded_number_beyond_the_range_is_refused():
    # e = -20 and z = 2 stand for 2**20, more than 1e6
    bits = "10|0 0|0 0|0 0|0 0|0 0|0".replace("|", "").replace(" ", "") + "00000"
    body = "ABAB" + "".join(ALPHABET[int(bits[i : i + 6], 2)] for i in (0, 6, 12))
    with pytest.raises(PolycoreError, match="out of range"):
        cw.model_from(signed("r", body), Experiment(polynomials=LINES, hidden=()))


def test_a_short_text_for_the_widest_network_costs_nothing():
    widths = (2, 512, 512, 490, 24)
    body = "__" * (512 + 512 + 490 + 24) + "_" * 4000
    text = signed("r", body, "-".join(map(str, widths)))
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(PolycoreError, match="got too few bits"):
        cw.layers_from(text, widths)
    assert time.process_time() - began < 0.5
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
