import io
import json
import os
import re
import stat
import struct
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polycore.model.archive
from polycore.errors import PolycoreError, WeightFileError
from polycore.model import weight_file
from polycore.model.model import Model
from tests.attacks import hostile
from tests.attacks.archives import (
    DEFLATED,
    SECRET,
    STORED,
    archive,
    deflated,
    entries,
    header,
    metadata_text,
    network,
    npy,
    npy_of,
    saved,
    small,
    zip64_field,
)
from tests.attacks.payload import CODE, PICKLE
from tests.attacks.variations import (
    nested,
    polynomials,
    unfinished,
    with_content,
    with_metadata,
    with_packed,
)

POINTS = np.array([[0.0, 0.0], [0.5, -2.0], [1e6, -1e6]])
FILES = entries(small())
WEIGHTS = small()["weights_l1"]


def load(content: bytes) -> Model:
    return Model.load(io.BytesIO(content))


def fields_of_all(**fields) -> bytes:
    return archive([entry.bent(**fields) for entry in FILES])


def with_zip64_fields(method: int, plain: int | None) -> bytes:
    """Return the small weight file with ZIP64 fields, and `plain` or the true sizes in the plain fields."""
    changed = []
    for entry in entries(small(), method):
        size, packed_size = len(entry.content), len(entry.packed_bytes)
        local = {"extra": zip64_field(size, packed_size)}
        if plain is not None:
            local |= {"size": plain, "packed_size": plain}
        changed.append(replace(entry, local=local))
    return archive(changed)


