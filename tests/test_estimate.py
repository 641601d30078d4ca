"""What the benchmarks compute for more people from the figures of a class."""

import pytest

from benchmarks.estimate import Need

# ten people see 4 maps/s each; 20 frames/s cost the server 0.1 of a core
CLASS = {
    "people": 10,
    "maps": [4.0] * 10,
    "frames": 20.0,
    "frame_bytes": 200_000.0,
    "memory_each": 2_000_000.0,
    "cores": {"server": 0.1, "workers": 0.8},
}


@pytest.mark.parametrize(
    ("experiments", "row"),
    [
        # a frame costs 5 ms: 1,000 * 2 * 5 ms/s = 10 cores, used by half. Workers: 0.08 of a core each
        pytest.param(1, ["1,000", "20", "80", "100", "2.0", "20", "2,000"], id="one link"),
        # half of the 4 maps/s that they saw, for half of the workers
        pytest.param(10, ["1,000", "20", "40", "60", "2.0", "20", "2,000"], id="different experiments"),
    ],
)
def test_a_thousand_people_need_a_hundred_times_what_ten_need(experiments, row):
    assert Need.of(CLASS | {"experiments": experiments}, maps=2.0).row(1_000) == row


def test_the_sentence_says_what_one_person_needs():
    lines = Need.of(CLASS | {"experiments": 1}, maps=1.0).lines("Somebody")
    sentence = " ".join(lines[: lines.index("")])
    assert sentence == (
        "Somebody, 1 map per second: each person costs a server 5.0 ms for each frame of 10.0 kB and 2.0 MB "
        "of memory, and its workers 0.080 of a core."
    )
