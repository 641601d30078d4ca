"""No link makes opening it slow, wrong or loud: there is an experiment, and a line for what was not used."""

import io
import math
import random
import time
import tracemalloc
from itertools import pairwise
from urllib.parse import parse_qsl, quote, quote_plus

import numpy as np
import pytest

from pages.game import challenge
from polycore import Experiment, Model, PolycoreError, Polynomial, WeightFileError, network
from polycore.limits import MAX_TEXT
from polycore.links import link
from polycore.links.compact_weights import MOST_PARAMETERS, compact, model_from
from tests.attacks.damage import NASTY, damaged
from tests.attacks.refusal import GOAL, SHARED, answer, check_text, seconds
from tests.attacks.words import ALPHABET, exact, rounded, signed
from tests.links import whole

LINES = (Polynomial(1, 0), Polynomial(-1, 0))
SMALL = Experiment(polynomials=LINES, hidden=())  # widths 2, 2
NUMBERS = (1.0, -2.0, 0.5, 3.0, 0.0, -1.0)  # weights [[1, -2], [0.5, 3]], biases [0, -1]
SOUND = {
    **whole(SMALL),
    "weights": exact("d", NUMBERS, (2, 2)),
    "look": "crossing",
    "embed": "true",
    "game": "482113",
    "score": "7",
    "seconds": "43",
}
PIECES = (
    *"~_.-+*^()xe0159 &=%?#;/",
    "..",
    "~~",
    "%25",
    "%ff",
    "%C0%B1",
    "%u0031",
    "fresh",
    "all",
    "none",
    *NASTY,
)
KNOWN = {*whole(SMALL), "weights"}


def opened(query, most=GOAL):
    """Return what a link gives, opened as a page does: it is never refused as a whole."""
    # a link that many open is read once; here each is the first, so that its time is measured
    link._model.cache_clear()
    found, received = answer(lambda: _both(query), most)
    for problem in found.problems + received.problems:
        check_text(problem)
    assert len(found.problems) <= len(KNOWN & query.keys())
    assert link.from_query(link.to_query(found.experiment)) == link.Opened(found.experiment, ())
    if not found.problems and query.keys() <= SOUND.keys():
        assert link.experiment_of(query) == found.experiment
    assert (found.model is None) == (found.weights is None)
    if found.model is not None:
        assert found.model.widths == found.experiment.widths
        assert np.isfinite(found.model.predict_proba([[0, 0], [1e3, -1e3], [1e100, 1e100]])).all()
    return found


def _both(query):
    found = link.from_query(query)
    return found, challenge.from_query(query, found)


def test_what_is_nearly_a_link_opens_with_a_line_for_each_part_that_is_not_used():
    rng = random.Random(1)
    sound = 0
    for _ in range(400):
        query = dict(SOUND)
        for name in rng.choices(list(query), k=rng.randint(1, 3)):
            query[name] = damaged(rng, query[name], PIECES)
        sound += not opened(query).problems
    assert 10 < sound < 350


def test_any_words_in_any_parts_open():
    rng = random.Random(2)
    names = [*SOUND, "V", "weights ", "__class__", "polynomials[]", *NASTY]
    for _ in range(400):
        chosen = rng.choices(names, k=rng.randint(0, 6))
        opened({name: "".join(rng.choices(PIECES, k=rng.randint(0, 6))) for name in chosen})


def test_any_address_opens_however_it_is_encoded():
    rng = random.Random(3)
    for _ in range(400):
        chosen = rng.choices(list(SOUND.items()), k=rng.randint(1, 8))  # a part may come twice
        written = rng.choice((quote, quote_plus, lambda text: "".join(f"%{ord(c):02x}" for c in text)))
        address = "&".join(f"{name}={written(words)}" for name, words in chosen)
        if rng.random() < 0.7:
            address = damaged(rng, address, PIECES)
        opened(dict(parse_qsl(address, keep_blank_values=True)))


def test_a_sound_link_is_whole_in_any_encoding():
    for written in (quote, quote_plus, lambda text: "".join(f"%{byte:02x}" for byte in text.encode())):
        address = "&".join(f"{name}={written(words)}" for name, words in SOUND.items())
        found = opened(dict(parse_qsl(address, keep_blank_values=True)))
        assert (found.experiment, found.problems, found.weights) == (SMALL, (), SOUND["weights"])


# What takes longest.

SLOW_TEXT = "(x/97+1/89)^12/7^600" + "+(x+1)^12" * 19
SLOW_TEXTS = "~".join(f"{SLOW_TEXT}+{number}" for number in range(24))
WIDE = (2, 440, 24)  # 11,904 weights and biases: about as many as a word may have
MOST = {
    **whole(Experiment()),
    "polynomials": SLOW_TEXTS,
    "hidden": "440",
    "samples": "41666",
    "weights": rounded("UA", "0" * 11_904, WIDE),
}


