"""A link says the whole experiment in words, and a damaged one says which part is damaged."""

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from hypothesis import given, settings

from polycore import (
    INTRODUCTION_POLYNOMIALS,
    Experiment,
    PolycoreError,
    Polynomial,
)
from polycore.links import link
from tests.experiments import experiments
from tests.links import whole

RECOMMENDED = Experiment.recommended()
# what parts mean that an address leaves out, or that cannot be used: docs/link.md lists it
USUAL = Experiment(
    samples_per_class=None,
    sampling="crossings",
    growing_batches=True,
    batch_size=256,
    hidden=(32, 32, 32, 32, 32),
    steps=40_000,
    optimizer="adam",
    learning_rate=0.01,
    schedule="cosine",
)


def opened(address):
    return link.from_query(dict(parse_qsl(urlsplit(address).query, strict_parsing=True)))


@settings(deadline=None)
@given(experiments)
def test_an_experiment_survives_its_link(experiment):
    address = link.to_address("http://localhost:8501/train", experiment)
    assert opened(address) == link.Opened(experiment, ())
    words = link.to_query(experiment)
    assert link.experiment_of(words) == experiment
    assert link.from_query(whole(experiment)) == link.Opened(experiment, ())
    assert link.with_words(Experiment.tutorial(), whole(experiment)) == experiment


def test_the_words_can_be_read():
    experiment = Experiment(
        polynomials=INTRODUCTION_POLYNOMIALS, x_range=(-2, 0.5), hidden=(12, 8), samples_per_class=None
    )
    assert link.to_address("http://localhost/", experiment) == (
        "http://localhost/?v=2&polynomials=-x%5E2%2B1~x%5E3-2&samples=fresh&range=-2..0.5&hidden=12-8"
    )
    assert link.to_address("http://localhost/", Experiment()) == "http://localhost/?v=2"
    text = (
        "v=2&polynomials=-x%5E2%2B1~x%5E3-2&samples=fresh&range=-2..0.5&noise=0&hidden=12-8"
        "&learning_rate=0.01&schedule=constant&batch=all&optimizer=adam&steps=2000&seed=0&standardize=yes"
        "&momentum=0.9&initial_weights=he&nesterov=no&weight_decay=0&target_loss=none&patience=none"
        "&sampling=random&growing_batches=no&activation=relu&l1=0&l2=0&dropout=0&features=x-y&warmup=0"
        "&gradient_clipping=0"
    )
    assert whole(experiment) == dict(parse_qsl(text))


@pytest.mark.parametrize("experiment", [Experiment(), Experiment.recommended(), Experiment.tutorial()])
def test_a_link_is_no_longer_than_one_of_version_1(experiment):
    # 450 characters and more, when every part was written
    assert len(link.to_address("", experiment)) <= 165


@pytest.mark.parametrize(
    "words", [{}, {"utm_source": "mail", "embed": "true"}, {"weights": "in-a-file"}, {"v": "1"}]
)
def test_a_query_without_a_set_up_is_the_recommended(words):
    found = link.from_query(words)
    assert (found.experiment, len(found.problems)) == (RECOMMENDED, int("weights" in words))


@pytest.mark.parametrize("backwards", [False, True], ids=["as written", "backwards"])
@pytest.mark.parametrize(
    ("words", "part", "says"),
    [
        pytest.param(
            {"samples": "fresh", "batch": "all"},
            "samples",
            "100 of each polynomial are used instead.",
            id="fresh points",
        ),
        pytest.param(
            {"samples": "30", "batch": "64"},
            "batch",
            "All samples are used instead.",
            id="part of the samples",
        ),
    ],
)
def test_a_part_that_contradicts_lbfgs_is_named_and_the_rest_stands(words, part, says, backwards):
    query = {"v": "1", "optimizer": "lbfgs", "polynomials": "x~-x~x^2", "hidden": "8", **words}
    if backwards:
        query = dict(reversed(query.items()))
    found = link.from_query(query)
    [problem] = found.problems
    assert problem.startswith(f"{part}: ")
    assert "L-BFGS" in problem
    assert problem.endswith(says)
    experiment = found.experiment
    assert (experiment.optimizer, experiment.hidden, len(experiment.polynomials)) == ("lbfgs", (8,), 3)
    assert experiment.samples_per_class == (100 if part == "samples" else 30)
    assert experiment.batch_size is None


