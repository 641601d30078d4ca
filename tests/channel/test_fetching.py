"""The latest frame by HTTP, for a tab whose socket cannot open."""

import urllib.request
from urllib.error import HTTPError

import pytest

from pages.server import server
from tests.channel.tapes import Tape, unpacked


def fetched(client, path):
    return urllib.request.urlopen(f"http://127.0.0.1:{client.server.port}{path}", timeout=20)


def test_it_is_the_frame_that_the_socket_sends_and_never_kept_on_the_way(client_of):
    tape = Tape("run", size=400)
    tape.show(3)
    client = client_of(tape)
    with fetched(client, f"{client.path}/run") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Access-Control-Allow-Origin"] is None
        assert answer.headers["Content-Type"] == "application/octet-stream"
        content = answer.read()
    assert content == client.connect().recv(timeout=20)
    assert unpacked(content)[0]["number"] == 3


def test_it_counts_as_a_look(client_of):
    tape = Tape("run")
    client = client_of(tape)
    assert not client.viewer.is_watching
    fetched(client, f"{client.path}/run").close()
    assert len(tape.looks) == 1
    assert client.viewer.is_watching


@pytest.mark.parametrize("path", ["/live/a/{other}/run", "/live/a/{key}/another", "/live/a/{revoked}/run"])
def test_there_is_none_of_an_unknown_key_or_run_or_of_a_key_that_was_revoked(client_of, path):
    client, gone = client_of(Tape("run")), client_of(Tape("run"))
    server.current().audience.revoke(gone.key)
    with fetched(client, path.format(key=client.key, other="0" * 32, revoked=gone.key)) as response:
        assert (response.status, response.read()) == (204, b"")
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/live/a/{key}", "/live/a/{key}/"])
def test_there_is_nothing_without_a_run(client_of, path):
    client = client_of(Tape("run"))
    with pytest.raises(HTTPError) as refused:
        fetched(client, path.format(key=client.key, other="0" * 32))
    assert refused.value.code == 404
    assert client.key.encode() not in refused.value.read()
