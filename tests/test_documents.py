"""What the documents say is what the program does."""

import importlib.util
import json
import os
import pickle
import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

import polycore as pc
from pages.inside import exercise_view
from pages.lessons import lessons
from polycore.__main__ import main
from polycore.links import link
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import NAMES
from polycore.optimizers.registry import OPTIMIZERS
from tests.attacks.run_archives import CONTINUED, GIVEN, arrays_of
from tests.links import whole
from tests.pages.browsing import opened
from tests.runs import KINDS, same_run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WEIGHT_FILE = (ROOT / "docs/weight-file.md").read_text(encoding="utf-8")
RUN_FILE = (ROOT / "docs/run-file.md").read_text(encoding="utf-8")
OWN_POINTS = (ROOT / "docs/own-points.md").read_text(encoding="utf-8")
TIME = (ROOT / "docs/time.md").read_text(encoding="utf-8")
HTML_PAGE = (ROOT / "docs/html-page.md").read_text(encoding="utf-8")
LINK = (ROOT / "docs/link.md").read_text(encoding="utf-8")
SWEEPS = (ROOT / "docs/sweeps.md").read_text(encoding="utf-8")
TEACHING = (ROOT / "docs/teaching.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"\n- \*\*(.+?)\*\*: (.+?)(?=\n- \*\*|\Z)", GLOSSARY, flags=re.DOTALL))


def blocks(text, language):
    programs = re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)
    assert programs, f"got no {language} block; expected one or more"
    return programs


