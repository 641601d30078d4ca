"""Home: which polynomial is this point on? A map, one point, one button. Embedded it is the map alone."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from pages.channel import live_text
from pages.frame import frame, recent
from pages.home import asked_point, embedded
from pages.lessons import into_view, lesson_panel, lessons
from pages.models import asked, from_link, kept_actions, model_in_use
from pages.models.map_layers import Overlay
from pages.plane import answer_view, live, plane
from pages.plane.answer import Answer
from pages.plane.crossings import meetings_of
from pages.plane.referee import BESIDE, best_possible
from pages.plane.scene import scene_of, shortened
from pages.run_view import map_view, presentation, progress
from pages.run_view.shown import Selection, ShownRun, shown_run
from pages.runs.training import Training
from pages.setup import controls
from pages.state import page_links, recall, session
from pages.state.kept_models import Kept
from pages.state.setup import THREE_CURVES
from pages.state.view import MapLayer
from pages.wording.percent import percent
from pages.wording.words import file_name
from polycore import Experiment
from polycore.polynomials.classes import curves_of, written
from polycore.polynomials.window import Point

MAIN_KEY, LESSONS_KEY = "home.main", "home.lessons"
PREVIOUS = "The network of the previous set-up stays in Compare."
QUESTION = "On which curve?"
QUESTION_OF_POINTS = "Of which class?"
TRAIN_SETUP, TYPE_YOUR_OWN = "Train this set-up", "Type your own curves"
ANY_POINT, SPECIAL_POINTS = "any point to ask", "at a crossing, or far away"
LEARNING = "Learning: each step aims at fewer mistakes."
TRAIN_HELP = "Changes the weights of the network step by step, until it names the curves."
POINTS, COLORS = "The network learns from these {}points.", "Color: the right answer."
ANSWERS, UNSURE = "Color: the network's answer at each place.", "Pale: unsure. Far from all {}: a wild guess."
SCATTERED = "because points scatter, and mix where curves are close."
AT_CROSSING = "because only crossings leave doubt."
OF_TWO = "because some points could be of two curves."
OF_PREVIOUS = "The network of the previous set-up."
CERTAIN = 0.9995  # from this share on, what is possible at best is all, or almost all
OFFERED = 4  # lessons, in a line
# The title is beside the map, and on a phone above it, as is the figure. All of the map with its caption is
# in the first screen: what is above and below it takes 9.5 rem. What is said has the same room before a run
# and in it, so that the button keeps its place. Of the button and what takes its place only the first is
# seen: what goes is there until the page is drawn.
STYLE = """<style>
.st-key-home-main > .stElementContainer { margin-block: 0 !important; } /* a link has others than a button */
.st-key-home-main > :not(:first-child) { display: none; }
.st-key-home-main :is(button, [data-testid="stPageLink-NavLink"]) { min-height: 3rem; min-width: 14rem; }
.st-key-home-main [data-testid="stPageLink-NavLink"] {
  justify-content: center; margin: 0; border-radius: 0.5rem; background: var(--primary);
}
.st-key-home-main [data-testid="stPageLink-NavLink"] * { color: #ffffff !important; }
.st-key-home-main p { font-size: 1.125rem; font-weight: 600; }
.st-key-home-side [aria-label^="Shortcut"] { display: none; } /* the help has the keys */
/* buttons and links of one row: they look the same, and their text begins where that above it does */
.st-key-home-quiet { margin-left: -0.5rem; }
.st-key-home-quiet :is(button, a, [data-testid="stCaptionContainer"]) { padding: 0 0.5rem; margin: 0; }
:is(.st-key-home-quiet, .st-key-home-lessons) p { display: block; line-height: 1.75rem; } /* on one line */
.st-key-home-lessons { border-top: 1px solid light-dark(#d8dae4, #3a4050); padding-top: 0.5rem; }
.st-key-home-lessons :is(p, button) { font-size: 0.875rem; }
.st-key-home-lessons [data-testid="stPageLink-NavLink"] p { color: light-dark(#5a6072, #a4abbd); }
@media (min-width: 641px) {
  .st-key-home-plane > * { flex-basis: clamp(18rem, 100vh - 9.5rem, 62rem) !important; }
  .st-key-home-title h1 { padding: 1.25rem 0 0.75rem; font-size: 2rem; line-height: 1.2; text-wrap: balance; }
  .st-key-home-said { min-height: 9.75rem; }
}
@media (max-width: 640px) {
  .st-key-home-two :is([data-testid="stColumn"], [data-testid="stColumn"] > [data-testid="stVerticalBlock"]) {
    display: contents;
  }
  .st-key-home-two [data-testid="stColumn"] > [data-testid="stVerticalBlock"] > * { flex: 0 0 100%; }
  .st-key-home-two [data-testid="stHorizontalBlock"] { row-gap: 0.5rem; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-home-title) { order: -2; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-home-said) { order: -1; }
  /* beside Copy link, More links and Present */
  .st-key-home-title h1 { padding: 0 9.5rem 0.75rem 0; font-size: 1.375rem; line-height: 1.25; }
  .st-key-home-said { min-height: 5.5rem; }
  .st-key-home-side .st-key-progress-bar { min-height: 2.35rem; }
  .st-key-home-plane .polycore-live-caption { min-height: 2.6rem; font-size: 0.9375rem; }
  .st-key-home-plane .polycore-live-caption > span { display: block; }
  /* names that do not stand at their curves are moved sideways: so they cover nothing */
  .st-key-home-plane :not(.polycore-live-named) > .polycore-live-legend:not([hidden]) {
    display: grid; grid: repeat(2, auto) / auto-flow max-content; flex: none; overflow: auto hidden;
    padding-right: 2rem; mask-image: linear-gradient(to left, transparent, black 2rem); /* there are more */
  }
  .st-key-home-plane > * { flex-basis: clamp(19rem, 100vh - 27rem, 33rem) !important; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-home-main), .st-key-home-main,
  .st-key-home-main :is(button, [data-testid="stPageLink-NavLink"], div) { width: 100% !important; }
  .st-key-home-lessons [data-testid="stPageLink-NavLink"] { padding-inline: 0; } /* of a second line too */
  .st-key-home-lessons > :nth-child(n + 4):not(:last-child) { display: none; } /* two of the lessons */
}
@media (max-width: 640px) and (max-height: 760px) { /* room for a plane above names */
  .st-key-home-plane > :has(:not(.polycore-live-named) > .polycore-live-legend:not([hidden])) {
    flex-basis: 23rem !important;
  }
}
</style>"""
SAID_STYLE = """<style>
.big { font-size: 2.75rem; line-height: 1.05; font-weight: 600; letter-spacing: -0.02em; }
.big { font-variant-numeric: tabular-nums; white-space: nowrap; }
.words { font-weight: 600; line-height: 1.3; }
.words .quiet { font-weight: 400; }
.quiet { max-width: 46ch; font-size: 0.875rem; line-height: 1.45; color: light-dark(#5a6072, #a4abbd); }
@media (max-width: 640px) {
  .said { display: grid; grid-template-columns: auto 1fr; column-gap: 0.75rem; align-items: center; }
  .big { font-size: 2.25rem; }
  .quiet { max-width: none; }
  .said > :last-child { grid-column: 1 / -1; }
}
</style>"""
STANDING_STYLE = "<style>@media (min-width: 641px) { .bar { max-width: 14rem; } }</style>"


def draw() -> None:
    """Draw the page."""
    frame.begin(frame.HOME_TITLE)
    if frame.is_embedded():
        embedded.draw_controls()
        embedded.draw(_shown(map_view.network_selection()))
    elif presentation.is_on():
        presentation.draw(_shown(map_view.network_selection()), controls.draw)
    else:
        _draw_whole()


def _shown(selection: Selection) -> ShownRun | None:
    return shown_run(selection, running=session.current().view.running)


def _draw_whole() -> None:
    st.html(STYLE)
    training = _training_here()
    # before anything is drawn: it may take a while
    best = None if training is None else best_possible(training.view.run.experiment)
    with st.container(key="home.two"):
        figure, side = st.columns([5, 2], gap="medium")
    with side:
        with st.container(key="home.title"):
            st.title(frame.HOME_TITLE, anchor=False)
        said = st.container(key="home.said")
        with st.container(key="home.side", gap="small"):
            # computed before the button is drawn, which changes in the same moment
            shown = None if training is None else _shown(selection())
            standing = "" if shown is None else _standing_html(shown)
            _draw_main(training)
            with st.container(gap=None):
                if shown is not None:
                    _draw_standing(standing, shown)
                    progress.draw_notes(shown)
            with st.container(horizontal=True, vertical_alignment="center", key="home.quiet", gap="small"):
                _draw_quiet(training)
            controls.show_refusal()
    with figure:
        _draw_map(shown)
    with said:
        _draw_said(shown, best)
    with st.container():
        # Below what is seen at first, this would take time until a newcomer sees the curves. The page is
        # drawn again right away: see `recall.recalled`.
        if not recall.is_first_page():
            _draw_lessons()
            if session.current().training is None:
                recent.draw()


# --- the map ------------------------------------------------------------------------------------


def selection() -> Selection:
    """Return what Home shows of a run: its network now, and the answer about one point."""
    now = session.current()
    view = now.run_view
    experiment = now.experiment if view is None else view.run.experiment
    # without them nothing would show what is learned from points of the user's own
    layers: tuple[MapLayer, ...] = () if curves_of(experiment.shown_classes) else ("Samples",)
    return Selection("Now", "Network", layers, marked=_point(experiment))


def _point(experiment: Experiment) -> Point:
    asked_by_user = session.current().view.asked
    return asked_point.of(experiment) if asked_by_user is None else asked_by_user


def _draw_map(shown: ShownRun | None) -> None:
    """Draw the map of the run or of a network that came with a link, or the curves to learn."""
    experiment, kept = session.current().experiment, from_link.fitting()
    with st.container(key="home.plane"):
        if shown is not None:
            answer = asked.answer_of_run(shown.weights, shown.selection.marked)
            says, unsure = caption_of_network(shown.experiment)
            if _is_of_other_setup(shown.training):
                says = f"{OF_PREVIOUS} {says}"
            notes = _notes(shown.experiment, (says, unsure), answer)
            map_view.draw_map(map_view.figure_of(shown), shown, notes)
        elif kept is not None:
            _draw_map_of(kept, experiment)
        else:
            # points of the user's own are drawn anyway
            layers: tuple[MapLayer, ...] = ("Samples",) if experiment.data is None else ()
            overlay = Overlay.of(layers, experiment, None, _point(experiment))
            live.figure(
                overlay.on(plane.to_learn(experiment)),
                key=embedded.CURVES_KEY,
                height=progress.MAP_HEIGHT,
                on_click=asked.choose,
                notes=_notes(experiment, caption_of_points(experiment), None),
            )


def _draw_map_of(kept: Kept, experiment: Experiment) -> None:
    point, scene = _point(experiment), scene_of(experiment)
    answer = Answer.of(kept.model.predict_proba, scene, model_in_use.referee_of(kept), *point)
    live.figure(
        Overlay(point=point).on(plane.model_map(kept.model, scene)),
        key=from_link.MAP_KEY,
        height=progress.MAP_HEIGHT,
        on_click=asked.choose,
        file=file_name("map", experiment),
        notes=_notes(experiment, caption_of_network(experiment), answer),
        model_now=lambda: kept.model,
    )


def _notes(experiment: Experiment, caption: tuple[str, str], answer: Answer | None) -> live.Notes:
    classes = experiment.shown_classes
    is_learned = answer is not None and not session.current().view.running
    return live.Notes(
        caption=caption,
        names=[shortened(written(one)) for one in classes],
        point=_point(experiment),
        question=QUESTION if curves_of(classes) else QUESTION_OF_POINTS,
        try_next=SPECIAL_POINTS if is_learned and meetings_of(scene_of(experiment)) else ANY_POINT,
        tries=[ANY_POINT, SPECIAL_POINTS],
        answer=None if answer is None else answer_view.in_short(answer),
    )


def caption_of_points(experiment: Experiment) -> tuple[str, str]:
    """Return what the points are that a network is to learn from, and quietly what their colors mean."""
    return POINTS.format("scattered " if experiment.noise else ""), COLORS


def caption_of_network(experiment: Experiment) -> tuple[str, str]:
    """Return what the colors of a network's map mean, and quietly where they mean little."""
    return ANSWERS, UNSURE.format("curves" if scene_of(experiment).curves else "points")


# --- beside it ----------------------------------------------------------------------------------


def _draw_said(shown: ShownRun | None, best: float | None) -> None:
    """Draw how many new points the network names correctly; without one, what there is to learn.

    best: the share of them that the best network for the run can name correctly; None if it is not known.
    """
    kept, experiment = from_link.fitting(), session.current().experiment
    if shown is not None:
        html = _said(shown.values["weights"], "held_out_text", scale(best, shown.experiment))
        live_text.draw(html, "home.figure", shown.followed)
    elif kept is not None:
        brought = session.current().links.brought
        is_of_link = brought is not None and kept.model is brought.model
        origin = f"{from_link.BROUGHT}, already trained." if is_of_link else "It is the network in use."
        notes = scale(model_in_use.best_possible_for(kept), experiment)
        live_text.draw(_said(model_in_use.figures(kept), "held_out", (*notes, origin)), "home.figure", None)
    else:
        st.write(question(experiment))


def question(experiment: Experiment) -> str:
    """Return what a network is to learn, in words."""
    if experiment.data is not None:
        return "A network sees these points and learns to name their class."
    return (
        "A network is shown points with the right answers, never the formulas. "
        "Can it learn to tell the curves apart?"
    )


def _said(texts: Mapping[str, str], name: str, notes: Sequence[str]) -> str:
    """Return the accuracy of that name among `texts`, of own points how far it holds, and notes, as HTML."""
    share = live_text.value("weights.held_out_text", texts[name])
    beside = live_text.value(f"weights.{BESIDE}", texts[BESIDE])
    # the best possible is among the notes
    said = [beside] if "% on " in texts[BESIDE] else []
    first, *others = (f"<p class='quiet'>{line}</p>" for line in (*said, *map(escape, filter(None, notes))))
    label = ", ".join(filter(None, (progress.LARGE_LABEL, texts["which"])))
    words = f"<div class='words'>{label}{first}</div><div>{''.join(others)}</div>"
    return f"{SAID_STYLE}<div class='said'><div class='big'>{share}</div>{words}</div>"


def scale(best: float | None, experiment: Experiment) -> tuple[str, str]:
    """Return what share of new points guessing has right; and what is possible at best, and why not all.

    best: the share of them that the best network can name correctly; None if it is not known.
    """
    guessing = f"Blind guessing: {100 / experiment.class_count:.0f}\u00a0%."
    if best is None:
        return guessing, ""
    if best < CERTAIN:
        why = SCATTERED if experiment.noise else OF_TWO
        return guessing, f"Best possible: {percent(best)}, {why}"
    if not meetings_of(scene_of(experiment)):
        return guessing, f"Best possible: {'almost ' if experiment.noise else ''}100\u00a0%."
    return guessing, f"Best possible: almost 100\u00a0%, {AT_CROSSING}"


def _draw_main(training: Training | None) -> None:
    """Draw the one button that says what to do next."""
    now = session.current()
    with st.container(key=MAIN_KEY, width="content"):
        if training is None:
            _draw_train_button("Train the network")
        elif _is_of_other_setup(training):
            _draw_train_button(TRAIN_SETUP)
        elif now.view.running or training.view.status not in ("finished", "stopped"):
            controls.main_button(training, training.view).draw()
        elif now.experiment == THREE_CURVES:
            st.button(
                "Now twelve curves",
                key="home.next",
                type="primary",
                icon=":material/chevron_right:",
                icon_position="right",
                on_click=_train_twelve,
                help="Trains a larger network to tell twelve curves apart.",
            )
        elif now.experiment.data is None:
            page_links.draw(page_links.POLYNOMIALS, TYPE_YOUR_OWN)
        else:
            page_links.draw(page_links.DATA, "Change the points")


def _draw_train_button(label: str) -> None:
    st.button(
        label,
        key="home.train",
        type="primary",
        icon=":material/play_arrow:",
        on_click=_train,
        help=TRAIN_HELP,
    )


def _draw_quiet(training: Training | None) -> None:
    """Draw what else can be done, as long as no run is under way."""
    now = session.current()
    if now.view.running:
        return
    experiment = now.experiment
    has_ended = (
        training is not None
        and not _is_of_other_setup(training)
        and training.view.status in ("finished", "stopped")
    )
    if has_ended:
        st.button(
            "Watch again",
            key="home.again",
            type="tertiary",
            on_click=controls.begin,
            shortcut=controls.MAIN_KEY,
            help="Repeats the same run from step 0.",
        )
    elif training is None and experiment == THREE_CURVES:
        _draw_other_curves("Use twelve curves", Experiment.recommended())
    elif training is None and experiment == Experiment.recommended():
        _draw_other_curves("Use three curves", THREE_CURVES)
    if experiment.data is None and (experiment == THREE_CURVES or not has_ended):
        page_links.draw(page_links.POLYNOMIALS, TYPE_YOUR_OWN)
    ran = session.current().training
    if ran is not None and _is_of_other_setup(ran):
        st.caption(PREVIOUS, width="content")
    kept_actions.draw_going(session.going_for_run(), "home")


def _training_here() -> Training | None:
    """Return the run that the page shows.

    Once it has ended, curves that have been typed since take its place: its map would say nothing of them.
    """
    now = session.current()
    if now.training is None or now.view.running:
        return now.training
    is_of_these = scene_of(now.training.view.run.experiment) == scene_of(now.experiment)
    return now.training if is_of_these else None


def _is_of_other_setup(training: Training) -> bool:
    return training.view.run.experiment != session.current().experiment


def _draw_other_curves(label: str, experiment: Experiment) -> None:
    st.button(
        label,
        key="home.others",
        type="tertiary",
        on_click=_use,
        args=(experiment,),
        help="Shows these curves, and loads a network that can learn them.",
    )


def _use(experiment: Experiment) -> None:
    """Use another ready-made set-up, and ask about a point of its curves."""
    session.replace_setup(experiment)
    session.change_view(asked=None)


def _train() -> None:
    """Start a run of the set-up; if it has other classes than the run before, ask about a point of those."""
    now = session.current()
    view = now.run_view
    if view is not None and view.run.experiment.shown_classes != now.experiment.shown_classes:
        session.change_view(asked=None)
    controls.begin()


def _train_twelve() -> None:
    _use(Experiment.recommended())
    controls.begin()


def _standing_html(shown: ShownRun) -> str:
    now = shown.values
    status, steps = live_text.value("status", now["status"]), live_text.value("steps", now["steps"])
    bar = live_text.bar("share", now["share"], "Steps taken")
    learning = f"<p class='caption'>{LEARNING}</p>" if shown.view.is_active else ""
    return f"{STANDING_STYLE}{bar}<p class='caption'><b>{status}</b> · {steps}</p>{learning}"


def _draw_standing(html: str, shown: ShownRun) -> None:
    """Draw how far the run is; the page is drawn again once the run begins or ends to advance."""
    if shown.training.view.is_active != session.current().view.running:
        st.rerun()  # it has ended since, and the button may be another one
    live_text.draw(html, "progress.bar", shown.followed, reports=True, halts=controls.HALTS)


# --- the lessons --------------------------------------------------------------------------------


def _draw_lessons() -> None:
    """Draw one quiet line with the next lessons; "All" opens the cards of all."""
    now = session.current()
    next_ones = [lesson for lesson in lessons.LESSONS if lesson.name not in now.lessons.seen]
    with st.container(horizontal=True, vertical_alignment="center", key=LESSONS_KEY, gap="small"):
        st.markdown("**Lessons**", width="content")
        for lesson in (next_ones or lessons.LESSONS)[:OFFERED]:
            label = f"{lessons.number(lesson)}\N{EN SPACE}{lesson.title}"
            st.page_link(page_links.TRAIN, label=label, query_params=lesson_panel.query_of(lesson))
        is_pressed = st.button(
            "Show fewer" if now.view.lesson_cards else f"All {len(lessons.LESSONS)}",
            key="home.cards",
            type="tertiary",
            on_click=lambda: session.change_view(lesson_cards=not session.current().view.lesson_cards),
            help="The cards of all lessons, with what you have seen of them.",
        )
    if now.view.lesson_cards:
        lesson_panel.draw_cards()
        part = f".st-key-{LESSONS_KEY.replace('.', '-')}" if is_pressed else ""
        into_view.draw("home.into_view", part, part, block="start")
