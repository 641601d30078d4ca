"""What a page has of a component's script, and what the script keeps for its element.

The browser may call an element's updates in any order.
"""

import re

import pytest
from streamlit.testing.v1 import AppTest

from pages.channel import component
from tests.node import ROOT, STYLES, value_after
from tests.pages.browsing import DRAWING_SECONDS

# Streamlit calls it also for what comes late, from a page that was left
SENT = re.compile(r"session_state\[[^]]*\]\.get\(")

COMPONENTS = component.SCRIPT.read_text(encoding="utf-8")
KEEPER = """
const said = [];
const update = keeping(
  () => ({ show: (data) => said.push(data), end: () => said.push("end") }),
  (object, { data }) => object.show(data),
);
const parentElement = { isConnected: true, getRootNode: () => ({}) };
const comes = (data) => update({ parentElement, data });
const aMomentLater = () => new Promise((resolve) => setTimeout(resolve, 1));
"""
FIRST_LAST = "comes('first')(); comes('last');"
LAST_FIRST = "comes('last'); comes('first')();"
LATE_AFTER_OTHERS = (
    "comes('first'); await aMomentLater(); comes('second'); await aMomentLater(); comes('late')();"
)
THREE_IN_DISORDER = "comes('last'); const [a, b] = [comes('first'), comes('second')]; a(); b();"
GONE = "const end = comes('first'); comes('second'); parentElement.isConnected = false; end();"
LATE_AFTER_IT_HAS_GONE = f"{GONE} comes('late')();"


@pytest.mark.parametrize(
    ("events", "said"),
    [
        pytest.param(FIRST_LAST, ["first", "last"], id="one after the other"),
        pytest.param(LAST_FIRST, ["last", "first", "last"], id="the earlier one comes later"),
        pytest.param(LATE_AFTER_OTHERS, ["first", "second", "late", "second"], id="late after others"),
        pytest.param(THREE_IN_DISORDER, ["last", "first", "second", "last"], id="three in disorder"),
        pytest.param(GONE, ["first", "second", "end"], id="gone"),
        pytest.param(
            LATE_AFTER_IT_HAS_GONE, ["first", "second", "end", "late", "end"], id="late after it has gone"
        ),
    ],
)
def test_an_element_shows_the_last_update_whatever_comes_when(events, said):
    assert value_after(f"{STYLES}{COMPONENTS}{KEEPER}{events}", "said") == said


def test_all_elements_in_a_document_share_its_styles():
    program = f"""{STYLES}{COMPONENTS}
const update = keeping(() => ({{ show() {{}} }}), (object) => object.show());
const documents = [{{ adoptedStyleSheets: [] }}, {{ adoptedStyleSheets: [] }}];
for (const number of [0, 0, 1]) {{
  const parentElement = {{ isConnected: true, getRootNode: () => documents[number] }};
  for (let i = 0; i < 2; i += 1) update({{ parentElement }});
}}
const texts = ({{ adoptedStyleSheets: sheets }}) => sheets.map(({{ text }}) => text);
"""
    assert value_after(program, "documents.map(texts)") == [["p { margin: 0 }"]] * 2


def test_a_page_has_the_address_of_a_script_and_not_the_script():
    def page():
        from pages.channel import live_text

        live_text.draw("words", "key", None)

    [element] = AppTest.from_function(page, default_timeout=DRAWING_SECONDS).run().get("bidi_component")
    assert "class Text" not in element.proto.js_content
    assert "live/components/polycore_text-" in element.proto.js_content


def test_no_callback_reads_what_a_component_has_sent_without_asking_whether_it_is_there():
    found = [
        path.name for path in ROOT.glob("pages/**/*.py") if SENT.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
