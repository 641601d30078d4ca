"""The one door to the session: how pages read it, and the functions that change it.

Each function stores a whole new Session at once: another run of the page may end this one whenever that reads
or writes the session.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypedDict, Unpack, cast

import streamlit as st

from pages.runs.pacing import UNPACED, Pacing
from pages.runs.race import Race
from pages.runs.training import Training
from pages.server import presence
from pages.state import inputs, recall
from pages.state.comparison import Comparison
from pages.state.holdings import Holdings
from pages.state.kept_models import ByHand, Kept
from pages.state.links import Links, LinkWeights
from pages.state.session_value import Drawings, Lessons, Play, Session
from pages.state.setup import Setup
from pages.state.sketch import Sketch
from pages.state.uploads import Upload, UploadedPoints
from pages.state.view import LayerChoice, MapLayer, View
from polycore import Experiment, Model, Polynomial

KEY = "polycore.session"


def current() -> Session:
    """Return the session as it stands."""
    try:  # with one look at Streamlit's state: a page asks a hundred times while it is drawn
        return cast(Session, st.session_state[KEY])
    except KeyError:
        st.session_state[KEY] = Session()
    return cast(Session, st.session_state[KEY])


def exists() -> bool:
    """Return whether this session has been here before."""
    return KEY in st.session_state


def restore(session: Session) -> None:
    """Make `session` the current one; its run goes at the pacing of its view.

    A run from before the current lesson goes as it went: the pacing is that of the lesson.
    """
    st.session_state[KEY] = session
    recall.remember(session)
    if session.training is not None and not session.has_run_from_before_the_lesson:
        session.training.go_at(session.view.pacing)


def _store(session: Session, row: Hashable = None) -> None:
    """Make `session` the current one, after the one so far; see Session.following."""
    restore(session.following(current(), row))


class Subjects(TypedDict, total=False):
    """The subjects of a Session that `update` can replace: a page changes each of them by itself."""

    setup: Setup
    by_hand: ByHand | None
    points: UploadedPoints | None
    view: View
    lessons: Lessons
    play: Play
    comparison: Comparison
    drawings: Drawings
    links: Links
    refused: Mapping[str, str]
    lost: Holdings


def update(*, undo: str | None = None, **subjects: Unpack[Subjects]) -> None:
    """Replace these subjects of the session as a whole, as in `update(play=replace(current().play, ...))`.

    undo: a sentence that says what that loses, if the earlier session can be brought back, else None.
    """
    now = current()
    changed = replace(now, **subjects)
    _store(changed if undo is None else changed.with_undo(undo, now))


def change_view(**fields: Any) -> None:
    """Give the view other values of these fields."""
    update(view=replace(current().view, **fields))


# --- the set-up --------------------------------------------------------------------------------


def change(**fields: Any) -> None:
    """Give the experiment of the set-up other values of these fields.

    Raises PolycoreError, and changes nothing, if they do not fit the others.
    """
    setup = current().setup
    update(setup=replace(setup, experiment=replace(setup.experiment, **fields)))


def load(experiment: Experiment, undo: str | None = None, row: Hashable = None) -> None:
    """Make `experiment` the set-up's.

    If something is lost, `undo` is a sentence that says so, and the earlier set-up can be brought back.
    row: changes of the polynomials in a row with the same one are a single change to undo.
    """
    now = current()
    changed = replace(now, setup=replace(now.setup, experiment=experiment))
    _store(changed if undo is None else changed.with_undo(undo, now), row)


def replace_setup(experiment: Experiment, undo: str | None = None, sketch: Sketch | None = None) -> None:
    """Replace the whole set-up; the samples that its optimizer had replaced are forgotten.

    undo: a sentence that says so if the present set-up can be brought back, else None.
    sketch: the user's own points as they are drawn; see Setup. Earlier ones are put aside.
    """
    now = current()
    setup = Setup(experiment, sketch=sketch).following(now.setup)
    _store_setup(now, replace(now, setup=setup), undo)


def load_network(experiment: Experiment, weights: LinkWeights, title: str, undo: str) -> None:
    """Replace the whole set-up, and let a network of it answer, as a link with its weights does.

    title: under which it is kept, unless it is kept already.
    undo: a sentence that says so: what there was can be brought back.
    """
    now = current()
    setup = Setup(experiment).following(now.setup)
    loaded = replace(now, setup=setup, links=replace(now.links, brought=weights))
    kept = next((kept for kept in now.models.kept if kept.model is weights.model), None)
    new = loaded.keeping(Kept(title, weights.model, None)) if kept is None else loaded.using(kept.title)
    inputs.forget_refused()
    is_loss = experiment != now.experiment or not set(now.models.titles) <= set(new.models.titles)
    _store(new.with_undo(undo, now) if is_loss else new)


def begin_lesson(
    name: str,
    experiment: Experiment,
    undo: str | None,
    pacing: Pacing = UNPACED,
    *,
    layers: tuple[MapLayer, ...] = (),
) -> None:
    """Begin the guided lesson of that name on its set-up; see `replace_setup`. Its runs go at `pacing`.

    No point is asked about, no neuron is chosen, and nothing but `layers` lies on the map: it would look
    like a part of the lesson. As the first lesson begins, the settings fold: it stands beside the map.
    """
    now = current()
    view = replace(
        now.view,
        weights=View().weights,
        past=None,
        inside=None,
        neuron=View().neuron,
        asked=None,
        map_view=View().map_view,
        map_layers=LayerChoice(of_polynomials=layers),
        settings=now.view.settings and now.lessons.current is not None,
        pacing=pacing,
    )
    lessons = replace(now.lessons, current=name, before=now.name_of_run_unless(experiment))
    setup = now.setup if experiment == now.experiment else Setup(experiment).following(now.setup)
    _store_setup(now, replace(now, setup=setup, lessons=lessons, view=view), undo)


def end_lesson(view: View) -> None:
    """End the guided lesson; `view` is what the pages show without it.

    The pace that it has replaced still comes back with the set-up that it has replaced.
    """
    now = current()
    if now.by_hand is not None:  # what was changed by hand stays where it is shown
        view = view.chosen_inside(now.inside_choice)
    lessons, offered = replace(now.lessons, current=None), now.offered_undo
    ended = replace(now, lessons=lessons, view=view)
    if offered is not None and "pacing" in offered.before:
        ended = ended.still_offering(offered, replace(now, lessons=lessons))
    _store(ended)


def _store_setup(before: Session, after: Session, undo: str | None) -> None:
    inputs.forget_refused()
    _store_offering(before, after, undo if after.experiment != before.experiment else None)


def _store_offering(before: Session, after: Session, undo: str | None) -> None:
    """Make `after` the present session; `undo` is a sentence that says so if it loses something, else None.

    Without a loss of its own, what was lost last can still be brought back: that is all the user has lost.
    """
    offered = before.offered_undo
    if undo is not None:
        after = after.with_undo(undo, before)
    elif offered is not None:
        after = after.still_offering(offered, before)
    _store(after)


# --- the run -----------------------------------------------------------------------------------


def begin(training: Training) -> None:
    """Stop the run, keep its best, and make `training` the run; see `exchange_run`."""
    previous = current().training
    if previous is not None:
        previous.stop()
    collect()
    exchange_run(training)


def exchange_run(training: Training) -> None:
    """Make `training` the run, without an end for the present one: Undo may bring it back.

    If a model of the same experiment is kept, it answers.
    """
    training.seen(presence.of_this_tab())
    _give_up_landscape()
    now = current()
    begun = replace(
        now,
        training=training,
        view=replace(now.view, past=None, inside=None),
        drawings=now.drawings.without_run,
    )
    kept = begun.own
    _store(begun if kept is None else begun.using(kept.title))


def _give_up_landscape() -> None:
    """End the computation of the landscape around the run, which goes."""
    landscape = current().drawings.landscape
    if landscape is not None:
        landscape.give_up()


def collect() -> None:
    """Keep the run's best weights, if they are better than those kept of the same experiment."""
    now = current()
    collected = now.collected()
    if collected is not now:
        _store(collected)


