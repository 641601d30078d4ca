"""A source: another frame whenever a subject has changed, and what sliders and buttons do to it."""

import threading

import pytest

from pages.server.source import Contents, Source
from tests.clock import Clock


class Subject:
    """Changes when a test says so."""

    def __init__(self, name="run"):
        self.name = name
        self.version = 0
        self.looks, self.halts = [], []

    def seen(self, is_there):
        self.looks.append(is_there)

    def halt(self, how, generation):
        self.halts.append((how, generation))


def source_of(*subjects, look="now", **options):
    """Return a source whose frames have the versions of its subjects."""
    return Source("run", subjects, look, lambda: shown(*subjects, look=look), **options)


def shown(*subjects, look="now"):
    return Contents({"versions": [subject.version for subject in subjects], "look": look}, {"map": b"x"})


def slider(*subjects):
    return lambda choice: source_of(*subjects, look=choice)


def test_a_frame_has_the_contents_under_the_name_of_the_source():
    frame = source_of(Subject()).frame()
    assert (frame.run, frame.header, frame.blobs) == ("run", {"versions": [0], "look": "now"}, {"map": b"x"})


def test_without_a_change_it_is_the_same_frame_and_after_one_of_any_subject_a_later_one():
    first, second = Subject(), Subject("other")
    source = source_of(first, second)
    frames = [source.frame()]
    assert source.frame() is frames[0]
    for subject in (first, second):
        subject.version += 1
        frames.append(source.frame())
    assert [frame.header["versions"] for frame in frames] == [[0, 0], [1, 0], [1, 1]]
    numbers = [frame.sequence for frame in frames]
    assert numbers == sorted(set(numbers))


def test_what_changes_while_a_frame_is_made_is_in_the_frame_after():
    subject = Subject()

    def show():
        contents = shown(subject)
        subject.version = 1
        return contents

    source = Source("run", [subject], None, show)
    before, after = source.frame(), source.frame()
    assert (before.header["versions"], after.header["versions"]) == ([0], [1])
    assert after.sequence > before.sequence
    assert source.frame() is after


def test_frames_since_a_page_was_drawn_are_those_that_show_as_much():
    subject = Subject()
    source = source_of(subject)
    assert source.since() <= source.frame().sequence
    assert source.since() == source.frame().sequence  # nothing has changed
    old = source.frame().sequence
    subject.version += 1
    assert old < source.since() <= source.frame().sequence


def test_a_page_that_is_drawn_while_a_frame_is_made_waits_for_its_number():
    subject, begun, may_end = Subject(), threading.Event(), threading.Event()

    def show():
        begun.set()
        may_end.wait(20)
        return shown(subject)

    source = Source("run", [subject], None, show)
    numbers = []
    made = threading.Thread(target=lambda: numbers.append(source.frame().sequence))
    drawn = threading.Thread(target=lambda: numbers.append(source.since()))
    made.start()
    assert begun.wait(20)
    drawn.start()
    drawn.join(0.1)
    may_end.set()
    for thread in (made, drawn):
        thread.join(20)
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("choice", ["Now", "Best", 0, 64, 2**53])
def test_a_slider_shows_other_weights_in_a_later_frame(choice):
    subject = Subject()
    source = source_of(subject, at=slider(subject))
    before = source.frame()
    assert source.choose(choice)
    after = source.frame()
    assert (after.header["look"], after.sequence > before.sequence) == (choice, True)


@pytest.mark.parametrize("value", [None, True, 1.5, "then", [3], {}, -1, 2**53 + 1, 10**400])
def test_what_is_no_choice_changes_nothing(value):
    subject = Subject()
    source = source_of(subject, at=slider(subject))
    before = source.frame()
    assert not source.choose(value)
    assert source.frame() is before


def test_without_a_slider_a_choice_changes_nothing():
    source = source_of(Subject())
    before = source.frame()
    assert not source.choose(64)
    assert source.frame() is before


def test_one_of_the_same_look_is_like_it_also_if_a_slider_was_moved_to_that():
    subject, other = Subject(), Subject("other")
    source = source_of(subject, at=slider(subject))
    assert source.is_like(source_of(subject))
    assert not source.is_like(source_of(subject, look="best"))
    assert not source.is_like(source_of(other))
    source.choose(64)
    assert not source.is_like(source_of(subject))
    assert source.is_like(source_of(subject, look=64))


def test_a_press_halts_the_only_subject_and_none_of_several():
    alone, first, second = Subject(), Subject(), Subject("other")
    source_of(alone).halt("pause", 3)
    source_of(first, second).halt("stop", 4)
    assert (alone.halts, first.halts, second.halts) == ([("pause", 3)], [], [])


def test_each_subject_hears_that_somebody_looks():
    first, second = Subject(), Subject("other")
    source_of(first, second).seen(bool)
    assert (first.looks, second.looks) == ([bool], [bool])


def test_a_frame_stays_as_long_as_it_may_rest():
    subject, clock, computes = Subject(), Clock(), [True]

    def costly():
        clock.now += 0.5
        return shown(subject)

    def rest(took):
        assert took == 0.5
        return 3.0 if computes[0] else 0.0

    source = Source("run", [subject], None, costly, rest=rest, clock=clock)
    first = source.frame()
    subject.version += 1
    clock.now += 2.9
    assert source.frame() is first
    clock.now += 0.2
    second = source.frame()
    assert second.header["versions"] == [1]
    subject.version += 1
    computes[0] = False  # nothing more comes: the last frame must be true
    assert source.frame().header["versions"] == [2]
