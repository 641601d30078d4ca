"""The latest frame by HTTP, for a tab whose socket cannot open."""

import urllib.request
from urllib.error import HTTPError

import pytest

from pages.server import server
from tests.channel.tapes import Tape, unpacked


def fetched(here, path):
    return urllib.request.urlopen(f"http://127.0.0.1:{here.server.port}{path}", timeout=20)


def refused(here, path):
    """Return the status, the headers and the content of an answer that is an error."""
    with pytest.raises(HTTPError) as caught:
        fetched(here, path)
    with caught.value as answer:
        return answer.code, answer.headers, answer.read()


def test_it_is_the_frame_that_the_socket_sends_and_never_kept_on_the_way(seat):
    tape = Tape("run", size=400)
    tape.show(3)
    here = seat(tape)
    with fetched(here, f"{here.path}/run") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Access-Control-Allow-Origin"] is None
        assert answer.headers["Content-Type"] == "application/octet-stream"
        content = answer.read()
    assert content == here.connect().recv(timeout=20)
    assert unpacked(content)[0]["number"] == 3


def test_it_counts_as_a_look(seat):
    tape = Tape("run")
    here = seat(tape)
    assert not here.viewer.is_watching
    fetched(here, f"{here.path}/run").close()
    assert len(tape.looks) == 1
    assert here.viewer.is_watching


@pytest.mark.parametrize("path", ["/live/a/{other}/run", "/live/a/{key}/another"])
def test_there_is_none_of_an_unknown_key_or_run(seat, path):
    here = seat(Tape("run"))
    with fetched(here, path.format(key=here.key, other="0" * 32)) as response:
        assert (response.status, response.read()) == (204, b"")
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/live/a/{key}", "/live/a/{key}/"])
def test_there_is_nothing_without_a_run(seat, path):
    here = seat(Tape("run"))
    with pytest.raises(HTTPError) as refused:
        fetched(here, path.format(key=here.key, other="0" * 32))
    assert refused.value.code == 404
    assert here.key.encode() not in refused.value.read()


def test_there_is_none_of_a_key_that_was_revoked(seat):
    here = seat(Tape("run"))
    server.current().audience.revoke(here.key)
    with fetched(here, f"{here.path}/run") as response:
        assert (response.status, response.read()) == (204, b"")