def test_both_parts_that_contradict_lbfgs_are_named():
    found = link.from_query({"v": "1", "optimizer": "lbfgs", "samples": "fresh", "batch": "64"})
    assert [problem.split(":")[0] for problem in found.problems] == ["samples", "batch"]
    assert found.experiment.optimizer == "lbfgs"


@pytest.mark.parametrize("per_class", [1, 100, 100_000])
def test_lbfgs_may_have_a_batch_that_holds_all_samples(per_class):
    batch = min(2 * per_class, 100_000)
    words = {"optimizer": "lbfgs", "polynomials": "x~-x", "samples": str(per_class), "batch": str(batch)}
    assert (link.from_query(words).problems == ()) == (batch == 2 * per_class)


@pytest.mark.parametrize(
    ("words", "polynomials"),
    [
        ("x^2 1~2x (x-1)~2. .5x", ("x^2 + 1", "2x + x - 1", "2 + 0.5x")),  # from x^2+1~2x+(x-1)~2.+.5x
        ("x^2 - 1~2 * x", ("x^2 - 1", "2x")),
        ("y = 2x\u00b2 \u2212 1~f(x) = 2,5x", ("2x^2 - 1", "2.5x")),
        ("\\frac{1}{2} x~2 \\cdot x~x\u00b2 1", ("0.5 + x", "2x", "x^2 + 1")),
        ("$x^{2} 1$~-x", ("x^2 + 1", "-x")),
    ],
)
def test_a_space_in_a_link_is_a_plus_where_it_has_no_other_sign_beside_it(words, polynomials):
    opened = link.from_query({"polynomials": words})
    assert opened.problems == ()
    assert opened.experiment.polynomials == tuple(map(Polynomial.parse, polynomials))


def test_a_polynomial_whose_text_is_too_long_is_written_as_its_coefficients():
    polynomials = (Polynomial(2.5e-292), Polynomial(*[1 / 3] * 13))
    query = link.to_query(Experiment(polynomials=polynomials))
    assert query["polynomials"].startswith("0_2.5e-292~0_0.3333333333333333_")
    assert link.from_query(query).experiment.polynomials == polynomials