def savez(arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def padded_to_16(array) -> bytes:
    """Return the .npy file as NumPy before 1.14 wrote it: the header padded to a multiple of 16."""
    text = f"{{'descr': '{array.dtype.str}', 'fortran_order': False, 'shape': {array.shape}, }}"
    text = text.ljust(-(-(len(text) + 11) // 16) * 16 - 11) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode() + array.tobytes()


ACCEPTED = {
    "written by numpy.savez": savez(small()),
    "written by numpy.savez_compressed": saved(small()),
    "stored, without ZIP64 fields": archive(FILES),
    "deflated, without ZIP64 fields": archive(entries(small(), DEFLATED)),
    "stored, all sizes left to ZIP64 fields": with_zip64_fields(STORED, 0xFFFFFFFF),
    "stored, with ZIP64 fields and plain sizes": with_zip64_fields(STORED, None),
    "deflated, all sizes left to ZIP64 fields": with_zip64_fields(DEFLATED, 0xFFFFFFFF),
    "deflated, with ZIP64 fields and plain sizes": with_zip64_fields(DEFLATED, None),
    "stored and deflated entries": archive([*FILES[:3], *entries(small(), DEFLATED)[3:]]),
    "deflated in several blocks": with_packed(lambda content: unfinished(content) + deflated(b"")),
    "entries in another order": archive(FILES[::-1]),
    "a directory in another order": archive(FILES, directory_order=[3, 1, 2, 0, 6, 5, 4]),
    "another time": fields_of_all(time=0xFFFF, date=0xFFFF),
    "another time in the directory": archive([replace(entry, directory={"time": 9}) for entry in FILES]),
    "another maker": fields_of_all(made_by=0x0B3F),
    "the zip format 4.5": fields_of_all(version=45),
    "the attributes of a folder and a link": fields_of_all(external=0xA1FF0010, internal=1),
    "a header padded to 16 bytes": with_content("weights_l1", padded_to_16(WEIGHTS)),
    "weights in Fortran order": with_content("weights_l1", npy(np.asfortranarray(WEIGHTS))),
    "metadata filled up with NULs": saved(small(metadata=np.array(metadata_text(), dtype="<U999"))),
}


@pytest.mark.parametrize("content", ACCEPTED.values(), ids=ACCEPTED)
def test_a_file_loads_that_is_or_has(content):
    model = load(content)
    for name, array in small().items():
        kind, _, layer = name.partition("_l")
        if layer:
            np.testing.assert_array_equal(getattr(model, kind)[int(layer) - 1], array)
    assert (model.loss, model.accuracy) == (0.5, 0.75)
    assert model.metadata == json.loads(metadata_text())
    assert [polynomial.coefficients for polynomial in model.polynomials] == [(1, 0), (2, 0)]


def test_an_open_file_is_refused_as_one_by_its_path_is():
    for name, (content, reason) in hostile.REFUSED.items():
        assert re.search(reason, refusal(content)), name


LIMITS = {
    "no hidden layer": network(2, 2),
    "eight layers": network(2, *[3] * 7, 2),
    "24 classes": network(2, 3, 24),
    "512 neurons": network(2, 512, 2),
    "one neuron": network(2, 1, 2),
    "flat biases": network(2, 3, 2) | {"biases_l1": np.ones(3), "biases_l2": np.ones(2)},
    "flat and row biases": network(2, 3, 2) | {"biases_l2": np.ones(2)},
    "float32": network(2, 3, 2, kind=np.float32),
    "float32 beside float64": network(2, 3, 2) | {"weights_l1": np.ones((2, 3), np.float32)},
    "a float32 loss": network(2, 3, 2) | {"loss": np.float32(0.5), "accuracy": np.float32(0.75)},
    "weights of 1e6": network(2, 3, 2) | {"weights_l1": np.full((2, 3), 1e6)},
    "biases of -1e6": network(2, 3, 2) | {"biases_l1": np.full((1, 3), -1e6)},
    "weights too small to be normal": network(2, 3, 2) | {"weights_l1": np.full((2, 3), 5e-324)},
    "nothing right": network(2, 3, 2) | {"loss": np.float64(1e6), "accuracy": np.float64(0)},
    "everything right": network(2, 3, 2) | {"loss": np.float64(0), "accuracy": np.float64(1)},
    # 3·512 + 513·507 + 508·512 + 513·5
    "524,288 parameters": {
        name: np.zeros_like(array) for name, array in network(2, 512, 507, 512, 5).items()
    },
}


@pytest.mark.parametrize("arrays", LIMITS.values(), ids=LIMITS)
def test_a_file_at_the_limits_loads_with(arrays):
    model = load(saved(arrays))
    assert (model.loss, model.accuracy) == (arrays["loss"], arrays["accuracy"])
    for layer, (weights, biases) in enumerate(zip(model.weights, model.biases, strict=True), 1):
        np.testing.assert_array_equal(weights, arrays[f"weights_l{layer}"].astype(np.float64))
        np.testing.assert_array_equal(biases, np.atleast_2d(arrays[f"biases_l{layer}"]).astype(np.float64))
    assert np.isfinite(model.predict_proba(POINTS)).all()


def test_the_largest_array_may_have_the_longest_header():
    arrays = network(2, 512, 512, 2)
    content = npy_of(header(shape="(512, 512)").ljust(245), arrays["weights_l2"].tobytes())
    assert len(content) == 256 + 512 * 512 * 8
    listed = [replace(e, content=content) if e.name == b"weights_l2.npy" else e for e in entries(arrays)]
    np.testing.assert_array_equal(load(archive(listed)).weights[1], arrays["weights_l2"])


SOUND_METADATA = {
    "HTML": '"<b onmouseover=\\"alert(1)\\">bold</b> & <script>"',
    "a surrogate pair, escaped": '"\\ud83d\\ude00"',
    "a letter beyond 16 bits": '"\N{GRINNING FACE}"',
    "a NUL, escaped": '"\\u0000"',
    "brackets in a text": f'"{"[" * 40}"',
    "brackets behind an escaped quote": f'"\\"{"[{" * 40}"',
    "names like attributes": '{"__class__": "str", "__init__": null, "predict": 1}',
    "an integer of 640 digits": "9" * 640,
    "the smallest number": "5e-324",
    "minus zero": "-0.0",
    "an experiment that is none": '"anything"',
}


@pytest.mark.parametrize("value", SOUND_METADATA.values(), ids=SOUND_METADATA)
def test_provenance_comes_back_as_it_was(value):
    text = f'{metadata_text()[:-1]}, "a": {value}}}'
    assert repr(load(with_metadata(text)).metadata) == repr(json.loads(text))


def test_metadata_may_be_32_deep():
    assert load(with_metadata(nested(32))).metadata["note"] == SECRET


def test_metadata_may_have_262144_characters():
    text = metadata_text()
    long = text.replace(SECRET, SECRET + "x" * (2**18 - len(text)))
    assert len(long) == 2**18
    assert load(with_metadata(long)).metadata == json.loads(long)


def test_a_polynomial_may_have_13_coefficients_of_any_finite_size():
    model = load(polynomials("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1.7e308]", "[0, -3]"))
    assert model.polynomials[0].coefficients == (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1.7e308)
    assert model.polynomials[1].coefficients == (-3,)


def test_a_file_cut_off_anywhere_is_refused():
    for content in (saved(small()), archive(FILES)):
        load(content)
        for length in range(len(content)):
            refusal(content[:length])


# What is wrong is put in one thing after another, each found before the one before it in this list.
WRONGS = {
    "a number": ("weights_l1", {"content": npy(np.full((2, 3), np.nan))}, "not finite or out of range"),
    "the metadata": ("metadata", {"content": npy(np.array("[]"))}, "got other JSON"),
    "a checksum": ("accuracy", {"directory": {"checksum": 1}, "local": {"checksum": 1}}, "checksum is wrong"),
    "the shapes": ("weights_l2", {"content": npy(np.ones((4, 2)))}, "weights_l2: got shape"),
    "the size of an array": ("biases_l2", {"content": npy(np.ones((1, 2))) + b"!"}, "more or fewer bytes"),
    "a local header": ("loss", {"local": {"size": 1}}, "differ in sizes"),
    "a method": ("biases_l1", {"method": 12}, "got another compression method"),
}


def test_what_costs_less_is_checked_first():
    listed = {entry.name.decode().removesuffix(".npy"): entry for entry in FILES}
    for name, fields, reason in WRONGS.values():
        listed[name] = replace(listed[name], **fields)
        assert reason in refusal(archive([*listed.values()]))
    content = archive([*listed.values()])
    assert "does not end like" in refusal(content + b"!")
    assert "more than 4,194,304 bytes" in refusal(content + bytes(4 << 20))


def test_nothing_is_unpacked_before_all_headers_and_shapes_are_known(monkeypatch):
    monkeypatch.delattr(polycore.model.archive.Entry, "unpacked")
    assert "weights_l2: got shape" in refusal(with_content("weights_l2", npy(np.ones((4, 2)))))
    with pytest.raises(AttributeError, match="unpacked"):
        load(archive(FILES))


def refusal(content: bytes) -> str:
    with pytest.raises(WeightFileError) as raised:
        load(content)
    return str(raised.value)


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_as_metadata_is_refused(text):
    refusal(with_metadata(text))


# Where the file comes from.


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


def refusal_of(source) -> str:
    with pytest.raises(WeightFileError) as raised:
        Model.load(source)
    assert str(raised.value).isprintable()
    return str(raised.value)


@pytest.mark.parametrize("of", [str, Path], ids=["text", "Path"])
def test_a_file_loads_by_its_path_whatever_its_suffix_given_as(of, tmp_path):
    path = tmp_path / "model"
    path.write_bytes(saved(small()))
    assert Model.load(of(path)).loss == 0.5


def test_an_open_file_is_read_from_where_it_stands():
    file = io.BytesIO(b"header" + saved(small()))
    file.seek(6)
    assert Model.load(file).loss == 0.5


def test_an_open_file_may_give_a_few_bytes_at_a_time():
    class Dripping(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 100))

    assert Model.load(Dripping(saved(small()))).loss == 0.5


def test_no_file_there_is_refused(path):
    assert "no weight file at that path" in refusal_of(path)


@pytest.mark.parametrize("name", ["a\0b", "a" * 5000, "\ud800"], ids=["NUL", "5,000 letters", "surrogate"])
def test_a_path_that_cannot_be_is_refused(name):
    assert "no weight file at that path" in refusal_of(name)


def test_a_folder_is_refused(tmp_path):
    assert "folder or a device" in refusal_of(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_is_refused_without_waiting_for_a_writer(path):
    os.mkfifo(path)
    assert "folder or a device" in refusal_of(path)


def test_a_file_that_may_not_be_read_is_refused(path, monkeypatch):
    path.write_bytes(saved(small()))

    def deny(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "open", deny)
    assert "cannot be read" in refusal_of(path)


def test_a_file_of_more_than_4_mib_is_refused_unread(path, monkeypatch):
    path.touch()
    os.truncate(path, (4 << 20) + 1)
    monkeypatch.delattr(Path, "open")
    assert "more than 4,194,304 bytes" in refusal_of(path)


def test_a_file_of_4_mib_loads(path):
    arrays = network(2, 512, 400, 512, 5)

    def content(characters: int, spaces: int) -> bytes:
        # NULs behind the metadata and spaces behind a header change nothing but the size
        text = np.array(metadata_text(5), dtype=f"<U{characters}")
        loss = npy_of(header(shape="()").ljust(117 + spaces), np.float64(0.5).tobytes())
        listed = entries(arrays | {"metadata": text})
        return archive([replace(e, content=loss) if e.name == b"loss.npy" else e for e in listed])

    characters, spaces = divmod((4 << 20) - len(content(1000, 0)), 4)
    path.write_bytes(content(1000 + characters, spaces))
    assert path.stat().st_size == 4 << 20
    for source in (path, io.BytesIO(path.read_bytes())):
        assert len(Model.load(source).weights) == 4


def test_an_open_file_of_more_than_4_mib_is_refused_and_not_read_to_its_end():
    file = io.BytesIO(bytes(9 << 20))
    assert "more than 4,194,304 bytes" in refusal_of(file)
    assert file.tell() == (4 << 20) + 1


def test_a_closed_file_is_refused():
    file = io.BytesIO(saved(small()))
    file.close()
    assert "cannot be read" in refusal_of(file)


def test_a_file_that_is_for_writing_only_is_refused(path):
    with path.open("wb") as file:
        assert "cannot be read" in refusal_of(file)


def test_a_file_opened_as_text_is_refused(path):
    path.write_bytes(b"text")
    with path.open(encoding="utf-8") as file:
        assert "mode 'rb'" in refusal_of(file)
    path.write_bytes(saved(small()))
    with path.open(encoding="utf-8") as file:
        assert "mode 'rb'" in refusal_of(file)


@pytest.mark.parametrize("source", [saved(small()), None, 3], ids=["bytes", "None", "a number"])
def test_what_is_neither_path_nor_file_is_refused(source):
    assert "a path or an open binary file" in refusal_of(source)


# Single arrays.


@pytest.mark.parametrize(
    "array",
    [np.float64(0.5), np.float32(2), np.ones(3), np.ones((1, 12)), np.full((512, 512), 0.25)],
    ids=["a number", "a float32", "flat", "a row", "the largest"],
)
def test_an_npy_file_is_read_as_numpy_wrote_it(array, tmp_path):
    path = tmp_path / "array.npy"
    np.save(path, array)
    for source in (path, io.BytesIO(path.read_bytes())):
        found = weight_file.read_npy(source)
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)


BAD_ARRAYS = {
    "empty": (b"", "is empty"),
    "a picture": (b"\x89PNG", "got another array header"),
    "a pickle": (PICKLE, "got another array header"),
    "an object": (npy_of(header("|O", shape="()"), PICKLE), "expected real numbers"),
    "integers": (npy(np.ones((2, 3), np.int64)), "expected real numbers"),
    "a text": (npy(np.array("0.5")), "expected real numbers"),
    "code": (npy_of(header(shape=CODE), b""), "got another array header"),
    "too short": (npy(np.ones(3))[:-1], "more or fewer bytes after its header"),
    "too long": (npy(np.ones(3)) + b"!", "more or fewer bytes after its header"),
    "an archive": (saved(small()), "got another array header"),
    "three dimensions": (npy(np.ones((2, 3, 1))), "shape of 3 dimensions"),
    "513 long": (npy(np.ones(513)), r"shape \(513,\)"),
    "no numbers but long": (npy(np.ones((0, 10**9))), r"shape \(0, more than 9,999,999\)"),
    "more than 2 MiB": (npy(np.ones((512, 513))) + bytes(999), "more than 2,097,408 bytes"),
}


@pytest.mark.parametrize(("content", "reason"), BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_an_npy_file_is_refused_that_is_or_has(content, reason):
    with pytest.raises(WeightFileError, match=reason):
        weight_file.read_npy(io.BytesIO(content))


# Writing.


def contents_of(arrays, **metadata) -> weight_file.FileContents:
    return weight_file.FileContents(arrays, ((1.0, 0.0), (2.0, 0.0)), metadata)


def written(contents: weight_file.FileContents) -> bytes:
    file = io.BytesIO()
    weight_file.write(file, contents)
    return file.getvalue()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=10,
)
numbers = st.floats(-1e6, 1e6)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_written_is_read_back(data):
    widths = (2, *data.draw(st.lists(st.integers(1, 4), max_size=3)), data.draw(st.integers(2, 4)))
    arrays = {}
    for layer, (inputs, neurons) in enumerate(pairwise(widths), 1):
        drawn = data.draw(st.lists(numbers, min_size=(inputs + 1) * neurons, max_size=(inputs + 1) * neurons))
        arrays[f"weights_l{layer}"] = np.reshape(drawn[neurons:], (inputs, neurons))
        arrays[f"biases_l{layer}"] = np.reshape(drawn[:neurons], (1, neurons))
    arrays |= {
        "loss": np.float64(data.draw(st.floats(0, 1e6))),
        "accuracy": np.float64(data.draw(st.floats(0, 1))),
    }
    coefficients = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=13)
    polynomials = tuple(tuple(data.draw(coefficients)) for _ in range(widths[-1]))
    metadata = data.draw(st.dictionaries(st.text(), json_values, max_size=4))

    found = weight_file.read(io.BytesIO(written(weight_file.FileContents(arrays, polynomials, metadata))))

    assert {name: array.tobytes() for name, array in found.arrays.items()} == {
        name: np.asarray(array).tobytes() for name, array in arrays.items()
    }
    assert repr(found.polynomials) == repr(polynomials)
    own = {"format": 1, "polynomials": [list(coefficients) for coefficients in polynomials]}
    assert found.metadata == metadata | own


def test_numpy_alone_reads_what_is_written(path):
    arrays = network(2, 3, 2)
    weight_file.write(path, contents_of(arrays, note="\N{GREEK SMALL LETTER PI}"))
    with np.load(path, allow_pickle=False) as stored:
        assert list(stored) == [*arrays, "metadata"]
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored[name], array)
            assert stored[name].dtype == np.dtype("<f8")
        metadata = json.loads(stored["metadata"].item())
    assert metadata == {"format": 1, "polynomials": [[1, 0], [2, 0]], "note": "\N{GREEK SMALL LETTER PI}"}


