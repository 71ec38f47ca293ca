"""One websocket: Daphne's, which ends with the reason it is given."""

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from chatsite.edge.interface import Message

GOING_AWAY = 1012  # "service restart": the page connects again


class Socket(WebSocketProtocol):
    """A websocket and the application behind it."""

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