@pytest.mark.parametrize(
    ("part", "words", "says"),
    [
        pytest.param("polynomials", "x~1/x", "number 2: character", id="a polynomial that is none"),
        pytest.param("polynomials", "x", "polynomials: got 1;", id="one polynomial"),
        pytest.param("polynomials", "x~x", "equal to polynomials[0]", id="equal polynomials"),
        pytest.param("polynomials", "1_2~nan_1", "finite", id="coefficients that are none"),
        pytest.param("polynomials", "~" * 12_001, "12,001 characters", id="endless"),
        pytest.param("samples", "many", "got 'many'; expected a whole number", id="words for samples"),
        pytest.param("samples", "1e9", "'1e9'", id="samples as a float"),
        pytest.param("samples", "999999999", "999999999", id="too many samples"),
        pytest.param("range", "1..-1", "the lower first", id="range the wrong way round"),
        pytest.param("range", "1", "got '1'; expected two numbers with .. between", id="range with one end"),
        pytest.param("range", "1..2..3", "got '1..2..3'; expected two numbers", id="range with three ends"),
        pytest.param("noise", "-1", "noise: got -1", id="negative noise"),
        pytest.param("noise", "nan", "nan", id="noise that is no number"),
        pytest.param("hidden", "12-x", "'x'", id="letters for a layer"),
        pytest.param("hidden", "512-512-512-512", "524,288", id="too many weights"),
        pytest.param("optimizer", "magic", "'magic'", id="unknown optimizer"),
        pytest.param("learning_rate", "fast", "got 'fast'; expected a number", id="words for a rate"),
        pytest.param("schedule", "<b>", "'<b>'", id="tags for a schedule"),
        pytest.param("batch", "-5", "'-5'", id="negative batch"),
        pytest.param("steps", "9" * 50, "expected a whole number", id="fifty digits"),
        pytest.param("seed", "\u0663", "'\u0663'", id="an Arabic digit"),
        pytest.param("standardize", "maybe", "expected yes or no", id="maybe"),
        pytest.param("momentum", "2", "momentum: got 2", id="too much momentum"),
        pytest.param("initial_weights", "", "''", id="nothing"),
    ],
)
def test_a_damaged_part_is_named_and_starts_from_the_default(part, words, says):
    for version, usual in {"1": USUAL, "2": Experiment()}.items():
        query = whole(replace(usual, seed=99), version) | {part: words}
        found = link.from_query(query)
        [problem] = found.problems
        assert problem.startswith(f"{part}: ")
        assert says in problem
        assert found.experiment == (usual if part == "seed" else replace(usual, seed=99))
    with pytest.raises(PolycoreError, match=re.escape(says)):
        link.experiment_of({part: words})


@pytest.mark.parametrize(("part", "field"), [("batch", "batch_size"), ("patience", "patience")])
def test_0_says_what_it_says_in_the_pages_inputs(part, field):
    found = link.from_query({**link.to_query(RECOMMENDED), part: "0"})
    assert found == link.Opened(replace(RECOMMENDED, **{field: None}), ())
    assert link.with_words(replace(RECOMMENDED, **{field: 7}), {part: "0"}) == found.experiment
    # it is written as before
    assert link.written(found.experiment, part) == {"batch": "all", "patience": "none"}[part]
    # a program says None
    with pytest.raises(PolycoreError, match=f"{field}: got 0; expected a whole number .* or None for"):
        replace(RECOMMENDED, **{field: 0})


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"batch": "200000"}, "batch: got 200000; expected a whole number from 1 to 100,000, or 0 for all"),
        ({"samples": "0"}, "samples: got 0; expected a whole number from 1 to 100,000, or fresh for fresh"),
        ({"patience": "900000000"}, "from 1 to 100,000,000, or 0 for no limit to patience"),
        ({"target_loss": "1000"}, "target_loss: got 1000.0; expected a number from 0 to 100, or none for no"),
        (
            {"optimizer": "lbfgs", "samples": "fresh", "batch": "0"},
            "samples: got fresh for the optimizer lbfgs; expected",
        ),
        (
            {"optimizer": "lbfgs", "samples": "10", "batch": "5"},
            "batch: got 5 of 120 samples for the optimizer lbfgs; expected 0 for all samples",
        ),
        ({"range": "2..1"}, "range: got (2.0, 1.0); expected two numbers"),
        ({"warmup": "900000000"}, "warmup: got 900000000; expected a whole number from 0"),
        ({"warmup": "200%"}, "warmup: got '200%'; expected a whole number from 0"),
    ],
)
def test_a_refusal_speaks_in_the_words_of_a_link(words, says):
    [problem] = link.from_query({**link.to_query(RECOMMENDED), **words}).problems
    with pytest.raises(PolycoreError) as caught:
        link.with_words(RECOMMENDED, words)
    for reason in (problem, str(caught.value)):
        assert says in reason
        assert "None" not in reason
        assert "_size" not in reason


def test_a_newer_version_is_told():
    found = link.from_query({"v": "3", "noise": "0.5", "bend": "7"})
    [problem] = found.problems
    assert "version is neither 1 nor 2: it may come from a newer polycore" in problem
    assert found.experiment == Experiment(noise=0.5)
    with pytest.raises(PolycoreError, match="version is neither 1 nor 2"):
        link.experiment_of({"v": "3"})


