"""curl -N. It parses nothing and does not come back: here its caller does, with the last id that was seen."""

import codecs
import json
import os
import signal
import subprocess
from collections.abc import Generator
from typing import Any
from uuid import uuid4

from tests.chat import Event, Parser
from tests.clients.catalog import Client, curl
from tests.clients.reader import Ask, Outcome, Reader

HTTP_ERROR = 22  # curl's exit code under --fail-with-body; a broken connection is 18 or 56, a clean EOF 0


class Shell(Reader):
    """As many processes as connections, one at a time."""

    def close(self) -> None:
        self._process.kill()
        self._incoming.close()

    def start(self, client: Client, ask: Ask) -> None:
        self._ask, self._key = ask, uuid4().hex
        self._events: list[Event] = []
        self._error: dict[str, Any] | None = None
        self._process = self._curl()
        self._incoming = self._read()

    def until(self, text: str) -> None:
        while text not in Outcome(self._events).content:
            next(self._incoming)

    def stop(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def end(self) -> Outcome:
        for _ in self._incoming:
            pass
        return Outcome(self._events, self._error)

    def _read(self) -> Generator[Event]:
        """Events of as many connections as it takes: until the end, a refusal or Ctrl-C."""
        while True:
            parser, decode = Parser(), codecs.getincrementaldecoder("utf-8")().decode
            with self._process as process:
                assert process.stdout
                assert process.stderr
                while data := os.read(process.stdout.fileno(), 65536):
                    for event in parser.feed(decode(data)):
                        self._events.append(event)
                        yield event
                status = process.stderr.read()
            if process.returncode == HTTP_ERROR:
                said = json.loads(parser.rest)
                self._error = {"status": int(status), "code": said["code"], "message": said["msg"]}
            if self._ended or process.returncode in (HTTP_ERROR, -signal.SIGINT):
                return
            self._process = self._curl()

    @property
    def _ended(self) -> bool:
        return bool(self._events) and (self._events[-1].data == "[DONE]" or self._events[-1].event == "close")

    def _curl(self) -> subprocess.Popen[bytes]:
        options = ["-N", "--silent", "--fail-with-body", "--write-out", "%{stderr}%{http_code}"]
        command = [curl(), *options, "--noproxy", "*", "--max-time", "30", *self._request()]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def _request(self) -> list[str]:
        ask = self._ask
        bearer = ["-H", f"Authorization: Bearer {ask.bearer}"] if ask.bearer else []
        if self._events:
            cursor = self._events[-1].id
            return [*bearer, "-H", f"Last-Event-ID: {cursor}", f"{ask.base}/api/chat/{cursor.partition('.')[0]}"]
        if ask.follow:
            return [*bearer, f"{ask.base}/api/chat/{ask.follow}"]
        body = json.dumps({"request": ask.request, "cancelOnDisconnect": ask.cancelOnDisconnect})
        headers = ["-H", "Content-Type: application/json", "-H", f"Idempotency-Key: {self._key}"]
        return [*bearer, *headers, "-d", body, f"{ask.base}/api/chat"]
