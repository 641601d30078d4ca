"""Run files that must be refused, by what is wrong with them, each with a part of the reason."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tests.attacks.archives import (
    DEFLATED,
    Entry,
    archive,
    deflated,
    entries,
    header,
    npy,
    npy_of,
    saved,
    small,
)
from tests.attacks.payload import CODE, PICKLE, Payload
from tests.attacks.run_archives import (
    CONTINUED,
    GIVEN,
    arrays_of,
    fields_of,
    run_file,
    with_content,
    with_entry,
    with_experiment,
    with_fields,
    with_numbers,
    with_text,
)
from tests.attacks.variations import unfinished

ADAM, SGD, SEARCH, LBFGS = "adam on all samples", "sgd on batches", "evolution", "l-bfgs"
ERRORS, SOAP = "errors in growing batches", "soap on batches"
FILES = entries(arrays_of(ADAM))
PLAIN = archive(FILES)
COUNT = len(arrays_of(ADAM)["parameters"])
ZEROS = bytes(64 << 20)


def bent(name: str, change: Callable[[Entry], Entry]) -> bytes:
    target = f"{name}.npy".encode()
    return archive([change(entry) if entry.name == target else entry for entry in FILES])


def put(place: int | tuple[int, ...], value: float) -> Callable[[Any], None]:
    """Return what puts a number into an array."""

    def change(array: Any) -> None:
        array[place] = value

    return change


ARCHIVE = {
    "nothing": (b"", "the run file is empty"),
    "a picture": (b"\x89PNG", "this is not a run file"),
    "a pickle": (PICKLE, "this is not a run file"),
    "a weight file": (saved(small()), "this is a weight file, not a run file"),
    "a byte behind it": (PLAIN + b"!", "or is not a run file"),
    "an entry of another name": (with_entry("velocities", np.ones(3)), "an entry of another name"),
    "an entry of a path": (with_entry("../parameters", np.ones(3)), "an entry of another name"),
    "an entry twice": (with_entry("gradient", np.ones(COUNT)), "the archive: got gradient twice"),
    "21 entries": (archive([*FILES, *FILES[:12]]), "more than 20 entries"),
    "a wrong checksum": (
        bent("parameters", lambda entry: entry.bent(checksum=1)),
        "parameters is damaged: its checksum is wrong",
    ),
    "a method of its own": (
        bent("parameters", lambda entry: entry.bent(method=12)),
        "got another compression method",
    ),
    "a directory that lies of a size": (
        bent("parameters", lambda entry: replace(entry, directory={"size": 1})),
        "does not unpack to exactly",
    ),
    "a local header that lies of a size": (
        bent("parameters", lambda entry: replace(entry, local={"size": 1})),
        "differ in sizes",
    ),
    "64 MiB declared": (
        bent("parameters", lambda entry: replace(entry, content=ZEROS, method=DEFLATED)),
        "parameters: got a declared size",
    ),
    "64 MiB behind an array": (
        bent(
            "parameters",
            lambda entry: replace(entry, method=DEFLATED, packed=unfinished(entry.content) + deflated(ZEROS)),
        ),
        "parameters does not unpack to",
    ),
    "64 MiB behind the metadata": (
        bent(
            "metadata",
            lambda entry: replace(entry, method=DEFLATED, packed=unfinished(entry.content) + deflated(ZEROS)),
        ),
        "metadata does not unpack to",
    ),
} | {
    f"cut off after {length} bytes": (
        PLAIN[:length],
        "or is not a run file|this is not a run file",
    )
    for length in (1, 3, 30, len(PLAIN) // 2, len(PLAIN) - 1)
}

TEXTS = {
    "no metadata": (run_file(metadata=None), "metadata is missing"),
    "metadata as bytes": (run_file(metadata=np.array(b"{}")), "metadata: got something other than one text"),
    "metadata that is an object": (
        with_content("metadata", npy_of(header("|O", shape="()"), PICKLE)),
        "metadata: got something other than one text",
    ),
    "metadata without a header": (with_content("metadata", b"{}"), "metadata: got another array header"),
    "no JSON": (with_text("{"), "metadata is not JSON"),
    "code": (with_text(CODE), "metadata is not JSON"),
    "a list": (with_text("[]"), "metadata: got other JSON; expected an object with the fields of a run"),
    "an infinite number": (with_text('{"kind": 1e999}'), "not finite"),
    "a key twice": (with_text('{"kind": "run", "kind": "run"}'), "the same key twice"),
    "100,000 opened lists": (with_text("[" * 100_000), "nesting more than 32 deep"),
    "half a surrogate pair": (with_text('{"kind": "\\ud800"}'), "half a surrogate pair"),
    "an integer of 5,000 digits": (with_text(f'{{"kind": {"9" * 5000}}}'), "more than 640 digits"),
    "nothing in it": (with_text("{}"), "kind: got none or another one"),
    "a weight file's": (
        with_text(json.dumps({"format": 1, "polynomials": [[1, 0], [2, 0]]})),
        "kind: got none or another one",
    ),
}

FIELDS = {
    f"{name} {value!r} of {kind}": (with_fields(kind, **{name: value}), reason)
    for kind, name, values, reason in [
        (ADAM, "kind", (..., None, "Run", 1, ["run"]), "kind: got none or another one"),
        (ADAM, "format", (..., None, 0, 1, 2, 5, True, "3", 3.0, [3]), "format: got none or an unknown one"),
        (ADAM, "format", (4,), "metadata's earlier: got other parts"),
        (CONTINUED, "format", (4,), "metadata's earlier: got other parts"),
        (GIVEN, "format", (3,), "given_weights: expected no such array"),
        (ADAM, "began_at", (-1, 1.0, None, True, 10**12), "metadata's began_at: got"),
        (ADAM, "began_at", (24, 10**9), "metadata's step: got"),
        (ADAM, "optimizer_began_at", (-1, 1, None, 0.0), "metadata's optimizer_began_at: got"),
        (ADAM, "snapshots", (-1, 65, None, 1.0, True), "metadata's snapshots: got"),
        (ADAM, "snapshots", (0,), "snapshot_step: expected no such array"),
        (ADAM, "snapshots", (1, 64), "snapshot_step: got shape"),
        (ADAM, "earlier", (None, {}, 1, [1], [None], [{}], [[]] * 17), "metadata's earlier: got"),
        (ADAM, "more", (None, "more"), "metadata: got other fields"),
        *(
            (ADAM, name, (...,), "metadata: got other fields")
            for name in fields_of(ADAM)
            if name not in ("kind", "format")
        ),
        (ADAM, "experiment", (None, "adam", [], 1), "experiment: got a field"),
        (ADAM, "step", (-1, 61, 10**30, 1.5, 23.0, True, "23", None, [23]), "metadata's step: got"),
        (ADAM, "loss", (None, -1, 1.1e6, True, "0.5", [0.5], {}), "metadata's loss: got"),
        (SGD, "loss", (0.5, 0, "null"), "metadata's loss: got"),
        (ADAM, "best_step", (-1, 24, 1.0, None), "metadata's best_step: got"),
        (ADAM, "best_loss", (-1e-300, 10**7, None, False), "metadata's best_loss: got"),
        (ADAM, "held_out_step", (-1, 24, "0"), "metadata's held_out_step: got"),
        (ADAM, "held_out_loss", (-1, 1e300, 9**300, None), "metadata's held_out_loss: got"),
        (ADAM, "ended", ("", "done", "target", "patience", "stuck", 0, [], {}), "ended: got a reason"),
        (SEARCH, "deviation", (None, -0.1, 1e101, "0.1", True), "metadata's deviation: got"),
        (ADAM, "deviation", (0.1,), "metadata's deviation: got"),
        (LBFGS, "pairs", (-1, 11, 1.0, None), "metadata's pairs: got"),
        (ADAM, "pairs", (1, None), "metadata's pairs: got"),
        (LBFGS, "stuck", (0, None, "false"), "metadata's stuck: got"),
        (ADAM, "stuck", (True,), "metadata's stuck: got"),
        (ADAM, "history_every", (0, -1, 1.0, 10**9), "metadata's history_every: got"),
        (ADAM, "history_entries", (0, 401, 2.0, None), "metadata's history_entries: got"),
    ]
    for value in values
}

EXPERIMENTS = {
    f"{name} {value!r}": (with_experiment(**{name: value}), "experiment: got a field")
    for name, values in {
        "steps": (0, 10**12, "60", None),
        "hidden": ([513], [-1], [1] * 8, "4", [512] * 7),
        "optimizer": ("Adam", None, "__import__"),
        "polynomials": ([], [[1]], [[1], [1]], [[1], [1] * 14], [[1] * 2] * 25, None, [[1], ["1"]]),
        "samples_per_class": (0, 10**9, "None"),
        "learning_rate": (0, 11, None),
        "unknown": (1,),
        "__class__": ("Run",),
    }.items()
    for value in values
} | {
    "another width": (with_experiment(hidden=[5]), "got shape"),
    "another optimizer": (with_experiment(optimizer="sgd"), "velocity is missing"),
    "batches where there were none": (with_fields(**fields_of(SGD)), "is not of the type|is missing"),
    "values of 1e36": (
        with_experiment(polynomials=[[1.0] + [0.0] * 12, [1.0]], x_range=[-1000, 1000]),
        "experiment cannot be trained",
    ),
}

_PAST = fields_of(CONTINUED)["earlier"]
_DATA = fields_of(CONTINUED)["experiment"]["data"]


def with_leg(**fields: Any) -> bytes:
    """Return the continued run's file with fields of its earlier leg changed; ... leaves one out."""
    leg = {name: value for name, value in (_PAST[0] | fields).items() if value is not ...}
    return with_fields(CONTINUED, earlier=[leg])