def is_under_way(kept: Kept) -> bool:
    """Return whether `kept` is of the run, and the run advances or can be resumed."""
    now = current()
    view = now.run_view
    if view is None or kept is not now.own:
        return False
    return view.is_active or view.status in ("paused", "failed")


def begin_race(race: Race, undo: str) -> None:
    """Start a race and show it on Compare; the last one stops, and `undo` is a sentence that says so.

    Raises PolycoreError, and the last one goes on, if this server has no room for all lanes.
    """
    race.start()
    before = current().comparison
    if before.race is not None:
        before.race.stop()
    is_loss = before.race is not None and before.race.view.has_begun
    compare_another(replace(before, view="Race", race=race), undo if is_loss else None)


def compare_another(comparison: Comparison, undo: str | None) -> None:
    """Compare another race or sweep; `undo` is a sentence that says so if results are lost, else None."""
    now = current()
    _store_offering(now, replace(now, comparison=comparison), undo)


def show_race(**fields: Any) -> None:
    """Show the race with other values of these fields of ShownRace."""
    now = current().comparison
    update(comparison=replace(now, race_shown=replace(now.shown, **fields)))


def note_running() -> None:
    """Note whether the run advances, and what is measured. Each page calls this before it uses any of that.

    A run or a job may end while its page is being drawn. All parts of the page use how it was before, so that
    they agree; its next frame then causes the page to be drawn again.
    """
    now = current()
    running = now.run_view is not None and now.run_view.is_active
    if running != now.view.running:
        change_view(running=running)
    held = now.by_hand
    if held is not None and held.measuring is not None and held.result is None:
        update(by_hand=replace(held, result=held.measuring.view.result))


