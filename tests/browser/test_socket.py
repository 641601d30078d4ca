"""A tab's socket of the live channel: one, and again after a cut; it says when nobody sees the tab."""

import re

LONG = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=5000000&schedule=constant&hidden=16&batch=64"
# Keeps each socket, what the tab sent over it, and the names of the blobs in each frame that came.
WATCH = """
window.sockets = [];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(url, ...others) {
    super(url, ...others);
    if (!/\\/live\\//.test(url)) return;
    Object.assign(this, { sent: [], frames: [] });
    window.sockets.push(this);
    this.addEventListener("message", ({ data }) => {
      const length = new DataView(data).getUint32(0, true);
      const { blobs } = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
      this.frames.push(blobs.map(([name]) => name));
    });
  }
  send(data) {
    this.sent?.push(data);
    super.send(data);
  }
};
"""
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_tab_has_one_socket_says_when_nobody_sees_it_and_opens_another_after_a_cut(lone_visit):
    lone_visit.page.add_init_script(WATCH)
    lone_visit.open(f"train{LONG}").press("Start")
    lone_visit.wait_for_status("Running", after_step=1)
    lone_visit.page.locator(".polycore-live[data-updates]").nth(2).wait_for()
    assert_all_components_share_one_socket_also_on_the_next_page(lone_visit)
    assert_a_tab_that_nobody_sees_says_so_and_gets_no_pictures(lone_visit)
    assert_a_socket_that_is_cut_comes_back_with_the_same_key(lone_visit)
    lone_visit.press("Stop")
    lone_visit.wait_for_status("Stopped")


def wait_for(page, condition):
    page.wait_for_function(condition)


def assert_all_components_share_one_socket_also_on_the_next_page(running):
    page = running.page
    assert page.locator(".polycore-live, .polycore-text").count() > 5
    wait_for(page, "sockets[0].frames.length > 5")
    assert page.evaluate("sockets.length") == 1
    running.go_to("Compare").go_to("Train")
    page.locator(".polycore-live[data-updates]").nth(2).wait_for()
    frames = page.evaluate("sockets[0].frames.length")
    wait_for(page, f"sockets[0].frames.length > {frames + 3}")
    assert page.evaluate("sockets.length") == 1


def assert_a_tab_that_nobody_sees_says_so_and_gets_no_pictures(running):
    page = running.page
    wait_for(page, "sockets[0].frames.some(names => names.includes('map'))")
    page.evaluate(HIDE, True)
    assert page.evaluate("JSON.parse(sockets[0].sent.at(-1))") == {"hidden": True}
    wait_for(page, "sockets[0].frames.at(-1).length === 0")
    page.evaluate(HIDE, False)
    assert page.evaluate("JSON.parse(sockets[0].sent.at(-1))") == {"hidden": False}
    wait_for(page, "sockets[0].frames.at(-1).includes('map')")


def assert_a_socket_that_is_cut_comes_back_with_the_same_key(running):
    page = running.page
    page.evaluate("sockets[0].close()")
    wait_for(page, "sockets.length === 2 && sockets[1].frames.length > 3")
    assert page.evaluate("sockets[0].url === sockets[1].url")
    key = page.evaluate("sockets[0].url").rpartition("/")[2]
    assert re.fullmatch("[0-9a-f]{32}", key)
    assert key not in page.url
    step = running.standing()[1]
    running.wait_for_status("Running", after_step=step)
