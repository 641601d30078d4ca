"""Hidden layers as users write them: Train and sweeps read the same text."""

import pytest

import polycore as pc
from pages.wording.words import layers_in, layers_in_words


@pytest.mark.parametrize(
    ("text", "neurons"),
    [
        ("12", (12,)),
        ("16-16", (16, 16)),
        ("16, 16", (16, 16)),
        ("16,8 4", (16, 8, 4)),
        (" 16 - 16 ", (16, 16)),
        ("16\u201316", (16, 16)),
        ("none", ()),
        ("None ", ()),
    ],
)
def test_commas_hyphens_and_spaces_separate_layers(text, neurons):
    assert layers_in("Hidden layers", text) == neurons


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_text_is_refused_with_the_word_for_no_layer(text):
    with pytest.raises(pc.PolycoreError, match=r"^Hidden layers: got nothing; .* or none for"):
        layers_in("Hidden layers", text)


@pytest.mark.parametrize(
    "text", ["12-", "-12", "12--3", "12, -3", "1.5", "many", "\u00b2", "9999999", "none, 3"]
)
def test_another_text_is_refused_as_it_was_typed(text):
    with pytest.raises(pc.PolycoreError) as refused:
        layers_in("Hidden layers", text)
    assert str(refused.value).startswith(f"Hidden layers: got '{text}'; expected")


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        pytest.param((), "no hidden layer", id="none"),
        pytest.param((8,), "one layer of 8", id="one"),
        pytest.param((32, 32), "two layers of 32", id="equal ones"),
        pytest.param((16, 8), "layers of 16 and 8", id="two"),
        pytest.param((32, 16, 8), "layers of 32, 16 and 8", id="three"),
    ],
)
def test_layers_are_named_by_number_and_width(hidden, words):
    assert layers_in_words(hidden) == words