OWN = (
    {
        f"{name} {value!r} of the data": (
            with_experiment(
                CONTINUED, data={k: v for k, v in (_DATA | {name: value}).items() if v is not ...}
            ),
            "metadata's experiment: got other data",
        )
        for name, values in {
            "count": (..., None, 1, 0, -1, 20_001, 10**30, 56.0, True, "56", [56]),
            "sha256": (..., None, 1, "", "0" * 63, "0" * 65, "G" * 64, "A" * 64, ["0" * 64]),
            "names": (
                ...,
                None,
                "ab",
                [],
                ["a"],
                ["a", "a"],
                ["a", ""],
                ["a", "b" * 41],
                ["a", " b"],
                ["a", "b\n"],
                ["a", "\u202e"],
                ["a", 1],
                ["a", ["b"]],
                [str(number) for number in range(25)],
            ),
            "points": ([[0, 0], [1, 1]],),
        }.items()
        for value in values
    }
    | {
        f"data {value!r}": (with_experiment(CONTINUED, data=value), "got other data")
        for value in (None, [], {}, "points", 1)
    }
    | {
        "a name less": (
            with_experiment(CONTINUED, data=_DATA | {"names": ["a", "b", "c"]}),
            "data_points and",
        ),
        "another SHA-256": (with_experiment(CONTINUED, data=_DATA | {"sha256": "0" * 64}), "data_points and"),
        "another number of points": (
            with_experiment(CONTINUED, data=_DATA | {"count": _DATA["count"] - 1}),
            "data_points: got shape",
        ),
        "polynomials besides": (
            with_experiment(CONTINUED, polynomials=[[1, 0], [2, 0]]),
            "experiment: got a field",
        ),
        "noise besides": (with_experiment(CONTINUED, noise=0.1), "experiment: got a field"),
        "held_out_share 0": (with_experiment(CONTINUED, held_out_share=0), "experiment: got a field"),
        "no data": (
            with_experiment(CONTINUED, data=None),
            "got other data",
        ),
        "points in place of their number": (
            with_fields(
                ADAM,
                experiment=fields_of(ADAM)["experiment"]
                | {"data": {"points": [[0, 0], [1, 1]], "labels": [0, 1], "names": ["a", "b"]}},
            ),
            "got other data",
        ),
        "a moved point": (with_numbers("data_points", put((0, 0), 0.5), CONTINUED), "data_points and"),
        "another label": (with_numbers("data_labels", put(0, 1), CONTINUED), "data_points and"),
        "a label of no class": (with_numbers("data_labels", put(0, 23), CONTINUED), "data_points and"),
        "a label of 24": (with_numbers("data_labels", put(0, 24), CONTINUED), "data_labels: got a number"),
        "a label below 0": (with_numbers("data_labels", put(0, -1), CONTINUED), "data_labels: got a number"),
        "labels as numbers": (
            with_numbers("data_labels", lambda array: array.astype("<f8"), CONTINUED),
            "data_labels: got another type or order",
        ),
        "points that are pickled objects": (
            with_content("data_points", npy(np.full((56, 2), Payload(), dtype=object)), CONTINUED),
            "data_points: got another type or order",
        ),
    }
    | {
        f"a point of {value}": (
            with_numbers("data_points", put((3, 1), value), CONTINUED),
            "data_points: got a",
        )
        for value in (np.nan, np.inf, -np.inf, 1.1e6)
    }
)

