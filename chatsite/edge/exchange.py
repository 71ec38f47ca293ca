"""One HTTP request and its response on a connection: Daphne's, with limits, back-pressure and a safe failure."""

import asyncio

from daphne.http_protocol import WebRequest
from django.conf import settings
from twisted.internet.tcp import Connection
from twisted.web import http

from chatsite.edge.gate import Gate
from chatsite.edge.interface import Message
from chatsite.errors import ApiError

TURN_BYTES = 64 * 1024  # an application that never has to wait must not keep the loop for itself

# What Daphne refuses by itself, in our words: its own is an HTML page.
REFUSALS = {400: ApiError(40002, "The request is not valid HTTP."), 500: ApiError(50001, "Something went wrong here.")}


class Exchange(WebRequest):
    """A request is refused (413) as soon as it is known to be too large; nothing of it reaches the application then."""

    transport: Connection
    gate: Gate | None = None
    _turn = TURN_BYTES  # bytes left until the others' turn
    _received = 0
    _refused = False

    # --- The request comes in -------------------------------------------------------------------------------------

    def gotLength(self, length: int | None) -> None:  # noqa: N802 (Twisted's names)
        """The headers are there; `length` is None for a chunked body."""
        if (length or 0) > settings.MAX_BODY_BYTES:
            self._refuse_body()
        else:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        self._received += len(data)
        if self._refused:
            return
        if self._received > settings.MAX_BODY_BYTES:
            self._refuse_body()
        else:
            super().handleContentChunk(data)

    def _refuse_body(self) -> None:
        self._refused = True
        self.requestHeaders.removeHeader(b"Expect")  # or Twisted would say "100 Continue" after our answer
        if self.content is not None:
            self.content.close()
        limit = settings.MAX_BODY_BYTES
        self.channel.refuse(ApiError(41301, f"The body is larger than {limit} bytes (CHATSITE_MAX_BODY_BYTES)."))

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """The body is complete. As Twisted's, without parsing forms here on the loop: Django does that, in a lane."""
        if self._refused:
            return
        self.content.seek(0)
        self.method, self.uri, self.clientproto = command, path, version
        self.path = path.partition(b"?")[0]
        channel = self.channel
        self.process()
        if channel.transport.protocol is not channel:  # a websocket now: the channel will not hear of its end
            channel.factory.forget(channel)

    # --- The response goes out ------------------------------------------------------------------------------------

    async def reply(self, message: Message) -> None:
        """ASGI's `send`. Returns when the connection has room for more, or is gone."""
        if self._streaming and message.get("more_body"):
            self._write_now(message["body"])
        else:
            self._hand_to_daphne(message)
        if self._turn < 0:
            self._turn = TURN_BYTES
            await asyncio.sleep(0)
        if self.gate is not None and not self.gate.is_open and not await self.gate.passed():
            self.abort()

    @property
    def _streaming(self) -> bool:
        """Whether the headers are written and what follows are bytes of a body."""
        return bool(self.startedWriting and not self.finished and not self._disconnected and not self._bodiless)

    @property
    def _bodiless(self) -> bool:
        return self.method == b"HEAD" or self.code in http.NO_BODY_CODES

    def _hand_to_daphne(self, message: Message) -> None:
        kind = message["type"]
        if self._disconnected:
            self._turn = -1  # who sends to nobody may not know it yet
            return
        if kind == "http.response.start":
            self.server.check_headers_type(message)
            self._open_gate()
        elif kind == "http.response.body" and self._bodiless:  # Daphne would send the second part of such a body
            message = {**message, "body": b""}
        if kind == "chatsite.abort":
            self.abort()
        else:
            self.handle_reply(message)

    def _open_gate(self) -> None:
        if self.gate is None and not self._disconnected:
            self.gate = Gate(self.transport)
            self.registerProducer(self.gate, True)

    def _write_now(self, data: bytes) -> None:
        """Write to the socket at once when nothing waits before it, as nearly always.

        Twisted would note that the socket is to be written to, wait for the loop to say that it can be, write, and take
        the note back: twice the processor time for each of the 10,000 writes a second that 500 streams make.
        """
        if not data:
            return
        self._turn -= len(data)
        if self.chunked:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        transport = self.transport
        if not (transport._tempDataLen or transport.dataBuffer or transport.disconnecting):
            sent = transport.writeSomeData(data)
            if isinstance(sent, int):  # else the connection is lost, which the write below finds out again
                data = data[sent:]
        if data:
            transport.write(data)

    def finish(self) -> None:
        if self.producer is not None:
            self.unregisterProducer()
        super().finish()

    # --- It goes wrong --------------------------------------------------------------------------------------------

    def ended(self, error: BaseException | None) -> None:
        """The application is done and the response is not: an error, whether it raised one or simply stopped."""
        if self._response_started:
            self.abort()
        else:
            self.basic_error(500, b"", "")

    def abort(self) -> None:
        """Drop the connection and whatever it has not sent."""
        if not self.finished and self.channel is not None:
            self.transport.abortConnection()
            self._disconnected = True  # the transport says so only later, and until then would keep what is written

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Daphne's own refusals of a request, in our shape."""
        response = REFUSALS[status].response()
        headers = [(name.encode(), value.encode()) for name, value in response.items()]
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": response.content})