def test_equal_contents_give_equal_bytes():
    assert written(contents_of(network(2, 3, 2), step=7)) == written(contents_of(network(2, 3, 2), step=7))


def test_a_network_at_the_limit_of_parameters_fits_the_file():
    arrays = network(2, 512, 507, 512, 5)  # normal numbers, as training begins with: 524,288 of them
    contents = weight_file.FileContents(arrays, ((1.0,),) * 5, {})
    assert weight_file.read(io.BytesIO(written(contents))).arrays.keys() == arrays.keys()


def test_a_file_too_large_to_be_read_back_is_not_written(path):
    bits = np.random.default_rng(0).integers(2**63, size=524_288, dtype=np.int64)
    incompressible = {"weights_l1": bits.view(np.float64)}
    with pytest.raises(PolycoreError, match="expected at most 4,194,304, which can be read back"):
        weight_file.write(path, weight_file.FileContents(incompressible))
    assert not path.exists()


def test_a_file_is_written_up_to_the_limit(path, monkeypatch):
    contents = contents_of(network(2, 3, 2))
    monkeypatch.setattr(weight_file, "MAX_BYTES", len(written(contents)))
    weight_file.write(path, contents)
    monkeypatch.setattr(weight_file, "MAX_BYTES", len(written(contents)) - 1)
    with pytest.raises(PolycoreError, match="can be read back"):
        weight_file.write(path, contents)


