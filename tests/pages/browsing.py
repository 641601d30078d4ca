"""Opening pages as AppTest does, with a link's words and a run to wait for."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
from google.protobuf.message import Message
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from pages.setup import settings
from pages.state import recall, session
from pages.state.session_value import Session
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
DRAWING_SECONDS = 20  # at most, of which importing takes the most on a busy machine
HOME, TRAIN = "streamlit_app.py", "pages/3_train.py"
METRIC = re.compile(
    r'<div class="label">(<[^>]+>)?(?P<label>[^<]+?) ?<.*?class="number" data-value="[^"]+">(?P<value>[^<]*)<'
)
QUICK = {
    "polynomials": "-x^2+1~x^3-2",
    "samples": "20",
    "hidden": "8",
    "batch": "all",
    "steps": "300",
    "schedule": "constant",
}


def opened(page: str = HOME, words: Mapping[str, str] = QUICK, begun: Session | None = None) -> AppTest:
    """Return the page, opened with a link's words; it must have drawn without an exception.

    begun: the session that it continues, if it is not a new one.
    """
    app = AppTest.from_file(ROOT / HOME, default_timeout=DRAWING_SECONDS)
    for name, value in words.items():
        app.query_params[name] = value
    if begun is not None:
        app.session_state[session.KEY] = begun
    if page != HOME:
        app.switch_page(page)
    app.run()
    assert not app.exception
    return app


def open_it(app: AppTest, key: str) -> AppTest:
    """Open the expander with that key: only then is what it contains drawn."""
    app.session_state[key] = True
    app.run()
    assert not app.exception
    return app


def unfold_settings(app: AppTest) -> AppTest:
    """Unfold all parts of the settings, if the page has them."""
    for fold in settings.FOLDS:
        buttons = [button for button in app.button if button.key == settings.fold_key(fold)]
        if buttons and fold not in session_of(app).view.unfolded:
            buttons[0].click().run()
            assert not app.exception
    return app


def session_of(app: AppTest) -> Session:
    """Return what the session holds."""
    return app.session_state[session.KEY]


def press(app: AppTest, label: str) -> AppTest:
    """Press the button of that label."""
    [button] = [button for button in app.button if button.label == label]
    assert not button.disabled, f"{label} cannot be pressed"
    button.click().run()
    assert not app.exception
    return app


def wait_for(app: AppTest, status: str) -> AppTest:
    """Wait until the run has that status, and draw the page again."""
    training = session_of(app).training
    wait_until(lambda: training.view.status == status, state=lambda: f"the run is {training.view.status}")
    app.run()
    assert not app.exception
    return app


def trained(page: str = TRAIN, button: str = "Start", **words: str) -> AppTest:
    """Return the page after a run; `words` replace some of the quick set-up's."""
    return wait_for(press(opened(page, QUICK | words), button), "finished")


def with_weights(app: AppTest) -> AppTest:
    """Return the page once its address has the weights, which a worker writes."""
    session_of(app).links.writing.job.wait(20)
    return app.run()


def metrics(app: AppTest) -> dict[str, str]:
    """Return the value of each metric on the page, by its label; those of a run follow it as live text."""
    of_run = {found["label"]: found["value"] for html in live_html(app) for found in METRIC.finditer(html)}
    return of_run | {metric.label: metric.value for metric in app.metric}


def live_html(app: AppTest) -> list[str]:
    """Return the HTML of each live text on the page, with the values that it begins with."""
    return [
        json.loads(found.proto.bytes or found.proto.json)["html"]
        for found in app.get("bidi_component")
        if found.proto.component_name == "polycore_text"
    ]


def live_text(app: AppTest) -> str:
    """Return the live texts on the page as a person reads them, one line for each."""
    shown = (re.sub(r"<(\w+)[^>]* hidden>.*?</\1>", "", html) for html in live_html(app))
    return "\n".join(unescape(re.sub(r"<button.*?</button>|<[^>]+>", "", html)) for html in shown)


def page_text(app: AppTest) -> str:
    """Return all texts of the page as one, as they are written; the live ones as a person reads them."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.text, app.info, app.warning)
    return "\n".join([*(element.value for kind in kinds for element in kind), live_text(app)])


def live_value(app: AppTest, name: str) -> str:
    """Return the value of that name in the live text that shows it; "" if it is hidden."""
    [text] = re.findall(rf'data-value="{name}"[^>]*>(.*?)<', "".join(live_html(app)))
    return unescape(text)


def live_rows(app: AppTest, name: str) -> dict[str, list[str]]:
    """Return the cells of each row of the live table of that name, by the row's head."""
    row = rf"<tr data-values='{name}\.\d+'><th scope='row'>(.*?)</th>(.*?)</tr>"
    return {
        unescape(head): [unescape(cell) for cell in re.findall("<td>(.*?)</td>", cells)]
        for head, cells in re.findall(row, "".join(live_html(app)))
    }


def compared(app: AppTest) -> dict[str, str]:
    """Return what each live metric on the page is compared with, by its label; "" if with nothing."""
    metrics = "".join(live_html(app)).split('<div class="label">')[1:]
    return {
        re.match(r"(?:<[^>]+>)?([^<]+?) ?<", metric)[1]: unescape(
            "".join(re.findall('"compared"[^>]*>(.*?)<', metric))
        )
        for metric in metrics
    }


