"""Where a command takes its experiment from."""

import io
import sys
from types import SimpleNamespace

import pytest

import polycore as pc
from polycore.commands.experiment_source import experiment_from
from polycore.links.link import to_address

OWN = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(5, 4), noise=0.25, steps=17)
LINK = to_address("https://example.org/train", OWN)


def given(monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(OWN.to_json(), id="JSON"),
        pytest.param(f"\n {OWN.to_json()}\n", id="JSON with space around it"),
        pytest.param(LINK, id="a link"),
        pytest.param(LINK.split("?")[1], id="a query"),
        pytest.param(
            f"{LINK}&look=crossing&speed=10&inside=learns&usp=x&weights=d#top\n",
            id="a link with the dashboard's own words",
        ),
    ],
)
def test_an_experiment_comes_from_a_file_or_standard_input(tmp_path, monkeypatch, text):
    path = tmp_path / "experiment"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())  # as some editors save it
    assert experiment_from(str(path)) == OWN
    given(monkeypatch, text.encode())
    assert experiment_from("-") == OWN


def test_a_link_and_a_query_are_arguments_themselves():
    assert experiment_from(LINK) == experiment_from(LINK.split("?")[1]) == OWN


def test_names_stand_for_the_package_s_own():
    assert experiment_from("recommended") == pc.Experiment.recommended()
    assert experiment_from("tutorial") == pc.Experiment.tutorial()


def test_a_file_may_have_a_name_that_looks_like_a_link(tmp_path, monkeypatch):
    (tmp_path / "steps=5").write_text(OWN.to_json(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert experiment_from("steps=5") == OWN


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "standard input: got ''; expected an experiment", id="nothing"),
        pytest.param("12", "standard input: got '12'; expected an experiment", id="a number"),
        pytest.param("{", "not JSON", id="half of JSON"),
        pytest.param('{"step": 3}', "got the unknown field 'step'", id="a field that is none"),
        pytest.param("step=3", "got a part 'step', which may be misspelled", id="a part that is none"),
        pytest.param("seed=1&seed=2", "the part seed twice", id="a part twice"),
        pytest.param("seed=1&hidden", "expected parts of the form name=value", id="a part without words"),
        pytest.param("seed=x", "seed: got 'x'; expected a whole number", id="letters"),
        pytest.param("samples=fresh&optimizer=lbfgs", "Give a number of samples", id="a contradiction"),
        pytest.param(
            "&".join(f"seed={one}" for one in range(200)),
            "expected parts of the form name=value",
            id="200 parts",
        ),
        pytest.param("x" * 500_000, "more than 100,000 characters", id="endless"),
        pytest.param("\ud800", "not UTF-8", id="no text"),
    ],
)
def test_what_is_no_experiment_is_refused_in_a_sentence(monkeypatch, text, says):
    given(monkeypatch, text.encode("utf-8", "surrogatepass"))
    with pytest.raises(pc.PolycoreError) as error:
        experiment_from("-")
    assert says in str(error.value)
    assert len(str(error.value)) < 400
    assert str(error.value).isprintable()