def test_the_link_that_takes_longest_opens_in_time():
    assert len(SLOW_TEXT) <= MAX_TEXT - 3
    assert MOST_PARAMETERS - 100 < network.parameter_count(WIDE) <= MOST_PARAMETERS
    found = opened(MOST, math.inf)
    assert found.problems == ()
    assert found.model.held_out_accuracy == 1 / 24  # all weights are 0: the first class always
    assert seconds(lambda: opened(MOST, math.inf)) <= SHARED  # opened reads the experiment twice


def test_a_million_samples_do_not_make_a_link_slow_or_large():
    # 24 polynomials of 41,666 points, which alone would take 50 MB: they are never drawn
    tracemalloc.start()
    opened({**MOST, "polynomials": "~".join(f"x+{number}" for number in range(24))}, math.inf)
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("part", "words", "says"),
    [
        pytest.param("polynomials", "~".join([SLOW_TEXT] * 60), "60 of them", id="60 slow polynomials"),
        pytest.param("polynomials", "~" * 11_999, "12,000 of them", id="12,000 empty polynomials"),
        pytest.param(
            "polynomials", "_".join(["1"] * 6000), "polynomials: got 1;", id="a polynomial of degree 5,999"
        ),
        pytest.param(
            "polynomials", "~".join(["_".join(["1"] * 240)] * 24), "degree 239", id="24 of degree 239"
        ),
        pytest.param(
            "polynomials",
            "~".join(["0_1e-300" * 1] * 24),
            "equal to polynomials[0]",
            id="24 equal polynomials",
        ),
        pytest.param("polynomials", "x" * 20_000_000, "20,000,000 characters", id="20 MB"),
        pytest.param("weights", "r" * 20_000_000, "20,000,000 characters", id="20 MB of weights"),
        pytest.param("hidden", "-".join(["512"] * 3000), "hidden: got 3,000 layers;", id="3,000 layers"),
        pytest.param(
            "hidden", "-" * 12_000, "got ''; expected a whole number", id="12,000 layers of nothing"
        ),
        pytest.param("hidden", "513", "hidden layer 1: got 513", id="wider than any network"),
        pytest.param("range", "..".join(["1"] * 4000), "range: got '1..1", id="4,000 ends"),
        pytest.param("steps", "1" * 12_000, "expected a whole number", id="steps of 12,000 digits"),
        pytest.param("noise", "9" * 12_000, "noise: got inf", id="noise of 12,000 digits"),
        pytest.param(
            "learning_rate", "1e-" + "9" * 11_000, "learning_rate: got 0.0", id="an endless exponent"
        ),
        pytest.param("optimizer", "\u202e" * 9000, "'\\u202e", id="9,000 right-to-left marks"),
        pytest.param("schedule", "\ud800", "'\\ud800'", id="half a surrogate pair"),
        pytest.param("seed", "0\u0000", "'0\\x00'", id="a NUL"),
    ],
)
def test_a_part_that_asks_for_work_is_refused_before_the_work(part, words, says):
    query = {**whole(SMALL), part: words}
    [problem] = opened(query).problems
    assert problem.startswith(f"{part}: ")
    assert says in problem
    assert seconds(lambda: link.from_query(query)) < GOAL / 2


def test_words_that_are_not_ours_cost_nothing():
    query = {f"{number}{hostile}": hostile * 9 for number in range(500) for hostile in NASTY}
    assert opened(query).problems == ()
    assert seconds(lambda: link.from_query(query)) < GOAL


@pytest.mark.parametrize("word", ["game", "score", "seconds"])
@pytest.mark.parametrize(
    "hostile", [*NASTY, "-1", "1.0", "1" * 12, "9" * 10**6, ""], ids=lambda text: ascii(text[:9])
)
def test_a_challenge_with_a_hostile_number_is_left_out(word, hostile):
    query = {**SOUND, word: hostile}
    found = link.from_query(query)
    assert found.problems == ()
    received = answer(lambda: challenge.from_query(query, found))
    assert received.challenge is None
    [problem] = received.problems
    assert problem.startswith(f"{word}: ")
    check_text(problem)


# A link's weights pass the checks of a file's.


def model_of(word, experiment, most=GOAL):
    return answer(lambda: model_from(word, experiment), most)


def in_a_file(numbers):
    """Return the model in a weight file that says what a word with these numbers says."""
    file = io.BytesIO()
    np.savez(
        file,
        weights_l1=np.array(numbers[:4]).reshape(2, 2),
        biases_l1=np.array(numbers[4:]).reshape(1, 2),
        loss=np.array(0.0),
        accuracy=np.array(0.0),
    )
    file.seek(0)
    return Model.load(file)


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        pytest.param(math.nan, "ds", id="nan"),
        pytest.param(math.inf, "ds", id="inf"),
        pytest.param(-math.inf, "ds", id="-inf"),
        pytest.param(1e7, "ds", id="1e7"),
        pytest.param(-1e7, "ds", id="-1e7"),
        pytest.param(math.nextafter(1e6, 2e6), "d", id="just beyond 1e6"),  # in float32 it is 1e6
        pytest.param(1e300, "d", id="1e300"),  # float32 has none so large
    ],
)
def test_a_number_that_no_file_may_have_no_link_may_have(found, kinds, place):
    numbers = [*NUMBERS[:place], found, *NUMBERS[place + 1 :]]
    with pytest.raises(WeightFileError):
        in_a_file(numbers)
    assert [model_of(exact(kind, numbers, (2, 2)), SMALL) for kind in kinds] == [None] * len(kinds)


