"""Where packages come from: what pip and npm were told on this machine (mirrors, certificates, proxies), told to uv and
to the npm that comes with our Node, which do not read those places by themselves. What is set for uv itself wins."""

import ast
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

# Later sections win, as in pip: its [install] over its [global], its environment over both.
SECTIONS = ("global", "install", ":env:")
SWITCHED_ON = ("1", "true", "yes", "on", "y", "t")


def pip_settings(python: Path | str) -> dict[str, str]:
    """pip's own view of its files and environment, e.g. {"index-url": "https://…"}; empty where it has no pip."""
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return parse(listed)


def parse(listed: str) -> dict[str, str]:
    """Reads `pip config list`: a line of section.key='value' each, the value as Python writes it."""
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.partition(".")
        if section in found and value:
            found[section][key] = str(ast.literal_eval(value))
    return found["global"] | found["install"] | found[":env:"]


def for_uv(pip: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str]:
    """env with pip's settings in uv's words."""
    certificate = pip.get("cert") or env.get("REQUESTS_CA_BUNDLE") or env.get("CURL_CA_BUNDLE")
    told = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": _list(pip, "extra-index-url", " "),
        "UV_FIND_LINKS": _list(pip, "find-links", ","),
        "UV_NO_INDEX": "1" if pip.get("no-index", "").lower() in SWITCHED_ON else "",
        "UV_INSECURE_HOST": _list(pip, "trusted-host", " "),
        "UV_HTTP_TIMEOUT": pip.get("timeout") or pip.get("default-timeout", ""),
        # pip looks at all indexes for the best version; that is safe here, because every file must match its hash.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_PYTHON_DOWNLOADS": "never",
        # Like pip, trust what the machine trusts, unless it is told which certificates to trust.
        "UV_SYSTEM_CERTS": "" if certificate else "1",
        **_certificate(certificate),
        **_proxy(pip.get("proxy", "")),
    }
    return _fill(env, told)


def for_npm(pip: Mapping[str, str], env: Mapping[str, str], node_folder: Path) -> dict[str, str]:
    """env for the npm in our Node: the machine-wide settings of npm, certificates, our Node first on the PATH."""
    told = {
        "npm_config_globalconfig": _npmrc(),
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
        "NODE_EXTRA_CA_CERTS": pip.get("cert", ""),
        "NODE_USE_SYSTEM_CA": "1",
        **_proxy(pip.get("proxy", "")),
    }
    return _fill(env, told) | {"PATH": f"{node_folder}{os.pathsep}{env.get('PATH', '')}"}


def without_password(url: str) -> str:
    """A registry's address as it may be shown."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _fill(env: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in told.items() if value} | dict(env)


def _list(pip: Mapping[str, str], key: str, separator: str) -> str:
    return separator.join(pip.get(key, "").split())


def _certificate(path: str | None) -> dict[str, str]:
    """uv reads a file and a folder of certificates from two variables; pip's one setting may be either."""
    if not path:
        return {}
    return {"SSL_CERT_DIR" if os.path.isdir(path) else "SSL_CERT_FILE": path}


def _proxy(address: str) -> dict[str, str]:
    if address and "://" not in address:
        address = f"http://{address}"  # pip takes user:password@host:port, too
    return {"HTTP_PROXY": address, "HTTPS_PROXY": address}


def _npmrc() -> str:
    """The machine-wide npmrc: where its npm says, or where the usual ones look."""
    if npm := shutil.which("npm"):
        command = [npm, "config", "get", "globalconfig"]
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        if told:
            return told
    usual = [Path(folder) / "npmrc" for folder in ("/etc", "/usr/etc", "/usr/local/etc", "/opt/homebrew/etc")]
    return next((str(file) for file in usual if file.is_file()), "")
