"""`python -m tests.faults.raising`: chatsite.server, where any await of the streaming path raises if a request asks.

A request asks with a mark, "raise:<point>:<n>", in its text and in the header X-Raise: the nth time that its stream
comes to this point it raises. points() has them all. The modules are rewritten as they are imported, so that production
code knows nothing of it: each `await`, `async for` and `async with` passes through here and looks up its stack for
whose stream this is.
"""

import ast
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any
from uuid import UUID

MODULES = (
    *(f"chatsite.generation.{name}" for name in ("views", "house", "run", "upstream", "follow", "threads")),
    *(f"chatsite.edge.{name}" for name in ("handover", "exchange", "gate", "lanes")),
)
HEADER = b"x-raise"
_NAMES = ("awaited", "Iterated", "Entered")


class Raised(Exception):
    """What the mark asked for."""


# --- At run time: whose stream is it? ---------------------------------------------------------------------------------

_met: Counter[str] = Counter()  # how often the stream of a mark has come to its point
_marks: dict[UUID, str] = {}  # of messages


def meet(point: str) -> None:
    """Raises where the mark of the stream we are in the middle of names this point."""
    mark = _mark(sys._getframe(2))
    if mark.startswith(f"raise:{point}:"):
        _met[mark] += 1
        if _met[mark] == int(mark.rpartition(":")[2]):
            print(f"as asked: {mark}", flush=True)
            raise Raised(mark)


def _mark(frame: FrameType | None) -> str:
    while frame:
        for value in frame.f_locals.values():
            if mark := _of(value):
                return mark
        frame = frame.f_back
    return ""


def _of(value: Any) -> str:
    """The mark of what a local variable holds, if that belongs to one stream."""
    match type(value).__name__:
        case "Ask":
            return _first(value.request)
        case "Run":
            mark = _first(value.begun.question.messages[-1]["content"])
            return _marks.setdefault(value.begun.message_id, mark)
        case "Reader":
            return _marks.get(value.message_id, "")
        case "ASGIRequest":
            return _of(value.scope)
        case "dict" if "headers" in value and "path" in value:
            headers: dict[bytes, bytes] = dict(value["headers"])
            return headers.get(HEADER, b"").decode()
        case "method" if hasattr(value.__self__, "scope"):  # ASGI's `receive`, see Application
            return _of(value.__self__.scope)
    return ""


def _first(text: str | None) -> str:
    word = (text or "").partition(" ")[0]
    return word if word.startswith("raise:") else ""


# --- What an await, an `async for` and an `async with` become -------------------------------------------------------


async def awaited(point: str, awaitable: Awaitable[Any]) -> Any:
    try:
        meet(f"{point}:before")
    except Raised:
        if hasattr(awaitable, "close"):  # a coroutine that will not run
            awaitable.close()
        raise
    result = await awaitable
    meet(f"{point}:after")
    return result


class Iterated:
    def __init__(self, point: str, iterable: Any) -> None:
        self._point, self._iterator = point, aiter(iterable)

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        meet(f"{self._point}:before")
        item = await anext(self._iterator)
        meet(f"{self._point}:after")
        return item


class Entered:
    def __init__(self, point: str, manager: Any) -> None:
        self._point, self._manager = point, manager

    async def __aenter__(self) -> Any:
        meet(f"{self._point}:before")
        return await self._manager.__aenter__()

    async def __aexit__(self, *error: Any) -> Any:
        result = await self._manager.__aexit__(*error)
        meet(f"{self._point}:after")
        return result


class Rewriter(ast.NodeTransformer):
    """Puts `awaited`, `Iterated` and `Entered` between; `points` are those it met."""

    def __init__(self, module: str) -> None:
        self._module = module
        self.points: list[str] = []

    def visit_Await(self, node: ast.Await) -> ast.AST:
        node.value = self._through("awaited", node.value)
        return self.generic_visit(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        node.iter = self._through("Iterated", node.iter)
        return self.generic_visit(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        for item in node.items:
            item.context_expr = self._through("Entered", item.context_expr)
        return self.generic_visit(node)

    def _through(self, name: str, value: ast.expr) -> ast.expr:
        point = f"{self._module}:{value.lineno}:{value.col_offset}"
        self.points += [f"{point}:before", f"{point}:after"]
        return ast.Call(ast.Name(f"raising_{name}", ast.Load()), [ast.Constant(point), value], [])


def rewritten(module: str, source: str | bytes) -> tuple[ast.Module, list[str]]:
    """The module with its awaits led through here, and their points."""
    tree, rewriter = ast.parse(source), Rewriter(module)
    tree = rewriter.visit(tree)
    names = [ast.alias(name, f"raising_{name}") for name in _NAMES]
    tree.body.insert(1, ast.ImportFrom("tests.faults.raising", names, 0))  # behind the docstring
    return ast.fix_missing_locations(tree), rewriter.points


def points() -> list[str]:
    """Every point of the streaming path, before and after each await."""
    root = Path(__file__).resolve().parents[2]
    sources = {module: (root / (module.replace(".", "/") + ".py")).read_text() for module in MODULES}
    return [point for module, source in sources.items() for point in rewritten(module, source)[1]]


class Loader(SourceFileLoader):
    def path_stats(self, path: str) -> Any:
        raise OSError("bytecode of the unchanged module must not be taken, nor ours be kept")

    def source_to_code(self, data: Any, path: Any, *, _optimization: int = -1) -> Any:  # type: ignore[override]
        return compile(rewritten(self.name, data)[0], path, "exec", dont_inherit=True, optimize=_optimization)


class Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in MODULES:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec
        assert spec.origin
        spec.loader = Loader(fullname, spec.origin)
        return spec


def main() -> None:
    """Serve."""
    sys.meta_path.insert(0, Finder())
    import chatsite.server  # first: it chooses Twisted's loop
    from chatsite import asgi

    inner = asgi.application

    async def application(scope: Any, receive: Any, send: Any) -> None:
        receive.__self__.scope = scope  # the queue's own; so that who only waits for it is known as well
        await inner(scope, receive, send)

    asgi.application = application
    chatsite.server.main()


if __name__ == "__main__":
    from tests.faults import raising  # not this copy, but the one that the rewritten modules import

    raising.main()
