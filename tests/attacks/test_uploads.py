"""Files that are uploaded on a page go through the reader, and there is no way around it."""

import ast
import io
import re
import tomllib
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from pages.predict import weight_upload
from polycore import Model, PolycoreError, WeightFileError
from polycore.model.weight_file import MAX_BYTES
from tests.attacks.archives import saved, small
from tests.attacks.hostile import REFUSED
from tests.pages.browsing import ROOT, opened, session_of

PAGE = "pages/4_predict.py"
# one of each kind, and small: what is wrong with them all, Model.load is asked elsewhere
KINDS = {name.split(", ")[0]: name for name, (content, _) in REFUSED.items() if len(content) < 1 << 16}


def uploaded(*files: tuple[str, bytes]) -> AppTest:
    app = opened(PAGE)
    uploader = app.file_uploader(key=weight_upload.FILES_KEY)
    uploader.set_value([(name, content, "") for name, content in files]).run()
    assert not app.exception
    return app


def test_hostile_files_of_every_kind_are_refused_on_the_page_and_change_nothing():
    app = uploaded(*[(f"{kind}.npz", REFUSED[name][0]) for kind, name in KINDS.items()])
    shown = [text.value for text in app.text]
    for kind, name in KINDS.items():
        with pytest.raises(WeightFileError) as raised:
            Model.load(io.BytesIO(REFUSED[name][0]))
        assert f"{kind}.npz: {raised.value}" in shown
    assert len(KINDS) > 10
    assert session_of(app).models.uploads == 0


def test_the_reader_gets_the_very_bytes_that_were_uploaded(monkeypatch):
    seen = []

    def noting(source):
        seen.append(source.read())
        raise WeightFileError("noted")

    monkeypatch.setattr(Model, "load", noting)
    contents = [saved(small()), REFUSED["bomb, 64 MiB of zeros, declared"][0], b"", bytes(range(256))]
    app = uploaded(*[(f"{number}.npz", content) for number, content in enumerate(contents)])
    assert seen == contents
    assert session_of(app).models.uploads == 0


def test_each_of_the_six_files_gets_to_the_reader_of_arrays(monkeypatch):
    seen = {}

    def noting(file):
        content = file.read()
        seen[content] = len(seen)
        raise WeightFileError("noted")

    monkeypatch.setattr(weight_upload, "read_npy", noting)
    files = {name: name.encode() for name in weight_upload.NPY_NAMES}
    for name, content in files.items():
        with pytest.raises(WeightFileError, match=f"{name}: noted"):
            weight_upload.model_of_npy({name: io.BytesIO(content)})
    assert list(seen) == list(files.values())


def arrays_of(content: bytes) -> dict[str, bytes]:
    """Return the .npy files in an archive whose bookkeeping is true, without the metadata."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "metadata.npy"}


def test_the_six_files_are_refused_where_one_of_them_is_hostile():
    sound = arrays_of(saved(small()))
    assert (
        weight_upload.model_of_npy({name: io.BytesIO(content) for name, content in sound.items()}).loss == 0.5
    )
    tried = 0
    for name, (content, _) in REFUSED.items():
        if name.split(", ")[0] not in ("header", "type", "body", "network", "number"):
            continue
        files = arrays_of(content)
        if set(files) != set(weight_upload.NPY_NAMES) or files == sound:
            continue
        with pytest.raises(PolycoreError) as raised:
            weight_upload.model_of_npy({own: io.BytesIO(piece) for own, piece in files.items()})
        assert str(raised.value).isprintable(), name
        tried += 1
    assert tried > 150


# What reads arrays or archives in other ways, or runs what is in a file.
OTHER_WAYS = re.compile(
    r"(np|numpy)\.(load|fromfile|memmap|loadtxt|genfromtxt|lib\..*|DataSource)|(pickle|marshal|shelve)\..*"
    r"|zipfile\..*|tarfile\..*|shutil\.unpack_archive|ast\.literal_eval|eval|exec|compile|__import__"
)


def other_ways(source: str) -> set[str]:
    called = {ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)}
    return {call for call in called if OTHER_WAYS.fullmatch(call)}


def test_nothing_in_the_product_reads_files_in_another_way():
    sources = [*(ROOT / "polycore").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "streamlit_app.py"]
    found = {path.relative_to(ROOT).as_posix(): other_ways(path.read_text("utf-8")) for path in sources}
    # the messages between the server and its own workers
    assert found.pop("polycore/workers/processes.py") == {"pickle.dumps", "pickle.loads"}
    assert {path: ways for path, ways in found.items() if ways} == {}
    assert other_ways("np.load(f); eval('1'); zipfile.ZipFile(f); re.compile('a'); json.loads('1')") == {
        *("np.load", "eval", "zipfile.ZipFile")
    }


def test_streamlits_limit_lets_every_sound_file_through_and_little_more():
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    most = config["server"]["maxUploadSize"] << 20
    assert MAX_BYTES <= most <= 2 * MAX_BYTES
    assert weight_upload.MAX_MEGABYTES << 20 == MAX_BYTES
    uploader = opened(PAGE).file_uploader(key=weight_upload.FILES_KEY)
    assert uploader.proto.max_upload_size_mb << 20 == MAX_BYTES
