"""Nobody sees what is another's: four visitors at once, and what caches hold for all of them."""

import ast
import importlib
import random
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache, cached_property, wraps
from pathlib import Path

import numpy as np
import pytest
import streamlit as st

import polycore as pc
from pages.inside.neuron_choice import Neuron
from pages.models.map_layers import ALL
from pages.plane import referee
from pages.plane.plane import pixels_of
from pages.plane.scene import scene_of
from pages.predict import asked_point
from pages.run_view import map_view
from polycore.experiment.error_sums import ErrorSums
from polycore.figures.style import Figure
from polycore.inspection.step_detail import StepChoice, step_detail
from polycore.links.compact_weights import compact
from polycore.tutorial.untrained_model import tutorial_model, tutorial_sets
from tests.pages.browsing import (
    HOME,
    QUICK,
    opened,
    press,
    session_of,
    trained,
    wait_for,
    with_weights,
    words_of,
)
from tests.runs import POINTS

ROOT = Path(__file__).parents[2]
TRAIN, PREDICT, COMPARE = "pages/3_train.py", "pages/4_predict.py", "pages/6_compare.py"
PAGES = (HOME, *(f"pages/{path.name}" for path in sorted(ROOT.glob("pages/[1-7]_*.py"))))


# --- four visitors ---------------------------------------------------------------------------

VISITORS = 4
MARK = re.compile(r"(?:Owl |0\.)31(\d\d)1(?!\d)")  # of a name, and of a polynomial


def name_of(number):
    return f"Owl 31{number:02}1"


def polynomials_of(number):
    return (pc.Polynomial(1, 0, -float(f"0.31{number:02}1")), pc.Polynomial(1, 0))


def visit(number, apps) -> Iterator[None]:
    """Do what a person does who trains a network and names it, step by step."""
    typed = "~".join(map(str, polynomials_of(number))).replace(" ", "")
    app = apps[number] = opened(HOME, {**QUICK, "polynomials": typed, "steps": "200"})
    yield
    app.switch_page(TRAIN).run()
    yield
    press(app, "Start")
    yield
    app.run()
    yield
    wait_for(app, "finished")
    yield
    app.switch_page(COMPARE).run()
    yield
    [name] = [box for box in app.text_input if box.label == "Name"]
    name.set_value(name_of(number)).run()
    yield
    app.switch_page(PREDICT).run()


def everything(app):
    """Return all that the browser is sent of a page, and its address."""
    return " ".join([*(str(getattr(node, "proto", "")) for node in app._tree), *words_of(app).values()])


def marks_in(text):
    return {int(number) for number in MARK.findall(text)}


def test_four_visitors_at_once_each_see_their_own_polynomials_run_and_model_alone():
    apps = {}
    visits = {number: visit(number, apps) for number in range(VISITORS)}
    order = random.Random(0)
    while visits:
        number = order.choice(sorted(visits))
        if next(visits[number], "over") == "over":
            del visits[number]
    for number, app in apps.items():
        seen = ""
        for page in PAGES:
            app.switch_page(page).run()
            assert not app.exception
            shown = everything(app)
            assert marks_in(shown) == {number}, page
            seen += shown
        assert name_of(number) in seen
        assert str(polynomials_of(number)[0]) in seen
        check_own(session_of(app), number)


def check_own(now, number):
    run = now.training.view.run
    assert run.experiment.polynomials == now.experiment.polynomials == polynomials_of(number)
    undisturbed = pc.advance(pc.start(run.experiment), run.experiment.steps)
    assert np.array_equal(run.parameters, undisturbed.parameters)
    [kept] = now.models.kept
    assert (kept.title, kept.model.polynomials) == (name_of(number), polynomials_of(number))
    assert all(map(np.array_equal, kept.model.weights, undisturbed.best.weights))


# --- what caches there are --------------------------------------------------------------------

SCRIPTS = [ROOT / HOME, *ROOT.glob("pages/[0-9]*.py")]
MODULES = [*ROOT.glob("pages/*/*.py"), *ROOT.glob("polycore/**/*.py")]
CACHING = {"cache", "lru_cache", "cache_data", "cache_resource"}
MOST = 128  # entries

