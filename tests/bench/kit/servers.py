"""What is measured: the site, and beside it nginx, which only passes bytes on. Each is pinned to one core."""

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.bench.kit.machine import pin
from tests.databases import Template
from tests.people import Person
from tests.ports import free_port
from tests.site import Site

_NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log stderr warn; worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
    access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1; proxy_buffering off;
            proxy_read_timeout 300s;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Server:
    """Something that streams: where, and how it is asked."""

    name: str
    pid: int
    port: int
    path: str
    headers: dict[str, str]

    def ask(self, text: str) -> bytes:
        """The request for an answer to `text`, as bytes."""
        own: dict[str, Any] = {"model": "bench", "request": text}
        openai: dict[str, Any] = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": text}]}
        body = json.dumps(own if self.name == "site" else openai).encode()
        return (
            self._head("POST", self.path, {"Content-Type": "application/json", "Content-Length": str(len(body))}) + body
        )

    def follow(self, message: str) -> bytes:
        """The request that follows this message of the site."""
        return self._head("GET", f"/api/chat/{message}", {})

    def start(self, text: str) -> str:
        """Start an answer on the site without reading it: its message id."""
        headers = self.headers | {"Prefer": "respond-async"}
        body = {"model": "bench", "request": text}
        answer = requests.post(f"http://127.0.0.1:{self.port}{self.path}", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.headers["Location"].rsplit("/", 1)[1]

    def _head(self, method: str, path: str, more: dict[str, str]) -> bytes:
        fields = {"Host": f"127.0.0.1:{self.port}", "Accept": "text/event-stream"} | self.headers | more
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


@contextlib.contextmanager
def site(template: Template, folder: Path, upstream: int, core: int) -> Iterator[Server]:
    """The real server on a fresh database of its own, one person with an API key, warm."""
    env = {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{upstream}/v1",
        "OPENAI_API_KEY": "sk-bench",
        "CHATSITE_MODELS": "bench",
        "CHATSITE_LOG_LEVEL": "WARNING",
    }
    with template.copy(folder) as database_url, Site(folder, database_url, env, template.people) as running:
        person: Person = running.user("alice")
        pin(running.pid, {core})
        server = Server("site", running.pid, running.port, "/api/chat", person.headers)
        for _ in range(8):  # one per lane, or the first answers pay for imports and connections
            _warm(server)
        yield server


def _warm(server: Server) -> None:
    body = {"model": "bench", "request": "bench:one"}
    url = f"http://127.0.0.1:{server.port}{server.path}"
    answer = requests.post(url, json=body, headers=server.headers, timeout=30)
    answer.raise_for_status()
    if "[DONE]" not in answer.text:
        raise RuntimeError(f"the site did not complete an answer: {answer.text[-500:]}")


@contextlib.contextmanager
def nginx(folder: Path, upstream: int, core: int) -> Iterator[Server]:
    """nginx as one process, unbuffered."""
    folder.mkdir()
    port = free_port()
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port, upstream=upstream))
    binary = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin") or "nginx"
    process = subprocess.Popen([binary, "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"])
    try:
        _listening(port)
        pin(process.pid, {core})
        yield Server("nginx", process.pid, port, "/v1/chat/completions", {})
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def has_nginx() -> bool:
    return bool(shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin"))


def _listening(port: int) -> None:
    """Return once the port takes connections: a server of somebody else's has no line that says so."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
