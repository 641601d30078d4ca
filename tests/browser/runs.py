"""The runs of scripts for a tab, by what the server says of them."""

from playwright.sync_api import Page, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Runs:
    """The runs of scripts for a tab: how many the server has begun, and how each has ended.

    `ends` has ENDED after a run of a whole page, and ENDED_PART after that of a fragment.
    """

    ENDED = ForwardMsg.FINISHED_SUCCESSFULLY
    ENDED_PART = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY

    def __init__(self, page: Page) -> None:
        self.count = 0
        self.ends: list[int] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        if socket.url.split("?")[0].endswith("/_stcore/stream"):
            socket.on("framereceived", self._note)

    def _note(self, content: bytes) -> None:
        message = ForwardMsg()
        message.ParseFromString(content)
        self.count += message.WhichOneof("type") == "new_session"
        if message.WhichOneof("type") == "script_finished":
            self.ends.append(message.script_finished)