def test_metadata_is_written_up_to_the_limit(path):
    arrays = network(2, 3, 2)
    length = len('{"format":1,"polynomials":[[1.0,0.0],[2.0,0.0]],"note":""}')
    fitting = contents_of(arrays, note="x" * (2**18 - length))
    assert weight_file.read(io.BytesIO(written(fitting))).metadata["note"] == fitting.metadata["note"]
    with pytest.raises(
        PolycoreError, match="got 262,145 characters; expected at most 262,144, which can be read back"
    ):
        weight_file.write(path, contents_of(arrays, note="x" * (2**18 - length + 1)))
    assert not path.exists()


def test_a_path_is_taken_as_it_is(tmp_path):
    weight_file.write(str(tmp_path / "model"), contents_of(network(2, 3, 2)))
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_a_file_that_is_written_replaces_the_one_there(path):
    path.write_bytes(b"old")
    weight_file.write(path, contents_of(network(2, 3, 2)))
    assert len(weight_file.read(path).arrays) == 6
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.skipif(os.name == "nt", reason="permissions are others there")
def test_a_file_gets_the_permissions_of_any_new_file(path):
    other = path.with_name("other")
    other.touch()
    weight_file.write(path, contents_of(network(2, 3, 2)))
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


def test_a_symbolic_link_goes_on_pointing_to_the_file(tmp_path):
    link, file = tmp_path / "link", tmp_path / "folder" / "model.npz"
    file.parent.mkdir()
    link.symlink_to(file)
    weight_file.write(link, contents_of(network(2, 3, 2)))
    assert link.is_symlink()
    assert len(weight_file.read(file).arrays) == 6


