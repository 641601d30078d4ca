"""What the benchmarks compute from their measurements."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import accuracy, activations, growth, small, speed, step_cost, step_parts
from benchmarks.memory_group import VERSIONS, MemoryGroup
from benchmarks.timing import thread_settings
from tests.waiting import wait_until


def test_a_speed_is_steps_per_second_of_the_clock_and_of_processor_time():
    clock, processor = iter([100.0, 105.0]), iter([7.0, 9.0])  # 5 s and 2 s
    taken = []
    found = speed.speed(taken.append, 10, clock.__next__, processor.__next__)
    assert found == {speed.WALL: 2.0, speed.PROCESSOR: 5.0}
    assert taken == [10]


def network(activation, own, torch):
    series = {"polycore": own, "PyTorch": torch, "JAX": [100] * len(own)}
    return {
        "hidden": [32, 32],
        "activation": activation,
        "series": {
            who: [{speed.PROCESSOR: each, "compile_seconds": 1.0} for each in speeds]
            for who, speeds in series.items()
        },
    }


@pytest.mark.parametrize(
    ("own", "figure", "reached"),
    [
        # 200/100, 330/150 and 500/200, round by round
        pytest.param([200, 330, 500], "least: 2.2 (2.0 to 2.5) times, 2 of 32, GELU", True, id="enough"),
        pytest.param([200, 285, 300], "least: 1.9 (1.5 to 2.0) times, 2 of 32, GELU", False, id="too slow"),
    ],
)
def test_the_slowest_activation_decides_whether_the_goal_is_reached(own, figure, reached):
    networks = [network("tanh", [400] * 3, [100] * 3), network("gelu", own, [100, 150, 200])]
    [(_, _, result, is_reached)] = activations.goals({"networks": networks})
    assert (result, is_reached) == (figure, reached)


def test_the_table_of_activations_has_speeds_and_their_ratios():
    *_, row = activations.section({"networks": [network("silu", [300], [100])]})
    cells = ["2 of 32, SiLU", "300 (300 to 300)", *["100 (100 to 100)"] * 2, *["3.0 (3.0 to 3.0)"] * 2]
    assert row == f"| {' | '.join(cells)} |"


def test_the_share_of_the_matrix_products_is_that_of_a_whole_step():
    rounds = [{"step": 200e-6, "products": products} for products in (100e-6, 150e-6, 120e-6)]
    share = step_parts.share_of_products(rounds)
    assert (share.median, share.lowest, share.highest) == pytest.approx((0.6, 0.5, 0.75))


def test_the_cost_of_a_step_is_shown_in_microseconds_beside_adams():
    steps = {"adam": [100e-6, 200e-6, 150e-6], "soap": [200e-6, 300e-6, 360e-6]}  # 2.0, 1.5 and 2.4 times
    series = {
        f"{network}, {name}": [{"step": seconds, "update": seconds / 4} for seconds in rounds]
        for network in step_cost.NETWORKS
        for name, rounds in steps.items()
    }
    *_, row = step_cost.section({"period": 40, "most_rotated": 257, "series": series})
    of_adam, of_soap = ["150 (100 to 200)", "38 (25 to 50)"], ["300 (200 to 360)", "75 (50 to 90)"]
    assert row == f"| {' | '.join(['two of 512', *of_adam, *of_soap, '2.0 (1.5 to 2.4)'])} |"


@pytest.mark.parametrize("optimizer", step_cost.RIVALS)
def test_a_round_of_steps_has_whole_periods_of_soaps_bases(monkeypatch, optimizer):
    counts = []

    def seconds(work, times):
        work()
        counts.append(times)
        return 1.0

    monkeypatch.setattr(step_cost, "processor_seconds", seconds)
    assert step_cost.cost("five of 32", optimizer)() == {"step": 1.0, "update": 1.0}
    assert counts == [80, 800, 800]  # SOAP turns its bases every 80 steps


@pytest.mark.parametrize(("threads", "shares"), [(1, "false"), (2, "true")])
def test_every_library_gets_the_same_number_of_threads(threads, shares):
    settings = thread_settings(threads)
    assert settings.pop("XLA_FLAGS") == f"--xla_cpu_multi_thread_eigen={shares}"
    assert settings.keys() == {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"}
    assert set(settings.values()) == {str(threads)}


def rounds_of(**figures):
    """Return three rounds, of which the second one is worse."""
    whole = {"invited": 2, "people": 2, "steps": [1.0, 2.0], "stops": [0.1], "peak": 5e8, "failures": []}
    return {"levels": {"runs": [whole, whole | figures, whole]}}


@pytest.mark.parametrize(
    ("figures", "missed"),
    [
        ({}, []),
        ({"people": 1, "steps": [1.0]}, ["runs, who is answered", "runs, who computes"]),
        ({"steps": [0.0, 2.0]}, ["runs, who computes"]),
        ({"stops": [0.1, 0.4]}, ["runs, Stop"]),
        ({"peak": 1.01e9}, ["runs, memory"]),
        ({"failures": ["a process had too little memory and was ended"]}, ["runs, nothing fails"]),
    ],
    ids=["none", "one not answered", "one stands still", "a slow stop", "too much memory", "a failure"],
)
def test_a_small_machine_reaches_a_goal_only_if_it_does_in_each_round(figures, missed):
    goals = small.goals(rounds_of(**figures))
    assert len(goals) == 5
    assert [task for task, *_, reached in goals if not reached] == missed


@pytest.mark.parametrize(
    ("version", "files"),
    [
        (0, {"memory.stat": "anon 700\nfile 900\n", "memory.events": "oom 3\noom_kill 2\n"}),
        (1, {"memory.stat": "cache 900\ntotal_rss 700\n", "memory.oom_control": "under_oom 0\noom_kill 2\n"}),
    ],
    ids=["cgroup v2", "cgroup v1"],
)
def test_a_group_counts_what_processes_allocate_and_those_that_were_ended(tmp_path, version, files):
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="ascii")
    group = MemoryGroup(tmp_path, VERSIONS[version])
    with group.watched():
        wait_until(lambda: group.peak == 700)
    assert group.kills() == 2


def test_rows_that_are_measured_again_stand_beside_the_others_as_they_were(monkeypatch):
    answers = [{"accuracy": 0.97, "seconds": 2, "steps": 9}, {"accuracy": 0.99, "seconds": 2, "steps": 9}]
    measured = SimpleNamespace(series=dict.fromkeys(accuracy.OURS, answers))
    monkeypatch.setattr(accuracy, "interleaved", lambda *_: measured)
    before = {"budgets": [2], "seeds": [0, 1], "series": {accuracy.OURS[0]: [], "JAX": [{"accuracy": 0.9}]}}
    after = accuracy.renewed(before, {"processor": "another"})
    assert after["series"]["JAX"] == [{"accuracy": 0.9}]
    ours = after["series"][accuracy.OURS[0]]
    assert [(one["budget"], one["seed"], one["accuracy"]) for one in ours] == [(2, 0, 0.97), (2, 1, 0.99)]
    assert after["renewed"] == {"processor": "another"}


def test_of_the_turns_of_a_short_run_the_one_of_median_accuracy_counts(monkeypatch):
    turns = [0.5, 0.9, 0.7, 0.1, 0.6]
    answers = [{"accuracy": reached, "steps": number} for number, reached in enumerate(turns * 2)]
    measured = SimpleNamespace(series=dict.fromkeys(accuracy.OURS, answers))
    monkeypatch.setattr(accuracy, "interleaved", lambda *_: measured)
    before = {"budgets": [0.5], "seeds": [3, 8], "series": {}}
    ours = accuracy.renewed(before, {})["series"][accuracy.OURS[0]]
    assert [(one["seed"], one["accuracy"], one["steps"]) for one in ours] == [(3, 0.6, 4), (8, 0.6, 9)]


@pytest.mark.parametrize(
    ("seconds_of_a_step", "steps", "counts"),
    [
        ([0.01], [99], 99),
        ([0.0103], [99], 99),  # 1.02 s
        ([0.02, 0.02], [99, 50], 50),  # 99 · 0.99 / 1.98 = 49.5
        ([0.005, 0.01, 0.01], [99, 198, 99], 99),
        ([0.02, 0.005, 0.01, 0.05], [99, 50, 198, 99], 50),  # 1.98, 0.25, 1.98 and 4.95 s
    ],
    ids=["as the trials", "a little slower", "half as fast", "fast for once", "never steady"],
)
def test_a_run_whose_machine_changed_its_speed_is_repeated_with_what_fits(seconds_of_a_step, steps, counts):
    taken = []

    def measure(count):
        taken.append(count)
        return {"seconds": seconds_of_a_step[len(taken) - 1] * count, "steps": count}

    answer = accuracy.fitting(measure, 99, 1)
    assert taken == steps
    assert answer["steps"] == counts


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hand the peak on")
def test_the_peak_of_memory_is_that_of_a_process_itself_and_not_of_the_one_that_started_it():
    large = np.ones(400_000_000, np.uint8)  # 400 MB
    question = "from benchmarks import growth; print(growth.peak())"
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert 20 < float(answer.stdout) < 300
    assert growth.peak() > large.nbytes / 1e6


def test_the_growth_of_the_time_is_the_median_of_the_growths_of_the_rounds():
    def row(group, size, work, rounds):
        answers = [{"seconds": seconds, "megabytes": 9.0} for seconds in rounds]
        return {"group": group, "size": size, "work": work, "answers": answers}

    widths = [row("width", 64, 1e6, [1, 2, 3]), row("width", 128, 4e6, [4, 8.8, 9])]
    others = [row(group, 1, 1e6, [1]) for group in growth.GROUPS if group != "width"]
    (_, _, worst, _), _ = growth.goals({"rows": widths + others})
    # 4/1, 8.8/2 and 9/3, each over four times the work; the medians of both rows would give 8.8/2/4 = 1.10
    assert worst == "worst: 1.00 times linear at 128 width"
