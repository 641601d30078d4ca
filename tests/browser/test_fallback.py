"""Behind a proxy that does not let the live channel's socket through, or cuts all sockets again and again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import CONNECTED, PATIENCE, STANDING, STATUS, Visit
from tests.browser.upgrade_proxy import UpgradeProxy
from tests.waiting import wait_until

LONG = "train?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=2000000&hidden=8&batch=all&samples=50"
# takes 15 s, as long as several sockets
SLOW = "train?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=150&speed=10&hidden=8&batch=all&samples=50&seed=5"
# How many steps the page sees before its sockets are cut; within a few seconds a busy machine may see none
STEPS_OF_A_SOCKET = 25

# the address of a run's frames: replica, key and run
FRAME = re.compile(r"/live/\w+/[0-9a-f]{32}/\w+$")


class Watched:
    """A tab whose traffic is counted: frames by socket and by HTTP, and requests for a run of the page."""

    def __init__(self, page):
        self.frames = self.fetched = self.reruns = 0
        self._page = page
        page.on("websocket", self._listen)
        page.on("requestfinished", self._count)

    def _listen(self, socket):
        if "/live/" in socket.url:
            socket.on("framereceived", lambda _: self._add("frames"))
        else:
            socket.on("framesent", lambda _: self._add("reruns"))

    def _count(self, request):
        self.fetched += bool(FRAME.search(request.url))  # scripts are below /live/ too

    def _add(self, name):
        setattr(self, name, getattr(self, name) + 1)

    @property
    def step(self):
        """The step in the status line."""
        line = self._page.locator("[data-value=steps]").first.inner_text()
        return int(re.search(r"step ([\d,]+) of", line)[1].replace(",", ""))


def wait(page, condition, watched):
    wait_until(
        condition,
        PATIENCE / 1000,
        state=lambda: vars(watched) | {"step": watched.step},
        pause=lambda seconds: page.wait_for_timeout(1000 * seconds),
    )


def test_the_page_fetches_frames_while_the_socket_is_refused_or_not_answered_and_only_then(server, lone_tab):
    proxy, page = UpgradeProxy(server, "refuses"), lone_tab
    with proxy.running() as address:
        watched = Watched(page)
        page.goto(address + LONG)
        page.get_by_role("button", name=re.compile("^Start")).first.click()
        page.locator("[data-value=steps]").first.wait_for()
        assert_frames_are_fetched_without_a_run_of_the_page(page, watched)
        expect(page.locator(".polycore-live[data-step]").first).not_to_have_attribute("data-step", "0")

        proxy.manner = "lets through"
        assert_it_fetches_no_more_once_the_socket_opens(page, watched)

        proxy.manner = "does not answer"
        page.evaluate("window.polycoreChannel.socket.close()")
        assert_frames_are_fetched_without_a_run_of_the_page(page, watched)
        page.get_by_role("button", name=re.compile("^Stop")).first.click()
        page.get_by_text("Stopped").first.wait_for()


def assert_frames_are_fetched_without_a_run_of_the_page(page, watched):
    fetched = watched.fetched
    wait(page, lambda: watched.fetched > fetched, watched)
    reruns, frames, steps = watched.reruns, watched.frames, set()

    def has_moved():
        steps.add(watched.step)
        return len(steps) > 2

    wait(page, has_moved, watched)
    assert watched.reruns == reruns
    assert watched.frames == frames
    assert watched.fetched >= fetched + 2


def assert_it_fetches_no_more_once_the_socket_opens(page, watched):
    assert watched.frames == 0
    wait(page, lambda: watched.frames > 0, watched)
    fetched, frames = watched.fetched, watched.frames
    wait(page, lambda: watched.frames > frames + 10, watched)
    assert watched.fetched <= fetched + 1  # one was under way


@pytest.mark.parametrize("manner", ["lets through", "refuses"])
def test_a_run_continues_and_its_end_is_shown_although_every_socket_is_cut_again_and_again(
    server, lone_tab, manner
):
    proxy = UpgradeProxy(server, manner)
    with proxy.running() as address:
        visit = Visit(lone_tab, address)
        visit.open(SLOW).press("Start")
        visit.wait_for_status("Running", after_step=1)
        cut = cut_until_the_end(visit, proxy)
        assert any("/_stcore/stream" in path for path in cut)
        assert any("/live/" in path for path in cut) is (manner == "lets through")
        expect(visit.page.get_by_role("button", name="Start new")).to_be_enabled()
        visit.page.wait_for_url(re.compile("&weights=d"))
        visit.wait_for_words(steps="150", seed="5", speed="10")
        visit.page.locator(CONNECTED).wait_for()
        visit.rest()
        visit.go_to("Predict")
        expect(visit.page.get_by_label("Model", exact=True)).to_have_value("Run 1 · Adam, 3 polynomials")
        assert visit.page.get_by_test_id("stException").count() == 0


def cut_until_the_end(visit, proxy):
    """Cut all sockets each time that the page has seen some more steps, and return the sockets' paths."""
    cut = []
    for step in range(STEPS_OF_A_SOCKET, 151, STEPS_OF_A_SOCKET):
        cut += proxy.cut()
        visit.wait_until(lambda least=step: step_of(visit) >= least, state=lambda: step_of(visit))
    visit.wait_for_status("Finished")
    return cut


def step_of(visit):
    line = visit.page.locator(STATUS).first.evaluate("status => status.parentElement.parentElement.innerText")
    found = STANDING.search(line)
    return int(found[2].replace(",", "")) if found else 0