# Each has no argument, and so one entry.
UNBOUNDED = {
    "pages.inside.exercise_view.network",
    "pages.patches.apply",
    "polycore.tutorial.untrained_model.tutorial_model",
    "polycore.tutorial.untrained_model.tutorial_sets",
}

# These give no value: the patches of Streamlit, and what draws a component.
OF_THE_SERVER = {
    "pages.patches.apply",
}

# Containers of a module that its functions change.
CHANGED = {
    "pages.channel.component._declared",  # when a module that declares a component is imported
    "pages.patches.rerun_requests._last_pages",  # by Streamlit's own session, with which an entry goes
    "pages.server.server._current",  # as the server starts; its fields: tests/pages/test_one_server.py
}


def name_of_module(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def last_name(node):
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def caches_in(path):
    """Return the names of cached functions at the top of a module, and how often it names a cache at all."""
    text = path.read_text(encoding="utf-8")
    if "cache" not in text:  # as in the names of all of them: most modules need no second look
        return [], 0
    tree = ast.parse(text)
    named = sum(last_name(node) in CACHING for node in ast.walk(tree) if not isinstance(node, ast.Call))
    cached = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and any(last_name(one) in CACHING for one in node.decorator_list)
    ]
    return cached, named


@cache  # it reads 300 modules, and 60 tests ask for it
def caches():
    """Return each cached function by its full name."""
    found = {}
    for path in MODULES:
        module = name_of_module(path)
        for name in caches_in(path)[0]:
            found[f"{module}.{name}"] = getattr(importlib.import_module(module), name)
    return found


def test_every_cache_is_a_decorator_of_a_module_s_function_and_pages_have_none():
    for path in [*MODULES, *SCRIPTS]:
        cached, named = caches_in(path)
        assert named == len(cached), path
        assert path in MODULES or not cached, path


def test_every_cache_is_bounded():
    sizes = {name: cached.cache_parameters()["maxsize"] for name, cached in caches().items()}
    assert len(sizes) > 30
    assert {name for name, size in sizes.items() if size is None} == UNBOUNDED
    assert max(size for size in sizes.values() if size is not None) <= MOST


def test_a_cache_without_bounds_has_no_argument():
    for name in UNBOUNDED:
        assert caches()[name].__wrapped__.__code__.co_argcount == 0, name


CHANGING = {"add", "append", "appendleft", "clear", "extend", "insert", "move_to_end", "pop", "popitem"}
CHANGING |= {"popleft", "remove", "setdefault", "update", "discard", "__setitem__"}


def changed_in(tree):
    """Return the names of a module that its functions assign to or change in place."""
    own = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    found = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Global):
                found.update(node.names)
            elif is_change(node):
                found.add(last_name(node.value))
    return found & own


def is_change(node):
    if isinstance(node, ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.Attribute) and node.attr in CHANGING


@pytest.mark.parametrize(
    "change",
    ["d[1] = 2", "del d[1]", "d.update(a=1)", "d.pop(1)", "global d", "d[1] += 1"],
)
def test_a_change_of_what_a_module_holds_is_found(change):
    assert changed_in(ast.parse(f"d = {{}}\ne = []\ndef f():\n    {change}")) == {"d"}


