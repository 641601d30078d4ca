"""Whose pages may open a socket: as Streamlit has it for its own."""

import pytest
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from pages.channel import routes

HOST = "demo.example:8501"


@pytest.fixture
def options(monkeypatch):
    """Return a function that sets options of the server for this test."""

    def set_options(**values):
        read = config.get_option
        options = {name.replace("_", "."): value for name, value in values.items()}
        monkeypatch.setattr(routes.st, "get_option", lambda name: options.get(name, read(name)))
        monkeypatch.setattr(config, "get_option", lambda name: options.get(name, read(name)))
        manual = config.is_manually_set
        monkeypatch.setattr(config, "is_manually_set", lambda name: name in options or manual(name))

    return set_options


ALLOWED = (
    None,
    "http://demo.example:8501",
    "https://demo.example:8501",
    "http://localhost:3000",
    "http://127.0.0.1",
    "http://0.0.0.0:1",
)
REFUSED = (
    "https://stranger.example",
    "http://demo.example:8502",
    "http://demo.example",
    "http://demo.example:8501.stranger.example",
    "http://localhost.stranger.example",
    "null",
    "",
    "file://",
    "http://[",
    "http://demo.example:port@stranger.example",
)


@pytest.mark.parametrize("origin", ALLOWED)
def test_a_page_of_this_server_or_this_machine_may(origin):
    assert routes.is_allowed(origin, HOST)


@pytest.mark.parametrize("origin", REFUSED)
def test_any_other_page_may_not(origin):
    assert not routes.is_allowed(origin, HOST)


@pytest.mark.parametrize("host", [None, ""])
@pytest.mark.parametrize("origin", ["null", "", "file://"])
def test_a_page_without_an_origin_is_not_of_a_server_without_a_host(origin, host):
    assert not routes.is_allowed(origin, host)


def test_without_the_check_every_page_may(options):
    options(server_enableCORS=False)
    assert all(routes.is_allowed(origin, HOST) for origin in REFUSED)


def test_a_page_of_an_address_in_the_settings_may(options):
    options(
        server_corsAllowedOrigins=["https://course.example", " https://school.example:8080 ", "bare.example"],
        browser_serverAddress="public.example",
    )
    for name in ("course", "school", "bare", "public"):
        assert routes.is_allowed(f"https://{name}.example", HOST)
    assert not routes.is_allowed("https://stranger.example", HOST)


@pytest.mark.parametrize("origin", [origin for origin in (*ALLOWED, *REFUSED) if origin != "http://["])
def test_streamlit_allows_the_same_for_its_own_socket(origin, options, monkeypatch):
    # the addresses of this machine, which Streamlit looks up on the network, are left out
    for name in ("get_internal_ip", "get_external_ip"):
        monkeypatch.setattr(f"streamlit.net_util.{name}", lambda: None)
    options(server_corsAllowedOrigins=["https://course.example"], browser_serverAddress="public.example")
    for one in (origin, "https://course.example", "https://public.example"):
        assert routes.is_allowed(one, HOST) is _is_origin_allowed(one, HOST)
