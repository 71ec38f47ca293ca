"""pip's and npm's settings reach uv and our npm; a registry of our own sees who comes, and by which way."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from chatsite.ops.setup import frontend, registries

LISTED = """\
:env:.cert='/etc/ours.pem'
global.cert='/etc/theirs.pem'
global.extra-index-url='\\nhttps://a.example/simple\\nhttps://b.example/simple'
global.index-url='https://user:secret@mirror.example/simple'
install.index-url='https://install.example/simple'
freeze.timeout='3'
"""


class Registry(HTTPServer):
    """Has nothing, and remembers who asked for what."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Asked(BaseHTTPRequestHandler):
    """Everything is 404."""

    def do_GET(self) -> None:
        assert isinstance(self.server, Registry)
        self.server.asked.append((self.headers.get("User-Agent", "").split("/")[0], self.path))
        self.send_error(404)

    do_CONNECT = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def plain_environment(folder: Path) -> dict[str, str]:
    """Ours without what this machine says about registries, and nothing cached."""
    said = ("PIP_", "UV_", "NPM_CONFIG_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
    ours = {name: value for name, value in os.environ.items() if not name.upper().startswith(said)}
    return ours | {"UV_CACHE_DIR": str(folder / "uv"), "npm_config_cache": str(folder / "npm"), "HOME": str(folder)}


def uv_looks_for_a_package(folder: Path, pip: dict[str, str]) -> None:
    env = registries.for_uv(pip, plain_environment(folder))
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--no-config",
        "--dry-run",
        "--python",
        sys.executable,
        "x-y-z",
    ]
    assert subprocess.run(command, env=env, capture_output=True, check=False).returncode


def test_pip_s_own_order_of_precedence_is_kept() -> None:
    told = registries.parse(LISTED)
    assert told["cert"] == "/etc/ours.pem"
    assert told["index-url"] == "https://install.example/simple"
    assert "timeout" not in told


def test_several_indexes_become_one_line() -> None:
    env = registries.for_uv(registries.parse(LISTED), {})
    assert env["UV_INDEX"] == "https://a.example/simple https://b.example/simple"
    assert env["SSL_CERT_FILE"] == "/etc/ours.pem"


def test_what_is_set_for_uv_itself_wins() -> None:
    env = registries.for_uv({"index-url": "https://pip.example"}, {"UV_DEFAULT_INDEX": "https://uv.example"})
    assert env["UV_DEFAULT_INDEX"] == "https://uv.example"


def test_a_folder_of_certificates_is_told_from_a_file(tmp_path: Path) -> None:
    assert registries.for_uv({"cert": str(tmp_path)}, {})["SSL_CERT_DIR"] == str(tmp_path)


def test_certificates_of_pip_are_npm_s_too() -> None:
    env = registries.for_npm({"cert": "/etc/ours.pem"}, {"PATH": "/bin"}, Path("/node/bin"))
    assert env["NODE_EXTRA_CA_CERTS"] == "/etc/ours.pem"
    assert env["PATH"] == "/node/bin:/bin"


def test_a_password_in_a_registry_s_address_is_never_shown() -> None:
    assert registries.without_password("https://user:secret@mirror.example/simple") == "https://mirror.example/simple"


def test_uv_asks_the_index_pip_was_told(tmp_path: Path, registry: Registry) -> None:
    uv_looks_for_a_package(tmp_path, {"index-url": f"{registry.url}/simple"})
    assert ("uv", "/simple/x-y-z/") in registry.asked


def test_uv_asks_the_further_indexes_pip_was_told(tmp_path: Path, registry: Registry) -> None:
    extra = f"{registry.url}/one {registry.url}/two"
    uv_looks_for_a_package(tmp_path, {"index-url": f"{registry.url}/simple", "extra-index-url": extra})
    assert {path for _, path in registry.asked} >= {"/one/x-y-z/", "/two/x-y-z/"}


def test_uv_goes_through_the_proxy_pip_was_told(tmp_path: Path, registry: Registry) -> None:
    proxy = registry.url.removeprefix("http://")  # pip takes it without a scheme
    uv_looks_for_a_package(tmp_path, {"index-url": "http://packages.invalid/simple", "proxy": proxy})
    assert any("packages.invalid" in path for _, path in registry.asked)


def test_our_npm_asks_the_registry_of_the_machine_s_npmrc(tmp_path: Path, registry: Registry) -> None:
    (tmp_path / "npmrc").write_text(f"registry={registry.url}/npm/\n")
    machine = plain_environment(tmp_path) | {"npm_config_globalconfig": str(tmp_path / "npmrc")}
    node = Path(frontend.command()[0])
    env = registries.for_npm({}, machine, node.parent)
    command = frontend.command("view", "x-y-z", "--fetch-retries=0")
    assert subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, check=False).returncode
    assert ("npm", "/npm/x-y-z") in registry.asked