class PowerCutError(BaseException):
    pass


@pytest.mark.parametrize(
    ("failing", "error", "raised"),
    [
        pytest.param((os, "fsync"), OSError(28, "No space left on device"), PolycoreError, id="full disk"),
        pytest.param(
            (Path, "replace"), PermissionError(13, "Permission denied"), PolycoreError, id="no right"
        ),
        pytest.param((os, "fsync"), PowerCutError(), PowerCutError, id="anything else"),
    ],
)
def test_where_writing_fails_the_old_file_stays_and_nothing_else(failing, error, raised, path, monkeypatch):
    path.write_bytes(b"old")

    def fail(*_):
        raise error

    monkeypatch.setattr(*failing, fail)
    with pytest.raises(raised):
        weight_file.write(path, contents_of(network(2, 3, 2)))
    assert path.read_bytes() == b"old"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "name", ["missing/model.npz", ".", "a\0b"], ids=["no such folder", "a folder", "NUL"]
)
def test_a_path_that_cannot_be_written_is_refused(name, tmp_path):
    with pytest.raises(PolycoreError, match="could not be written"):
        weight_file.write(f"{tmp_path}/{name}", contents_of(network(2, 3, 2)))
    assert list(tmp_path.iterdir()) == []


def test_an_open_file_gets_all_bytes_in_one_piece():
    pieces = []

    class Pieces(io.BytesIO):
        def write(self, piece):
            pieces.append(bytes(piece))
            return super().write(piece)

    weight_file.write(Pieces(), contents_of(network(2, 3, 2)))
    assert len(pieces) == 1
    assert load(pieces[0]).loss == 0.5


def test_an_open_file_that_takes_no_bytes_is_refused():
    with pytest.raises(PolycoreError, match="mode 'wb'"):
        weight_file.write(io.StringIO(), contents_of(network(2, 3, 2)))