PAST = {
    f"{name} {value!r} of a leg": (with_leg(**{name: value}), "metadata's earlier: got")
    for name, values in {
        "began_at": (..., None, -1, 31, 0.0, True, 10**12),
        "end": (..., None, -1, 29, 31, 30.0),
        "experiment": (
            [],
            1,
            "adam",
            {"steps": 0},
            {"unknown": 1},
            {"data": {}},
            {"data": _DATA | {"count": 1}},
        ),
        "history_every": (..., None, 0, -1, 1.0, 10**9),
        "history_entries": (..., None, -1, 401, 1.0),
        "more": (1,),
    }.items()
    for value in values
} | {
    "a leg twice": (with_fields(CONTINUED, earlier=_PAST * 2), "metadata's earlier: got"),
    "no leg before": (with_fields(CONTINUED, earlier=[]), "earlier_history: expected no such array"),
    "an entry less of a leg": (
        with_leg(history_entries=_PAST[0]["history_entries"] - 1),
        "earlier_history: got shape",
    ),
    "another width, and its snapshots": (with_experiment(CONTINUED, hidden=[5]), "got shape"),
    "a snapshot in float64": (
        with_numbers("snapshots", lambda array: array.astype("<f8"), CONTINUED),
        "snapshots: got another type or order",
    ),
    "an infinite snapshot": (with_numbers("snapshots", put((1, 2), np.inf), CONTINUED), "snapshots: got a"),
    "a snapshot of NaN": (with_numbers("snapshots", put((0, 0), np.nan), CONTINUED), "snapshots: got a"),
    "a snapshot after its run": (
        with_numbers("snapshot_step", put(-1, 51), CONTINUED),
        "snapshot_step: got a",
    ),
    "a snapshot before the first step": (
        with_numbers("snapshot_step", put(0, -1), CONTINUED),
        "snapshot_step: got a",
    ),
    "an infinite given weight": (
        with_numbers("given_weights", put(0, np.inf), GIVEN),
        "given_weights: got a",
    ),
    "a given weight too many": (
        with_numbers("given_weights", lambda array: np.append(array, 0.0), GIVEN),
        "given_weights: got shape",
    ),
    "snapshots that turn": (
        with_numbers("snapshot_step", put(2, 1), CONTINUED),
        "earlier_history, snapshot_step",
    ),
    "a snapshot of an odd step": (
        with_numbers("snapshot_step", put(-1, 49), CONTINUED),
        "earlier_history, snapshot_step",
    ),
    "a past that turns": (
        with_numbers("earlier_history", put((0, 1), 29), CONTINUED),
        "earlier_history, snap",
    ),
    "a past that begins late": (
        with_numbers("earlier_history", put((0, 0), 1), CONTINUED),
        "earlier_history, s",
    ),
    "a past beyond its end": (
        with_numbers("earlier_history", put((0, -1), 31), CONTINUED),
        "earlier_history, s",
    ),
    "an accuracy of 2": (with_numbers("earlier_history", put((2, 1), 2), CONTINUED), "earlier_history, s"),
    "a loss of NaN": (
        with_numbers("earlier_history", put((1, 1), np.nan), CONTINUED),
        "earlier_history: got a",
    ),
    "a loss below 0": (with_numbers("earlier_history", put((1, 1), -1), CONTINUED), "earlier_history: got a"),
}

