"""What is typed into a text area is sent at each pause."""

import pytest

from tests.node import component, value_after

SCRIPT = component("pages/polynomials/live_typing.js")
PAGE = """
const field = (name) => {
  const area = element("textarea", { class: name });
  document.body.append(area);
  return area;
};
const [own, other] = [field("st-key-own"), field("st-key-other")];
const end = draws({ area: ".st-key-own" });
const types = (area, text) => {
  area.value = text;
  happen(area, "input");
};
"""


@pytest.mark.parametrize(
    ("events", "sent"),
    [
        pytest.param(
            "types(own, 'x'); await wait(150); types(own, 'x^'); await wait(150); types(own, 'x^2');"
            "await wait(500); types(own, 'x^23');",
            [[500, "text", "x^2"], [1000, "text", "x^23"]],
            id="after 200 ms without a letter",
        ),
        pytest.param(
            "types(own, 'x'); happen(own, 'focusout');", [], id="not by this script when it is left"
        ),
        pytest.param("types(other, 'x');", [], id="not of another area"),
        pytest.param(
            "types(own, 'x'); page.remove(); end(); types(own, 'x^2');", [], id="not once it is gone"
        ),
    ],
)
def test_a_text_is_sent(events, sent):
    assert value_after(f"{SCRIPT}{PAGE}{events} await wait(2000);", "sent") == sent