# --- the kept models ---------------------------------------------------------------------------


def add(kept: Kept) -> None:
    """Keep a model and let it answer; see KeptModels.added."""
    _store(current().keeping(kept))


def add_upload(model: Model) -> None:
    """Keep a model that came as a file and let it answer."""
    now = current()
    number = now.models.uploads + 1
    counted = replace(now, models=replace(now.models, uploads=number))
    _store(counted.keeping(Kept.of_file(model, number)))


def put(old: Kept, new: Kept) -> None:
    """Put `new` in the slot of the kept model `old`; what names that by its title follows."""
    now = current()
    by_hand, compared = now.by_hand, now.comparison.titles
    if by_hand is not None and by_hand.title == old.title != new.title:
        by_hand = replace(by_hand, title=new.title)
    if compared is not None:
        compared = tuple(new.title if title == old.title else title for title in compared)
    comparison = replace(now.comparison, titles=compared)
    _store(replace(now, models=now.models.exchanged(old, new), by_hand=by_hand, comparison=comparison))


def rename(title: str, text: str) -> None:
    """Name the kept model of `title` as the user typed it in `text`.

    Raises PolycoreError if that cannot be its name; see KeptModels.checked_title.
    """
    models = current().models
    name, kept = models.checked_title(title, text), models.titled(title)
    if kept is not None:
        put(kept, replace(kept, title=name, named=True))


def name_classes(title: str, polynomials: Sequence[Polynomial]) -> None:
    """Let the classes of the kept model of `title` stand for `polynomials`.

    Raises PolycoreError if there are more or fewer.
    """
    kept = current().models.titled(title)
    if kept is not None:
        put(kept, replace(kept, model=kept.model.with_polynomials(polynomials)))


def pin(title: str) -> None:
    """Keep the model of `title` for good, unless MOST_PINNED are pinned."""
    kept = current().models.titled(title)
    if kept is not None and current().models.may_pin():
        put(kept, replace(kept, pinned=True))


def unpin(title: str) -> None:
    """Let the model of `title` make room for another when its turn comes."""
    kept = current().models.titled(title)
    if kept is not None:
        put(kept, replace(kept, pinned=False))


def free_slots() -> int:
    """Return how many new models can be kept before the first of them makes room."""
    now = current()
    return now.models.free_slots(now.own)


def going_for_run() -> tuple[Kept, ...]:
    """Return the model that makes room once a new run has one; () if there is a free slot."""
    return current().models.going(None)  # the current run's may go too: by then it is no longer the run's


def going_for(count: int) -> tuple[Kept, ...]:
    """Return the models that make room if `count` more are kept beside the run's."""
    now = current()
    return now.models.going(now.own, count)


def remove(title: str, name: str | None = None) -> None:
    """Delete the kept model of `title`; Undo brings it back. Does nothing while its run is under way.

    name: as pages show it, if that is not the title.
    Its run goes with it: what that has learned would be kept again.
    """
    now = current()
    kept = now.models.titled(title)
    if kept is None or is_under_way(kept):
        return
    removed = replace(now, models=now.models.without(kept), by_hand=now.by_hand_unless({title}))
    if kept is now.own:
        _give_up_landscape()
        removed = replace(removed, training=None, drawings=now.drawings.without_run)
    _store(removed.with_undo(f"{name or title} was deleted.", now))


def use(title: str) -> None:
    """Let the kept model of that title answer."""
    _store(current().using(title))


# --- undo --------------------------------------------------------------------------------------


def offer_undo(text: str, before: Session) -> None:
    """Offer a way back to the session `before`; `text` is a sentence that says what was lost since."""
    _store(current().with_undo(text, before))


def bring_back() -> None:
    """Undo the last loss, if that is still offered."""
    now = current()
    undo = now.offered_undo
    if undo is not None:
        inputs.forget_refused()
        restore(now.reverted(undo))


def bring_back_polynomials() -> None:
    """Undo the last change of the polynomials.

    Raises PolycoreError if the set-up cannot have the earlier ones.
    """
    restore(current().with_earlier_polynomials())


# --- the other subjects ------------------------------------------------------------------------


def note_upload(files: frozenset[str], upload: Upload, shown: frozenset[str]) -> None:
    """Note what became of the uploaded files with these identifiers; `shown` are all in their uploader."""
    _store(current().noting(files, upload, shown))


def empty_uploader() -> None:
    """Let the uploader of a file that was accepted be empty when it is drawn next."""
    now = current()
    _store(replace(now, emptied_uploaders=now.emptied_uploaders + 1))


def set_points(points: UploadedPoints, undo: str | None) -> None:
    """Make `points` the uploaded ones, and empty their uploader.

    undo: a sentence that says so if that loses others, else None.
    """
    now = current()
    changed = replace(now, points=points, points_uploads=now.points_uploads + 1)
    _store(changed if undo is None else changed.with_undo(undo, now))