def run_status(app: AppTest) -> str:
    """Return the status of the run in one line."""
    name = "line" if 'data-value="line"' in "".join(live_html(app)) else "steps"  # on Train it is short
    return f"{live_value(app, 'status')} · {live_value(app, name)}"


def labels(app: AppTest) -> dict[str, bool]:
    """Return the label of each button but the navigation's own, and whether it can be pressed."""
    return {button.label: not button.disabled for button in app.button if button.key != "frame.link"}


def words_of(app: AppTest) -> dict[str, str]:
    """Return the address's words."""
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


def labelled(widgets: Iterable[Any], label: str) -> Any:
    """Return the widget of that label, of which there must be one."""
    [found] = [widget for widget in widgets if widget.label == label]
    return found


def widget_states(app: AppTest) -> WidgetStates:
    """Return what the browser says of all inputs on the page, as it shows them."""
    return app._tree.get_widget_states()


def behind(app: AppTest, states: WidgetStates) -> AppTest:
    """Draw the page again and again for a browser that missed what was drawn since it showed `states`."""
    for _ in range(3):  # an odd number, for two values may take turns
        app._run(states)
        assert not app.exception
    return app


def sent_to(app: AppTest, key: str) -> dict[str, Any]:
    """Return the data that the page sends to the component of that key."""
    component = _component(app, key)
    data: dict[str, Any] = json.loads(component.bytes or component.json)
    return data


def report(app: AppTest, key: str, **state: Any) -> AppTest:
    """Let the component of that key set its state as its script does, which AppTest cannot."""
    states = widget_states(app)
    states.widgets.add(id=_component(app, key).id, json_value=json.dumps(state))
    app._run(states)
    assert not app.exception
    return app


def refreshed(app: AppTest, page: str = HOME, words: Mapping[str, str] = QUICK) -> AppTest:
    """Return the page, opened by the tab of `app`, which reports the name that it has from there."""
    name = sent_to(app, recall.COMPONENT_KEY)["name"]
    return report(opened(page, words), recall.COMPONENT_KEY, name=name)


def trigger(app: AppTest, key: str, event: str, value: Any) -> AppTest:
    """Let the component of that key trigger an event as its script does, which AppTest cannot."""
    states = widget_states(app)
    states.widgets.add(
        # the identifier that browsers use for all events of a component
        id=f"$$STREAMLIT_INTERNAL_KEY_{_component(app, key).id}__events",
        json_trigger_value=json.dumps([{"event": event, "value": value}]),
    )
    app._run(states)
    assert not app.exception
    return app


def click(app: AppTest, key: str, x: float, y: float) -> AppTest:
    """Click the figure of that key at the point (x, y)."""
    assert sent_to(app, key)["clicks"], f"{key} does not answer clicks"
    return trigger(app, key, "click", {"x": x, "y": y})


def drawn(app: AppTest, key: str) -> go.Figure:
    """Return the figure of that key, as the page sends it to the browser."""
    return go.Figure(_with_lists(sent_to(app, key)["figure"]))


def _with_lists(value: Any) -> Any:
    """Return the JSON of a figure with lists for NumPy's arrays, whose bytes Plotly writes."""
    if isinstance(value, list):
        return [_with_lists(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "bdata" in value:
        numbers = np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"])
        return numbers.reshape([int(size) for size in value.get("shape", "-1").split(",")]).tolist()
    return {name: _with_lists(one) for name, one in value.items()}


def component_ids(app: AppTest) -> str:
    """Return the ids of all components on the page in one text; each ends with its key."""
    return " ".join(component.proto.id for component in app.get("bidi_component"))


def _component(app: AppTest, key: str) -> Any:
    [component] = [found.proto for found in app.get("bidi_component") if found.proto.id.endswith(f"-{key}")]
    return component


def messages(node) -> Iterator[Message]:
    """Yield what is sent for each element and each container."""
    if isinstance(proto := getattr(node, "proto", None), Message):
        yield proto
    for child in getattr(node, "children", {}).values():
        yield from messages(child)


def strings(message: Message) -> Iterator[tuple[str, str, str | bytes]]:
    """Yield each text in a message: the message's name, the field's, the text."""
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, Message):
                yield from strings(one)
            elif isinstance(one, str | bytes):
                yield message.DESCRIPTOR.name, field.name, one


def come_to(app: AppTest, page: str, words: Mapping[str, str]) -> AppTest:
    """Follow a link with these words to another page."""
    say(app, words)
    app.switch_page(page).run()
    assert not app.exception
    return app


def say(app: AppTest, words: Mapping[str, str]) -> None:
    """Let the next request have these words: the browser's address as it was when that was sent."""
    for name in tuple(app.query_params):
        del app.query_params[name]
    for name, word in words.items():
        app.query_params[name] = word


def edited(
    app: AppTest,
    rows: Mapping[int, Mapping[str, float | None]] | None = None,
    added: Iterable[Mapping[str, float]] = (),
    deleted: Iterable[int] = (),
    pressed: str | None = None,
) -> AppTest:
    """Edit the table as a browser does, which AppTest cannot; press the button of a key meanwhile."""
    edits = {"edited_rows": rows or {}, "added_rows": list(added), "deleted_rows": list(deleted)}
    states = widget_states(app)
    states.widgets.add(id=app.data_editor[0].proto.id, string_value=json.dumps(edits))
    if pressed is not None:
        states.widgets.add(id=app.button(key=pressed).proto.id, trigger_value=True)
    app._run(states)
    assert not app.exception
    return app
