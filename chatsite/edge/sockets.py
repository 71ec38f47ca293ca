"""One websocket: Daphne's, which ends with the reason it is given."""

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from chatsite.edge.interface import Message

GOING_AWAY = 1012  # "service restart": the page connects again


class Socket(WebSocketProtocol):
    """A websocket and the application behind it."""

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:  # noqa: N802, N803 (autobahn's)
        """Also told of a handshake that autobahn refuses by itself (`Origin: null`), of which Daphne knows nothing."""
        if hasattr(self, "server"):
            super().onClose(wasClean, code, reason)

    async def reply(self, message: Message) -> None:
        """ASGI's `send`."""
        if self.state != self.STATE_CLOSED:
            self.handle_reply(message)

    def ended(self, error: BaseException | None) -> None:
        """The application is done and the socket is still there."""
        if error:
            self.handle_exception(error)

    def leave(self) -> None:
        """Say goodbye; who has not finished shaking hands hears nothing."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=GOING_AWAY)


class SocketFactory(WebSocketFactory):
    protocol = Socket
