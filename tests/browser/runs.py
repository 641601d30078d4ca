"""The runs of scripts for a tab, by what the server says of them."""

from playwright.sync_api import Page, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Runs:
    """Counts the runs of scripts that the server begins for a tab."""

    def __init__(self, page: Page) -> None:
        self.count = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        if socket.url.split("?")[0].endswith("/_stcore/stream"):
            socket.on("framereceived", self._note)

    def _note(self, content: bytes) -> None:
        message = ForwardMsg()
        message.ParseFromString(content)
        self.count += message.WhichOneof("type") == "new_session"
