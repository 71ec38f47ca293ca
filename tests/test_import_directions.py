"""Who may import whom. What must flow against these arrows is a signal, or asked for by the reader (auth.revoked)."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# What a room may import beside itself; a name with a dot is that one module.
ROOMS = {
    "live.publish": set[str](),
    "accounts": {"live.publish"},
    "live": {"accounts.auth"},
    "providers": {"accounts"},
    "conversations": {"accounts", "live.publish"},
    "usage": {"accounts", "providers"},
    "moderation": {"conversations", "accounts", "live.publish"},
    "generation": {"moderation", "usage", "conversations", "providers", "accounts", "live.publish"},
}
ANYTHING = {"ops", "urls", "api", "asgi", "server", "edge"}  # the edges, which tie the rooms together
EVERYBODYS = {"errors", "sql"}

# Inside generation each file holds one risk and knows nothing of those that use it.
NEVER = {
    "generation.run": {"generation.views", "generation.follow"},
    "generation.follow": {"generation.views", "generation.run", "generation.upstream"},
    "generation.upstream": {"generation.views", "generation.run", "generation.journal", "generation.follow"},
    "generation.journal": {"generation.views", "generation.run", "generation.upstream", "generation.follow"},
}
PURE = {"generation.events": set[str](), "generation.sse": {"generation.events"}}  # neither Django nor any room

FILES = {
    ".".join(path.relative_to(ROOT / "chatsite").with_suffix("").parts): path
    for path in sorted((ROOT / "chatsite").rglob("*.py"))
    if "migrations" not in path.parts
}


def imported(path: Path) -> Iterator[str]:
    """All modules a file imports, at its top or inside a function; `from a import b` may mean a or a.b: both."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: say chatsite.room.module, so that the direction can be seen"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def ours(path: Path) -> set[str]:
    """Those below chatsite, without that name in front."""
    return {name.removeprefix("chatsite.") for name in imported(path) if name.startswith("chatsite.")}


def below(name: str, modules: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def room_of(module: str) -> str:
    return module if module in ROOMS else module.split(".")[0]


@pytest.mark.parametrize("module", FILES)
def test_a_room_imports_only_the_rooms_below_it(module: str) -> None:
    room = room_of(module)
    if room in ANYTHING or room not in ROOMS:
        return
    allowed = ROOMS[room] | EVERYBODYS | ({room} if room == module else {room.split(".")[0]})
    assert {name for name in ours(FILES[module]) if not below(name, allowed)} == set()


def test_every_room_is_in_the_table() -> None:
    rooms = {path.parent.name for path in (ROOT / "chatsite").glob("*/__init__.py")}
    assert rooms <= {room.split(".")[0] for room in ROOMS} | ANYTHING


@pytest.mark.parametrize("module", FILES)
def test_nobody_imports_the_views_of_another_room(module: str) -> None:
    views = {name for name in ours(FILES[module]) if "views" in name.split(".")}
    assert {name for name in views if name.split(".")[0] != module.split(".")[0]} == set()


@pytest.mark.parametrize("module", NEVER)
def test_the_streaming_line_runs_one_way(module: str) -> None:
    if module in FILES:
        assert {name for name in ours(FILES[module]) if below(name, NEVER[module])} == set()


@pytest.mark.parametrize("module", PURE)
def test_the_pure_ones_know_neither_django_nor_the_rooms(module: str) -> None:
    if module in FILES:
        assert {name for name in ours(FILES[module]) if not below(name, PURE[module])} == set()
        assert {name for name in imported(FILES[module]) if name.startswith(("django", "asgiref"))} == set()


@pytest.mark.parametrize("module", [name for name in FILES if name.startswith("ops.setup")])
def test_the_set_up_needs_nothing_that_is_not_in_python(module: str) -> None:
    foreign = {name for name in imported(FILES[module]) if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if not name.startswith("chatsite.ops.setup")} == set()