@pytest.mark.parametrize("found", [1e6, -1e6, 5e-324, -0.0], ids=str)
def test_a_number_that_a_file_may_have_a_link_may_have(found):
    numbers = [found, *NUMBERS[1:]]
    by_file, by_link = in_a_file(numbers), model_from(exact("d", numbers, (2, 2)), SMALL)
    points = [[0.25, -3.0], [7.0, 2.0]]
    assert np.array_equal(by_file.predict_proba(points), by_link.predict_proba(points))


@pytest.mark.parametrize("exponent", [0, 20, 63])
@pytest.mark.parametrize("k", [0, 30, 63])
def test_the_largest_number_that_rounding_can_write_is_checked_too(exponent, k):
    # 900 ones, a zero and k low bits: about 2**(k + 9) in steps of 2**(20 - exponent)
    numbers = ["1" * 900 + "0" + "0" * k, *["0" + "0" * k] * 5]
    word = rounded(ALPHABET[exponent] + ALPHABET[k], "".join(numbers), (2, 2))
    size = 450.0 * 2.0**k * 2.0 ** (20 - exponent)
    model = model_of(word, SMALL)
    if size > 1e6:
        assert model is None
    else:
        assert model.weights[0][0, 0] == size


def test_a_word_is_no_bomb():
    # as many numbers as so many characters can hold, a bit for each; the network asks for that many
    for widths in ((2, 440, 24), (2, 200, 200, 24), (2, 300, 300, 300, 300, 2)):
        experiment = Experiment(
            polynomials=tuple(Polynomial(number) for number in range(widths[-1])), hidden=widths[1:-1]
        )
        word = rounded("UA", "0" * network.parameter_count(widths), widths)[: link.LONGEST_PART]
        tracemalloc.start()
        model = model_of(word, experiment, SHARED)
        assert tracemalloc.get_traced_memory()[1] < 50e6
        tracemalloc.stop()
        assert (model is None) == (experiment.parameter_count > MOST_PARAMETERS)


@pytest.mark.parametrize("k", [0, 1, 13, 40, 63])
@pytest.mark.parametrize("kind", "dsr")
def test_any_characters_behind_a_sound_checksum_give_a_model_or_one_printable_line(kind, k):
    rng = random.Random(k)
    for widths in ((2, 2), (2, 3, 2), (2, 40, 2)):
        experiment = Experiment(polynomials=LINES, hidden=widths[1:-1])
        needed = {"d": 64, "s": 32, "r": k + 2}[kind] * network.parameter_count(widths) // 6 + 1
        for _ in range(20):
            head = (ALPHABET[rng.choice((0, 20, 40, 63))] + ALPHABET[k]) * sum(widths[1:])
            numbers = "".join(rng.choices(ALPHABET, k=rng.choice((0, 1, 7, needed, needed, needed + 1))))
            model = model_of(signed(kind, head * (kind == "r") + numbers, widths), experiment)
            assert model is None or all(np.abs(array).max() <= 1e6 for array in model.weights + model.biases)


def test_the_kinds_of_words_are_three():
    for kind in set(ALPHABET) - set("dsr"):
        with pytest.raises(PolycoreError, match=f"got an unknown encoding, {kind};"):
            model_from(signed(kind, "A" * 64, (2, 2)), SMALL)


# Writing.

SHARED_WRITING = 3.0  # seconds: half of one by itself, and three times as much where cores are shared


def untrained(hidden):
    """Return a network of weights as training begins with, and its experiment."""
    experiment = Experiment(hidden=hidden)
    rng = np.random.default_rng(0)
    layers = [
        (rng.normal(0, math.sqrt(2 / inputs), (inputs, outputs)), np.zeros((1, outputs)))
        for inputs, outputs in pairwise(experiment.widths)
    ]
    weights, biases = zip(*layers, strict=True)
    return Model(weights, biases, 1.0, 0.5, experiment.polynomials), experiment


@pytest.mark.parametrize("hidden", [(2, 512), (512,), (80, 80), (13,) * 7], ids=str)
def test_any_network_is_written_in_half_a_second_or_refused(hidden):
    model, experiment = untrained(hidden)
    began = time.process_time()
    word = answer(lambda: compact(model, experiment, 7500), math.inf)
    taken = time.process_time() - began
    if taken > SHARED_WRITING:
        taken = seconds(lambda: answer(lambda: compact(model, experiment, 7500), math.inf))
    assert taken <= SHARED_WRITING
    assert word is None or (len(word) <= 7500 and model_from(word, experiment).widths == model.widths)
