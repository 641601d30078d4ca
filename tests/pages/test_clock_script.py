"""The clock of a game in a browser."""

from tests.node import component, value_after

SCRIPT = component("pages/play/clock.js")


def test_it_counts_whole_seconds_from_those_that_have_passed_until_the_page_is_left():
    events = """const text = () => page.querySelector("span")?.textContent;
const end = draws({ seconds: 58.7 });
const shown = [text()];
for (let i = 0; i < 4; i += 1) {
  await wait(1000);
  shown.push(text());
}
draws({ seconds: 3 });
shown.push(text());
page.remove();
end();
await wait(9000);"""
    assert value_after(f"{SCRIPT}{events}", "[shown, timers.size]") == [
        ["58 s", "59 s", "60 s", "61 s", "62 s", "3 s"],
        0,
    ]