def test_no_module_holds_what_its_functions_change_but_these():
    found = {
        f"{name_of_module(path)}.{name}"
        for path in [*MODULES, *SCRIPTS]
        for name in changed_in(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == CHANGED


# --- what they hold ---------------------------------------------------------------------------

EXPERIMENT = pc.Experiment(
    polynomials=(pc.Polynomial(-1, 0, 1), pc.Polynomial(1, 0, 0, -2), pc.Polynomial(1, 0)),
    hidden=(8,),
    samples_per_class=20,
    steps=20,
)
FRESH = replace(EXPERIMENT, samples_per_class=None, batch_size=16, sampling="errors")
RANGE = (-1.0, 1.0)


@pytest.fixture(scope="module")
def arguments():
    """Return arguments for each cached function that has any."""
    run = pc.advance(pc.start(EXPERIMENT), 20)
    model, best = run.best, referee.of(EXPERIMENT.polynomials, RANGE, 0.0)
    window = (RANGE, RANGE)
    curves = (EXPERIMENT.polynomials, RANGE)
    scene = scene_of(EXPERIMENT)
    return {
        "pages.plane.crossings.meetings_of": (scene,),
        "pages.plane.crossings.table_of": curves,
        "pages.compare.cards._picture": (model, scene, 96, 60),
        "polycore.formula._parsed": ("w - rate * g",),
        "polycore.model.neurons.dead_count": (model, EXPERIMENT),
        "pages.inside.neuron_map._folds_of_first_layer": (model, window),
        "pages.inside.neuron_map._probabilities": (model, window),
        "pages.inside.neuron_map._straight_folds": (model, window),
        "pages.inside.neuron_map._values": (model, window, Neuron(0, 0)),
        "pages.inside.edited_model._sets": (EXPERIMENT,),
        "pages.inside.network_picture._dead": (tutorial_model(), tutorial_sets()),
        "pages.inside.network_picture._seen": (model, window, ((0, 1), (0, 1), (0, 1, 2))),
        "pages.inside.step_picture._images": (step_detail(pc.start(EXPERIMENT), StepChoice()),),
        "pages.inside.step_picture._large_image": (step_detail(pc.start(EXPERIMENT), StepChoice()),),
        "polycore.optimizers.soap._layers": ((2, 3, 2),),
        "polycore.workers.confidence.t_quantile": (4,),
        "polycore.links.link._model": (compact(model, EXPERIMENT, 2000), EXPERIMENT),
        "pages.models.link_choice._compacted": (model, EXPERIMENT, 2000),
        "pages.models.map_layers._diamonds": (scene,),
        "pages.models.map_layers._dots": (FRESH, ErrorSums.empty(FRESH.class_count)),
        "pages.models.map_layers._samples": (EXPERIMENT,),
        "pages.models.map_layers.mistakes_of_model": (model, EXPERIMENT),
        "pages.models.map_layers.mistakes_of_referee": (best, EXPERIMENT),
        "pages.plane.plane._grid": (window,),
        "pages.plane.plane.decisions_of": (best, window, 96, 72),
        "pages.plane.scene.of_polynomials": curves,
        "pages.plane.scene._of_points": (POINTS,),
        "pages.plane.scene.fit_of": (POINTS,),
        "polycore.points.robust_regression._legendre_powers": (3,),
        "polycore.points.split.split": (POINTS, 0.2, 0),
        "pages.plane.plane._lines": (scene,),
        "pages.plane.plane.map_without_regions": (scene,),
        "pages.plane.plane.difference_map": (pixels_of(model, window), scene, best),
        "pages.plane.plane.network_map": (pixels_of(model, window), scene),
        "pages.plane.plane.pixels_of": (model, window),
        "pages.plane.plane.referee_map": (best, scene),
        "pages.plane.referee.of": (*curves, 0.0),
        "pages.plane.plane.shown_map": (pixels_of(model, window), scene),
        "pages.plane.plane.shown_differences": (pixels_of(model, window), scene, best),
        "polycore.pictures.class_map._shares": (4,),
        "pages.lessons.continuing._held_out": (5,),
        "pages.lessons.situation.key_of": (EXPERIMENT,),
        "pages.train.run_report.held_out_report": (model, EXPERIMENT),
        "pages.polynomials.entries._parsed": ("x^2",),
        "pages.predict.curve_walk._chart_without_mark": (model, best, scene, 0),
        "pages.predict.curve_walk.along": (model, best, scene, 0),
        "polycore.model.evaluation.thinned_training_set": (EXPERIMENT,),
        "polycore.training.task._with_few": (EXPERIMENT,),
        "polycore.training.task._with_many": (EXPERIMENT,),
    }


def arrays_in(value):
    """Yield every array within a value, but not those of figures, which nobody changes."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple | frozenset):
        for part in value:
            yield from arrays_in(part)
    elif is_dataclass(value):
        for part in parts_of(value).values():
            yield from arrays_in(part)


def parts_of(value):
    """Return what a value was made of, without what it has worked out since and keeps."""
    kept = {name for name, own in vars(type(value)).items() if isinstance(own, cached_property)}
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value) if one.init}
    return {name: part for name, part in vars(value).items() if name not in kept}


def digest(value):
    """Return what is equal for values that tell the same."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, dict):
        return {name: digest(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [digest(part) for part in value]
    if value is None or isinstance(value, int | float | str | bytes | frozenset | np.generic):
        return value
    return type(value).__name__, digest(parts_of(value))


def test_arguments_are_known_for_each_cache_that_has_any(arguments):
    """A new cache needs a line in `arguments`, and then it is tested here with the others."""
    taking = {name for name, cached in caches().items() if cached.__wrapped__.__code__.co_argcount}
    assert arguments.keys() == taking


@pytest.mark.parametrize("name", sorted(caches()))
def test_what_a_cache_gives_is_the_value_of_its_arguments_alone_and_its_arrays_are_read_only(name, arguments):
    cached = caches()[name]
    given = arguments.get(name, ())
    if name in OF_THE_SERVER:
        pytest.skip("it is no value, but what all share")
    first = cached(*given)
    assert cached(*given) is first
    assert digest(first) == digest(cached.__wrapped__(*given))
    assert [array.shape for array in arrays_in(first) if array.flags.writeable] == []


@pytest.fixture
def recorded(monkeypatch):
    """Note what every cache gives, as it was then, while pages are drawn."""
    found = {}

    def recording(name, cached):
        @wraps(cached)
        def call(*args, **named):
            value = cached(*args, **named)
            key = (name, id(value))
            if key not in found:
                found[key] = (value, digest(value))
            return value

        return call

    for name, cached in caches().items():
        if name in OF_THE_SERVER:
            continue
        for path in MODULES:
            module = importlib.import_module(name_of_module(path))
            for own, value in list(vars(module).items()):
                if value is cached:
                    monkeypatch.setattr(module, own, recording(name, cached))
    return found


def choose(app, kind, key, value):
    [widget] = [one for one in getattr(app, kind) if one.key and one.key.startswith(key)]
    widget.set_value(value).run()
    assert not app.exception


def test_no_page_changes_what_a_cache_has_given_it(recorded):
    app = trained()
    layers = [layer for layer in ALL if layer != "Next points"]
    choose(app, "button_group", "map_layers.run", layers)
    for view in ("Referee", "Differences"):
        choose(app, "button_group", map_view.KEY, view)
    app.switch_page(PREDICT).run()
    choose(app, "button_group", "map_layers.predict", layers)
    choose(app, "button_group", "point.way", asked_point.ON_CURVE)
    for page in PAGES * 2:
        app.switch_page(page).run()
        assert not app.exception
    figures = {name for name, cached in caches().items() if cached.__annotations__["return"] == Figure}
    assert figures <= {name for name, _ in recorded}
    assert [name for (name, _), (value, before) in recorded.items() if digest(value) != before] == []


# --- caches that somebody clears --------------------------------------------------------------

# names that Streamlit and pandas draw by lot for each file and for each table, and the numbers of frames
CHANCE = re.compile(r'deferred_file_id: "\w+"|uuid: "\w+"|T_[0-9a-f]{5}|\\"since\\": ?\d+')


def clear_all():
    """Clear what Streamlit's menu clears for all visitors, and our own caches too."""
    st.cache_data.clear()
    st.cache_resource.clear()
    for name, cached in caches().items():
        if name not in OF_THE_SERVER:
            cached.cache_clear()


def test_nobody_notices_when_all_caches_are_cleared():
    app = with_weights(trained())
    before, after = ({}, {})
    for shown in (before, after):
        for page in PAGES:
            app.switch_page(page).run()
            assert not app.exception
            shown[page] = CHANCE.sub("", everything(app))
        clear_all()
    assert before.keys() == after.keys()
    assert [page for page in PAGES if before[page] != after[page]] == []


def test_a_run_goes_on_while_all_caches_are_cleared():
    app = press(opened(TRAIN, {**QUICK, "steps": "3000"}), "Start")
    training = session_of(app).training
    while training.view.status == "running":
        clear_all()
    assert training.view.status == "finished"
    undisturbed = pc.advance(pc.start(training.view.run.experiment), 3000)
    assert np.array_equal(training.view.run.parameters, undisturbed.parameters)


def test_twenty_interleaved_sessions_never_see_each_other():
    apps = [opened(words={"seed": str(seed), "steps": "5"}) for seed in range(20)]
    for _ in range(2):
        for app in apps:
            app.run()
    assert [session_of(app).experiment.seed for app in apps] == list(range(20))
