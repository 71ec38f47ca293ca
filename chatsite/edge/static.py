"""Files below /static/, without Django: no thread, no middleware."""

from collections.abc import Sequence
from pathlib import Path
from wsgiref.headers import Headers

from whitenoise import WhiteNoise
from whitenoise.responders import Redirect, StaticFile

from chatsite.edge.interface import Application, Receive, Scope, Send

PIECE = 256 * 1024
# Request headers that decide between a file, a part of it, a compressed twin (.br, .gz) and 304; in WSGI's spelling.
ASKED = {
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"range": "HTTP_RANGE",
}
# The build puts a hash of the content into these names, so that such a file never changes.
HASHED = r"^/static/build/.*-[\w-]{8,}\.\w+$"


class Static:
    """ASGI middleware. The folders are looked through once, at the start; with `refresh` at every request instead."""

    def __init__(self, inner: Application, roots: Sequence[Path], refresh: bool = False) -> None:
        self._inner = inner
        self._files = WhiteNoise(
            None,
            autorefresh=refresh,
            allow_all_origins=False,
            immutable_file_test=HASHED,
            add_headers_function=_add_headers,
        )
        for root in roots:
            if root.is_dir():
                self._files.add_files(str(root), "/static/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self._find(scope["path"]) if scope["path"].startswith("/static/") else None
        if file is None:
            await self._inner(scope, receive, send)
        else:
            await _serve(file, scope, send)

    def _find(self, path: str) -> StaticFile | Redirect | None:
        return self._files.find_file(path) if self._files.autorefresh else self._files.files.get(path)


async def _serve(file: StaticFile | Redirect, scope: Scope, send: Send) -> None:
    asked = {ASKED[name]: value.decode("latin1") for name, value in scope["headers"] if name in ASKED}
    response = file.get_response(scope["method"], asked)
    headers = [(name.encode(), value.encode()) for name, value in response.headers]
    await send({"type": "http.response.start", "status": int(response.status), "headers": headers})
    if response.file is not None:
        with response.file as content:
            while data := content.read(PIECE):
                await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body"})


def _add_headers(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