ENDS = {
    "diverged behind the last step": (with_fields(step=60, ended="diverged"), "ended: got a reason"),
    "a target that is not reached": (
        with_fields(ended="target", experiment=fields_of(ADAM)["experiment"] | {"target_loss": 1e-9}),
        "ended: got a reason",
    ),
    "patience that is not over": (
        with_fields(ended="patience", experiment=fields_of(ADAM)["experiment"] | {"patience": 24}),
        "ended: got a reason",
    ),
    "stuck that is not": (with_fields(LBFGS, ended="stuck"), "ended: got a reason"),
}

ARRAYS = (
    {
        f"no {name} of {kind}": (run_file(kind, **{name: None}), f"{name} is missing")
        for kind in (ADAM, SGD, SEARCH, LBFGS, GIVEN)
        for name in arrays_of(kind)
    }
    | {
        f"{name} in {kind}": (with_entry(name, np.ones(COUNT), kind), f"{name}: expected no such array")
        for kind, name in [(ADAM, "velocity"), (SEARCH, "gradient"), (SGD, "squares"), (LBFGS, "gradients")]
    }
    | {
        f"parameters of type {type_}": (
            with_content("parameters", npy_of(header(type_, shape=f"({COUNT},)"), bytes(COUNT * size))),
            "parameters: got another type or order",
        )
        for type_, size in [
            ("<f4", 4),
            (">f8", 8),
            ("<i8", 8),
            ("|O", 8),
            ("<U2", 8),
            ("|V8", 8),
            ("<c16", 16),
        ]
    }
    | {
        f"parameters of shape {shape}": (
            with_content("parameters", npy_of(header(shape=shape), bytes(8 * COUNT))),
            "parameters: got shape",
        )
        for shape in ["()", f"({COUNT}, 1)", f"(1, {COUNT})", f"({COUNT + 1},)", "(99999999999,)", "(0,)"]
    }
    | {
        "parameters that are pickled objects": (
            with_content("parameters", npy(np.full(COUNT, Payload(), dtype=object))),
            "parameters: got another type or order",
        ),
        "code as a shape": (
            with_content("parameters", npy_of(header(shape=CODE), bytes(8 * COUNT))),
            "parameters: got another array header",
        ),
        "half a number missing": (
            with_content("parameters", npy(arrays_of(ADAM)["parameters"])[:-4]),
            "parameters has more or fewer bytes",
        ),
        "an array behind another": (
            with_content("gradient", npy(arrays_of(ADAM)["gradient"]) * 2),
            "gradient has more or fewer bytes",
        ),
        "one float32 array in float64": (
            with_numbers("best_parameters", lambda array: array.astype("<f4")),
            "best_parameters: got another type or order",
        ),
        "float64 where steps work on batches": (
            with_numbers("velocity", lambda array: array.astype("<f8"), SGD),
            "velocity: got another type or order",
        ),
        "pairs in Fortran order": (
            with_numbers("changes", np.asfortranarray, LBFGS),
            "changes: got another type or order",
        ),
        "a pair less than told": (
            with_numbers("changes", lambda array: array[1:], LBFGS),
            "changes: got shape",
        ),
        "an entry of the history less": (
            with_numbers("history_loss", lambda array: array[1:]),
            "history_loss: got shape",
        ),
        "steps that are no integers": (
            with_numbers("history_step", lambda array: array.astype("<f8")),
            "history_step: got another type or order",
        ),
    }
)