def rows(text):
    """Return the cells of every table row whose first cell is a `name`, by that name."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    named = [cells for cells in lines if re.fullmatch(r"`\w+`", cells[0])]
    assert named, "got no table row; expected one or more"
    return {cells[0].strip("`"): cells[1:] for cells in named}


def run_alone(program, folder):
    """Run a program in a separate process in `folder`, and return its output."""
    # OpenBLAS's own kernels may be chosen by variables: with others, a run's last bits differ
    kernels = {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**kernels, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_for(names, program, folder):
    """Run a program as above, and return what it has in `names`."""
    run_alone(
        f"{program}\nwith open('names', 'wb') as file:\n    __import__('pickle').dump({names}, file)", folder
    )
    return pickle.loads((folder / "names").read_bytes())


@pytest.fixture
def saved(tmp_path):
    experiment = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(6,), steps=20)
    model = pc.advance(pc.start(experiment), 20).best
    model.save(tmp_path / "weights.npz")
    return model, tmp_path


def test_the_readme_names_exactly_three_commands_of_run_and_all_are_known():
    commands = ["python3 run.py dashboard\n", "python3 run.py tests\n", "python3 run.py benchmarks\n"]
    assert blocks(README.split("## Three commands")[1], "sh") == commands
    answer = subprocess.run([sys.executable, "run.py"], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 2
    for command in commands:
        assert command.strip() in answer.stderr


def test_the_readme_begins_with_a_film_and_the_two_commands_that_start_the_dashboard():
    first_screen = README.split("\n## ")[0]
    _, _, film, *_ = first_screen.split("\n\n")
    [name] = re.findall(r"^!\[.+\]\((.+\.gif)\)$", film)
    assert (ROOT / name).is_file()
    in_a_clone, without_a_clone = blocks(first_screen, "sh")
    assert in_a_clone == "pip install -r requirements.txt && streamlit run streamlit_app.py\n"
    assert without_a_clone.startswith("uvx --from ")
    assert without_a_clone.endswith(" polycore-playground\n")
    needed = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert list(dict.fromkeys(re.findall(r"^\w+", needed, flags=re.MULTILINE))) == [
        "streamlit",
        "numpy",
        "plotly",
        "pandas",
        "pytest",
    ]
    assert (ROOT / "streamlit_app.py").is_file()


def test_what_the_documents_call_an_extra_is_one():
    start = (ROOT / "docs/start.md").read_text(encoding="utf-8")
    table = start.split("| extra | for |")[1].split("\n\n")[0]
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(extras)
    used = re.findall(r"(?:\.|whl)\[([\w,]+)\]", README + start)
    assert len(used) > 3
    assert {name for names in used for name in names.split(",")} <= {*extras}


def test_the_readme_names_the_command_of_windows():
    assert "`py run.py`" in README


@pytest.fixture
def run(monkeypatch):
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # a script, of which `main` alone is public: nothing is installed here, and no check (`_modules`) runs
    monkeypatch.setattr(module, "_install", lambda _: None)
    return module


@pytest.mark.parametrize(
    ("codes", "ends"), [((0, 0, 0, 0, 0), 0), ((0, 1, 0, 0, 0), 1), ((0, 0, 0, 0, -11), 1)]
)
def test_the_tests_command_fails_where_one_of_its_checks_does(run, monkeypatch, codes, ends):
    outcomes = iter(codes)
    monkeypatch.setattr(run, "_modules", lambda commands: [next(outcomes) for _ in commands])
    assert run.main(["tests"]) == ends
    assert list(outcomes) == []


@pytest.mark.parametrize(
    ("arguments", "programs", "pytest_arguments"),
    [
        pytest.param([], ["ruff", "ruff", "mypy", "sphinx", "pytest"], ["--durations=25"], id="all"),
        pytest.param(["--fast"], ["ruff", "ruff", "mypy", "pytest"], ["-m", "not slow"], id="fast"),
        pytest.param(["-k", "x"], ["ruff", "ruff", "mypy", "sphinx", "pytest"], ["-k", "x"], id="some"),
    ],
)
def test_the_tests_command_runs_its_checks(run, monkeypatch, arguments, programs, pytest_arguments):
    commands = []
    monkeypatch.setattr(run, "_modules", lambda some: commands.extend(some) or [0] * len(some))
    assert run.main(["tests", *arguments]) == 0
    assert [command[0] for command in commands] == programs
    assert set(pytest_arguments) <= set(commands[-1])


def test_the_fast_tests_are_unit_tests_that_are_there(run):
    assert all((ROOT / path).exists() for path in run.UNIT_TESTS)
    assert not [path for path in run.UNIT_TESTS if re.search("browser|pages|documents|starter", path)]


def test_the_soak_command_passes_its_arguments_on(run, monkeypatch):
    begun = []
    monkeypatch.setattr(run, "_become", lambda command: begun.append(command) or 0)
    assert run.main(["soak", "--presses", "20"]) == 0
    assert begun == [["tests.soak", "--presses", "20"]]
    assert (ROOT / "tests/soak/__main__.py").is_file()


@pytest.mark.parametrize("code", [0, 1])
def test_the_docs_command_says_where_the_pages_are(run, monkeypatch, capsys, code):
    made = []
    monkeypatch.setattr(run, "_module", lambda command: made.append(command) or code)
    assert run.main(["docs"]) == code
    [[program, *_, pages, folder]] = made
    assert (program, pages) == ("sphinx", "docs")
    assert capsys.readouterr().out.strip() == (ROOT / folder / "index.html").as_uri()


def test_the_readmes_program_and_command_train_one_network_and_print_its_figures(
    tmp_path, monkeypatch, capsys
):
    [program], [commands] = blocks(README, "python"), blocks(README, "console")
    printed = run_alone(program, tmp_path).splitlines()[0]
    of_program = (tmp_path / "weights.npz").read_bytes()
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(commands.splitlines()[0])[4:]) == 0
    assert (tmp_path / "weights.npz").read_bytes() == of_program
    loss, accuracy = re.findall(r"\d+\.\d+", printed)
    figures = capsys.readouterr().out
    assert f"{accuracy} %\n" in figures
    assert f"{loss} nats\n" in figures
    assert f"\n# {printed}\n" in program
    assert f"prints a held-out accuracy of {accuracy} % and a loss of {loss}." in " ".join(README.split())


def test_the_reference_s_program_on_a_step_runs(tmp_path):
    page = (ROOT / "docs/reference/step.rst").read_text(encoding="utf-8")
    [block] = re.findall(r"\.\. code-block:: python\n\n((?:   .*\n|\n)+)", page)
    printed = run_alone(textwrap.dedent(block), tmp_path)
    assert printed.startswith("Step 101 of 2,000 by Adam, learning rate 0.01, on 1,200 points.")
    assert "\nThe weight from y to neuron 3 of layer 1 will go " in printed
    assert printed.splitlines()[-1].startswith(r"w_{\text{new}} = w - \frac{\text{rate} \cdot m_{\text{")


@pytest.mark.parametrize("document", ["README.md", "docs/sweeps.md"])
def test_the_plain_and_the_recommended_experiment_differ_as_documents_say(document):
    text = " ".join((ROOT / document).read_text(encoding="utf-8").split())
    assert "is plain and quick to compute: fixed samples, and one hidden layer." in text
    assert "`pc.Experiment.recommended()`: fresh points in every step, and five hidden layers." in text
    plain, recommended = pc.Experiment(), pc.Experiment.recommended()
    assert (plain.samples_per_class, plain.batch_size, len(plain.hidden)) == (100, None, 1)
    assert (recommended.samples_per_class, len(recommended.hidden)) == (None, 5)


def test_the_files_the_readme_points_to_exist():
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    for target in targets:
        assert (ROOT / target).is_file(), target


def test_the_table_of_the_weight_file_is_true(saved):
    _, folder = saved
    documented = rows(WEIGHT_FILE.split("## The metadata")[0])
    with np.load(folder / "weights.npz") as file:
        assert set(file.files) == set(documented)
        sizes = {"n1": 6, "n2": 2}
        for name, (kind, shape, _) in documented.items():
            array = file[name]
            assert array.dtype.str.startswith(kind.strip("`"))
            assert array.shape == eval(shape, {}, sizes)


def test_the_table_of_the_metadata_is_true(saved):
    _, folder = saved
    documented = rows(WEIGHT_FILE.split("## The metadata")[1].split("## Own points")[0])
    with np.load(folder / "weights.npz") as file:
        metadata = json.loads(str(file["metadata"]))
    assert set(documented) == set(metadata)
    assert metadata["format"] == 1
    assert pc.Experiment.from_dict(metadata["experiment"]).hidden == (6,)


def test_the_documents_own_forward_pass_gives_the_models_probabilities(saved):
    model, folder = saved
    program, _, _ = blocks(WEIGHT_FILE, "python")
    assert run_for("probabilities", program, folder) == pytest.approx(
        model.predict_proba([[0.0, 1.0]]), abs=1e-14
    )


def test_the_table_of_own_points_in_a_weight_file_is_true(tmp_path):
    _, program, _ = blocks(WEIGHT_FILE, "python")
    model = run_for("model", program, tmp_path)
    with np.load(tmp_path / "odd.npz") as file:
        metadata = json.loads(file["metadata"].item())
    documented = rows(WEIGHT_FILE.split("## Own points")[1].split("```")[0])
    assert metadata["experiment"]["data"].keys() == documented.keys()
    assert (metadata["format"], metadata["classes"]) == (2, ["even", "odd"])
    assert "polynomials" not in metadata
    assert model.predict([[0, 0], [0, 1]]).tolist() == [0, 1]


def test_the_table_of_other_activations_is_true_and_each_of_their_expressions(tmp_path):
    _, _, program = blocks(WEIGHT_FILE, "python")
    exponentials, run = run_for("(exponentials, run)", program, tmp_path)
    expected = run.best.predict_proba(np.array([[0.0, 1.0]]))
    assert exponentials / exponentials.sum() == pytest.approx(expected, abs=1e-14)
    section = WEIGHT_FILE.split("## Other activations")[1].split("## What is refused")[0]
    with np.load(tmp_path / "smooth.npz") as file:
        metadata = json.loads(file["metadata"].item())
    documented = rows(section)
    assert [name for name in documented if name != "polynomials"] == ["format", "activation", "features"]
    listed = re.findall(r"`([a-z-]+)`", documented["activation"][0])
    assert set(listed) == set(ACTIVATIONS)
    assert (metadata["format"], metadata["features"]) == (3, ["x", "y", "x2"])
    listed = re.findall(r"`([a-z0-9]+)`", documented["features"][0])
    assert tuple(listed) == NAMES
    z = np.linspace(-3, 3, 7)
    expressions = re.findall(r"`([^`]*z[^`]*)` for `([a-z-]+)`", section.replace("\n", " "))
    [gelu] = re.findall(r"for `gelu` `([^`]*)`", section.replace("\n", " "))
    found = {name: expression for expression, name in expressions} | {"gelu": gelu}
    assert set(found) == {"leaky-relu", "sigmoid", "silu", "sine", "gelu"}
    for name, expression in found.items():
        assert eval(expression, {"np": np, "z": z}) == pytest.approx(ACTIVATIONS[name].value(z)), name


def test_the_programs_on_a_page_to_keep_run_and_its_table_is_true(tmp_path):
    writing, reading = blocks(HTML_PAGE, "python")
    model = run_for("model", writing, tmp_path)
    network, layers = run_for("(network, layers)", reading, tmp_path)
    assert set(rows(HTML_PAGE)) == set(network)
    for (weights, biases), *expected in zip(layers, model.weights, model.biases, strict=True):
        assert [weights.tobytes(), biases.tobytes()] == [array.tobytes() for array in expected]


def test_the_programs_on_own_points_run(tmp_path):
    rings, table, curves, pipeline = blocks(OWN_POINTS, "python")
    accuracy, inner = run_alone(rings, tmp_path).splitlines()
    assert int(accuracy.split("%")[0]) > 90
    assert inner == "inner"
    assert run_alone(table, tmp_path) == "4 ('x²', 'x')\n"
    heading, parabola, line, answers = run_alone(curves, tmp_path).splitlines()
    assert heading.split() == ["class", "polynomial", "noise", "explained", "outliers", "points"]
    # x^2 - 1 and 2x, with noise of 0.05
    assert re.match(r"parabola +(0\.9|1\.0)\d*x\^2 .* - (0\.9|1\.0)\d* +0\.0[456]", parabola)
    assert re.match(r"line +(1\.9|2\.0)\d*x .* 0\.0[456]", line)
    assert answers == "[1 0]"
    accuracy, best = run_alone(pipeline, tmp_path).splitlines()
    assert int(accuracy.split("%")[0]) > 90
    assert best == "{'polycoreclassifier__hidden': (16, 16)} ['inner']"


def test_the_program_on_the_loss_landscape_runs(tmp_path):
    [program] = blocks(TIME, "python")
    first, second = map(int, re.findall(r"(\d+)%", run_alone(program, tmp_path)))
    assert 50 <= first <= 100 > first + second
    page = (tmp_path / "landscape.html").read_text(encoding="utf-8")
    assert '"name":"random search"' in page
    assert f"first direction ({first} % of the variance)" in page


def test_the_tables_of_the_run_file_are_true():
    arrays = rows(RUN_FILE.split("## The metadata")[0])
    documented = rows(RUN_FILE.split("## The metadata")[1])
    seen = set()
    for kind in [*KINDS, CONTINUED, GIVEN]:
        stored = arrays_of(kind)
        metadata = json.loads(stored["metadata"].item())
        classes = max(len(metadata["experiment"].get("polynomials", ())), 1)
        sizes = {
            "P": stored["parameters"].size,
            "M": metadata["pairs"],
            "H": metadata["history_entries"],
            "S": metadata["snapshots"],
            "E": sum(leg["history_entries"] for leg in metadata["earlier"]),
            "N": metadata["experiment"].get("data", {}).get("count"),
            "K": classes,
            "C": 4096 // classes,
            "Q": len(stored.get("sums", ())),
        }
        for name, array in stored.items():
            type_, shape, _ = arrays[name]
            assert array.dtype.str.startswith(("<f8", "<f4") if type_ == "float" else type_.strip("`")), name
            assert array.shape == eval(shape, {}, sizes), name
        assert set(documented) == set(metadata)
        assert (metadata["kind"], metadata["format"]) == ("run", 4 if kind == GIVEN else 3)
        seen |= set(stored)
    assert seen == set(arrays)


def test_the_documents_own_run_goes_on(tmp_path):
    [program] = blocks(RUN_FILE, "python")
    assert same_run(run_for("run", program, tmp_path), pc.advance(pc.start(pc.Experiment(steps=400)), 400))


def test_the_table_of_the_link_is_true():
    documented = rows(LINK)
    assert list(documented) == list(whole(pc.Experiment()))
    for name, setting in link.PARTS.items():
        if setting.applies_to == "own points":
            continue
        meaning, default, example = (cell.replace("`", "") for cell in documented[name])
        assert meaning == setting.help, name
        assert default in (link.written(pc.Experiment(), name), "the tutorial's"), name
        assert example.replace("%5E", "^").replace("%2B", "+") == setting.example, name
    for name, (_, default, example) in documented.items():
        words = example.strip("`").replace("%5E", "^").replace("%2B", "+")
        assert link.from_query({name: words}).problems == (), name
        if default.startswith("`"):
            missing = {"v": "2", name: default.strip("`")}
            assert link.from_query(missing) == link.Opened(pc.Experiment(), ()), name


def test_the_programs_of_the_sweeps_run(tmp_path):
    # the last program needs a cluster: see test_sweep_on_dask.py
    first, drawn, light, _ = blocks(SWEEPS, "python")
    assert 15 <= len(first.strip().splitlines()) <= 20
    last = "print(len(experiments), len(results), leader.model.loss > 0)"
    *runs, names, small_adam, _, _, _, documented = run_alone(
        first + drawn + light + last, tmp_path
    ).splitlines()
    assert sorted(int(line.split()[0]) for line in runs) == list(range(12))
    assert names.split()[:4] == ["hidden", "optimizer", "runs", "failed"]
    assert small_adam.split()[1:5] == ["12", "adam", "3", "0"]
    assert pc.Model.load(tmp_path / "best.npz").experiment.steps == 300
    assert documented == "20 4 True"


# terms of texts and headings: no control, no optimizer and no other entry names them
TERMS_OF_TEXTS = ("activation", "calibration", "crossing", "dense layer", "epoch", "odds", "sweep")


# two ideas that take five sentences, and three with an example
MOST_SENTENCES = {"Adaptive points": 5, "SOAP": 5, "Backpropagation": 3, "Chain rule": 3, "Slope": 3}


def test_the_glossary_is_sorted_and_its_entries_are_short():
    assert len(ENTRIES) == GLOSSARY.count("\n- ") >= 25
    assert list(ENTRIES) == sorted(ENTRIES, key=str.casefold)
    for term, text in ENTRIES.items():
        sentences = re.split(r"\. |\.$", text.strip())
        assert 1 <= len([one for one in sentences if one]) <= MOST_SENTENCES.get(term, 2), term


def test_every_optimizer_is_in_the_glossary():
    known = [term.casefold() for term in ENTRIES]
    names = [optimizer.words.label for optimizer in OPTIMIZERS.values()]
    assert len(names) >= 6
    assert [name for name in names if not any(term.startswith(name.casefold()) for term in known)] == []


def test_terms_of_texts_are_in_the_glossary_and_in_texts():
    known = {term.casefold() for term in ENTRIES}
    sources = [*ROOT.glob("pages/**/*.py"), *ROOT.glob("polycore/**/*.py")]
    texts = "\n".join(path.read_text(encoding="utf-8") for path in sources).casefold()
    assert [term for term in TERMS_OF_TEXTS if term not in known or term not in texts] == []


def test_every_word_in_italics_has_an_entry_of_its_own():
    italics = {" ".join(word.split()) for word in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", GLOSSARY)}
    known = {term.casefold() for term in ENTRIES}
    forms = {word: {word, word.removesuffix("s"), word.removesuffix("es")} for word in italics - {"italics"}}
    forms["probabilities"] = {"probability"}
    assert len(forms) > 20
    assert [word for word, found in forms.items() if not {form.casefold() for form in found} & known] == []


def test_the_page_shows_the_glossary_whole():
    app = opened("pages/8_glossary.py")
    [words] = [text.value for text in app.markdown if "**Adam**" in text.value]
    assert [term for term in ENTRIES if f"**{term}**" not in words] == []


def test_the_page_has_no_link_of_the_glossary_that_leads_nowhere_there():
    app = opened("pages/8_glossary.py")
    [words] = [text.value for text in app.markdown if "**Adam**" in text.value]
    assert "[where the network errs](learning-faster.md)" in GLOSSARY
    assert "that are drawn where the network errs." in words
    assert "](" not in words


def test_importing_polycore_loads_neither_streamlit_nor_plotly_nor_pandas_nor_scikit_learn():
    names = {"streamlit", "plotly", "pandas", "sklearn"}
    code = f"import sys; from polycore import *; sys.exit(bool({names} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_every_public_name_is_there():
    for name in pc.__all__:
        assert getattr(pc, name) is not None


TEACHERS_LINKS = re.findall(r"\(http://localhost:8501/([^)]*)\)", TEACHING)


@pytest.mark.parametrize("address", [address for address in TEACHERS_LINKS if "?" in address])
def test_a_link_for_teachers_sets_everything_up(address):
    page, query = address.split("?")
    words = dict(parse_qsl(query))
    if "look" in words:
        assert page == "train"
        assert lessons.named(words.pop("look")) is not None
    assert link.from_query(words).problems == ()


def test_the_numbers_to_compute_for_teachers_are_those_that_the_page_asks_for():
    [address] = [address for address in TEACHERS_LINKS if address.startswith("inside")]
    opened_link = link.from_query(dict(parse_qsl(address.split("?")[1])))
    assert opened_link.experiment == exercise_view.SET_UP
    assert opened_link.weights == exercise_view.network().words


def test_the_pages_for_teachers_exist():
    pages = {address.split("?")[0] for address in TEACHERS_LINKS}
    assert pages == {"", "train", "play", "compare", "inside"}
    assert all(page == "" or any((ROOT / "pages").glob(f"[1-9]_{page}.py")) for page in pages)


def test_the_figures_for_teachers_are_those_of_the_lessons():
    texts = " ".join(f"{lesson.see} {lesson.do}" for lesson in lessons.LESSONS).replace("\u00a0", " ")
    for figure in ("45 %", "98 %", "40 %", "90 %", "81.6 %"):
        assert figure in " ".join(TEACHING.split())
        assert figure in texts