TRAINED = "http://localhost:8501/predict?v=2&polynomials=x~-x&samples=20&hidden=none&steps=50&weights="
# As they were made when links began to carry weights: none of these may ever open otherwise.
TRAINED_BEFORE = (
    "http://localhost:8501/predict?v=1&polynomials=x~-x&samples=20&range=-1..1&noise=0&hidden=none"
    "&learning_rate=0.01&schedule=constant&batch=all&optimizer=adam&steps=50&seed=0&standardize=yes"
    "&momentum=0.9&initial_weights=he&nesterov=no&weight_decay=0&target_loss=none&patience=none"
    "&sampling=random&growing_batches=no&weights="
)
IN_FLOAT64 = "dZkCJAAAAAAAA8D8AAAAAAAAAwAAAAAAAAOA_AAAAAAAACEAAAAAAAAAAAAAAAAAAAPC_"
IN_FLOAT32 = "sLijCAACAPwAAAMAAAAA_AABAQAAAAAAAAIC_"
ROUNDED = "r85NiVBUCyDog"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(IN_FLOAT64, id="float64"),
        pytest.param(IN_FLOAT32, id="float32"),
        pytest.param(ROUNDED, id="rounded"),
    ],
)
@pytest.mark.parametrize("address", [TRAINED_BEFORE, TRAINED], ids=["version 1", "version 2"])
def test_a_link_with_weights_opens_its_network_for_ever(address, words):
    found = opened(address + words)
    assert found.problems == ()
    assert found.weights == words
    assert found.experiment == Experiment(
        polynomials=(Polynomial(1, 0), Polynomial(-1, 0)), samples_per_class=20, hidden=(), steps=50
    )
    [weights], [biases] = found.model.weights, found.model.biases
    assert weights.tolist() == [[1, -2], [0.5, 3]]
    assert biases.tolist() == [[0, -1]]
    # logits (0, -1) at the origin, (1.5, 0) at (1, 1)
    odds = found.model.predict_proba([[0, 0], [1, 1]])[:, 0]
    assert odds == pytest.approx(1 / (1 + np.exp([-1, -1.5])), abs=1e-15)
    # on x the logits are 1.5x and x - 1, on -x 0.5x and -5x - 1: right from -2 on, and below -2/11
    points, labels = found.experiment.held_out_set()
    right = np.where(labels == 0, True, points[:, 0] < -2 / 11)
    assert found.model.held_out_accuracy == right.mean()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param(IN_FLOAT64[:-1], "damaged", id="cut"),
        pytest.param("z" + IN_FLOAT64[1:], "newer polycore", id="of a newer polycore"),
        pytest.param(f"{IN_FLOAT64} {IN_FLOAT64}", "characters", id="with a space"),
        pytest.param("<script>", "characters", id="tags"),
        pytest.param("r" * 12_001, "12,001 characters", id="endless"),
    ],
)
def test_damaged_weights_are_told_and_the_rest_of_the_link_is_used(words, says):
    query = link.to_query(replace(RECOMMENDED, seed=99))
    found = link.from_query({**query, "weights": words})
    [problem] = found.problems
    assert problem.startswith("weights: ")
    assert says in problem
    assert problem.endswith("The link opens without the trained network.")
    assert (found.experiment, found.weights, found.model) == (replace(RECOMMENDED, seed=99), None, None)


def test_weights_of_another_network_are_told():
    [problem] = opened((TRAINED + IN_FLOAT64).replace("hidden=none", "hidden=3")).problems
    assert "another network than polynomials and hidden describe" in problem


def test_an_address_with_weights_has_them_last_and_is_as_long_as_it_says():
    address = link.to_address("http://localhost:8501/predict", opened(TRAINED + ROUNDED).experiment, ROUNDED)
    assert address == TRAINED + ROUNDED