NUMBERS = {
    f"{value} in {name} of {kind}": (with_numbers(name, put(place, value), kind), f"{name}: got a number")
    for kind, name, place, values in [
        (ADAM, "parameters", 0, (np.nan, np.inf, -np.inf, 1.1e6)),
        (SGD, "best_parameters", -1, (np.nan, np.inf, -1.1e6)),
        (ADAM, "gradient", 3, (np.nan, np.inf, 1.1e100)),
        (SGD, "velocity", 3, (np.nan, -np.inf)),
        (ADAM, "gradients", 3, (np.nan, -1.1e100)),
        (SOAP, "sums", 3, (np.nan, np.inf, -np.inf)),
        (SOAP, "bases", 3, (np.nan, 2.1, -2.1)),
        (ADAM, "squares", 3, (np.nan, -1e-300, -np.inf)),
        (LBFGS, "changes", (1, 1), (np.nan, np.inf)),
        (LBFGS, "differences", (1, 1), (np.nan, -1.1e100)),
        (LBFGS, "curvatures", 1, (np.nan, np.inf, -1.0)),
        (ERRORS, "point_errors", (0, 3), (np.nan, np.inf, -1e-30, 1e9)),
        (ERRORS, "point_counts", (1, 3), (np.nan, -np.inf, -1.0, 1e9)),
        (ERRORS, "new_point_errors", (0, 3), (-1, 2**31 - 1)),
        (ERRORS, "new_point_counts", (0, 3), (-1, 2**30)),
        (ADAM, "history_step", 1, (-1, 24, 2**62)),
        (ADAM, "history_loss", 1, (np.nan, np.inf, -0.5, 1.1e6)),
        (ADAM, "history_accuracy", 1, (np.nan, -0.1, 1.1)),
        (ADAM, "history_held_out_accuracy", 1, (np.nan, 2.0)),
    ]
    for value in values
} | {
    # the deviation of x on [-1, 1] is about 0.58: once it is folded in, weights of 9e5 are beyond 1e6
    "a weight that no weight file can hold": (
        with_numbers("parameters", put(0, 9e5)),
        "parameters: got a number that no weight file can hold",
    ),
    "a best weight that no weight file can hold": (
        with_numbers("best_parameters", put(0, 9e5)),
        "best_parameters: got a number that no weight file can hold",
    ),
    "a history that begins late": (
        with_numbers("history_step", lambda array: array + 1),
        "history_step: got",
    ),
    "a history that stands still": (
        with_numbers("history_step", put(1, 0)),
        "history_step: got steps",
    ),
    "a history that turns": (with_numbers("history_step", put(1, 20)), "history_step: got steps"),
    "more errors than points": (
        with_numbers("point_errors", lambda array: array + 1, ERRORS),
        "point_errors, new_point_errors: got more errors than points",
    ),
    "more new errors than new points": (
        with_numbers("new_point_errors", lambda array: array + 1, ERRORS),
        "point_errors, new_point_errors: got more errors than points",
    ),
    "no curvature": (with_numbers("curvatures", put(0, 0.0), LBFGS), "curvatures: got a value"),
    "another curvature": (with_numbers("curvatures", put(0, 1e3), LBFGS), "curvatures: got a value"),
    "a change of nothing": (with_numbers("changes", put(2, 0.0), LBFGS), "curvatures: got a value"),
    "a difference of nothing": (with_numbers("differences", put(2, 0.0), LBFGS), "curvatures: got a value"),
    "a difference too small for its square": (
        with_numbers("differences", put(2, 1e-200), LBFGS),
        "curvatures: got a value",
    ),
}

_GROUPS = {
    "archive": ARCHIVE,
    "metadata": TEXTS,
    "field": FIELDS,
    "experiment": EXPERIMENTS,
    "own points": OWN,
    "past": PAST,
    "end": ENDS,
    "array": ARRAYS,
    "number": NUMBERS,
}
REFUSED = {f"{group}, {name}": case for group, cases in _GROUPS.items() for name, case in cases.items()}
