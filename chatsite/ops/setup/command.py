"""The words of `./run`."""

import os
import sys
from argparse import REMAINDER, ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path

from chatsite.ops.setup import check, dev, frontend, packages, suite
from chatsite.ops.setup.serve import Place, prepare, raise_open_files, serve
from chatsite.ops.setup.terminal import ROOT, Refusal

COMMANDS = """\
commands:
  (none)        set up what is missing, then serve; SIGTERM lets running answers end first, Ctrl-C does not wait
  manage …      manage.py, with the right Python and data folder: create_api_key EMAIL, reset_password EMAIL, …
  test [args]   everything the tests need, then all tests; with args those of pytest they name
  check         format, lint and types
  bench [NAME]  a benchmark of tests/bench/
  dev           serve, and again after each change of a file
  lock          both requirements.txt anew from pyproject.toml; --upgrade takes newer versions
"""

# What `manage` runs on the database as it is: a backup comes before the migration, and a migration that is refused
# names the way out of its refusal.
AS_IT_IS = (["backup"], ["migrate"], ["prepare_database"])


def main(arguments: list[str]) -> int:
    """Exit code of `./run ARGUMENTS`."""
    try:
        return _main(arguments)
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _main(arguments: list[str]) -> int:
    given = _parser().parse_args(arguments)
    return HANDLERS[given.command](given)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="./run", epilog=COMMANDS, formatter_class=RawDescriptionHelpFormatter)
    _add_place(parser)
    parser.add_argument("command", nargs="?", default="serve", choices=HANDLERS, metavar="command")
    parser.add_argument("rest", nargs=REMAINDER, help="its arguments")
    return parser


def _add_place(parser: ArgumentParser) -> None:
    environment = os.environ.get
    parser.add_argument("--host", default=environment("CHATSITE_HOST") or "127.0.0.1", help="default 127.0.0.1")
    port = environment("CHATSITE_PORT") or "8000"
    parser.add_argument("--port", type=_port, default=port, help="default 8000; 0 takes a free one")
    data = environment("CHATSITE_DATA") or str(ROOT / "data")
    parser.add_argument("--data", type=_folder, default=data, help="where everything is kept; default data/")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is not a port: a whole number from 0 to 65535")
    return int(text)


def _folder(text: str) -> Path:
    return Path(text).expanduser().resolve()


def _place(given: Namespace) -> Place:
    """Also from options that stand behind the command."""
    parser = ArgumentParser(prog=f"./run {given.command}")
    _add_place(parser)
    parser.set_defaults(host=given.host, port=given.port, data=given.data)
    given = parser.parse_args(given.rest)
    return Place(given.host, given.port, given.data)


def _serve(given: Namespace) -> int:
    serve(_place(given))
    return 0


def _dev(given: Namespace) -> int:
    return dev.serve(_place(given))


def _manage(given: Namespace) -> int:
    place = Place(given.host, given.port, given.data)
    env = prepare(place, listening=False, migrating=given.rest[:1] not in AS_IT_IS)
    os.execve(packages.PYTHON, [packages.PYTHON, str(ROOT / "manage.py"), *given.rest], env)


def _bench(given: Namespace) -> int:
    folder = ROOT / "tests" / "bench"
    names = sorted(file.stem for file in folder.glob("[a-z]*.py"))
    if not given.rest or given.rest[0] not in names:
        raise Refusal(f"./run bench NAME, where NAME is one of: {', '.join(names)}")
    packages.install()
    packages.install(packages.TEST_LOCK)
    frontend.build()
    raise_open_files()
    os.chdir(ROOT)
    command = [packages.PYTHON, "-m", f"tests.bench.{given.rest[0]}", *given.rest[1:]]
    os.execv(command[0], command)


def _lock(given: Namespace) -> int:
    packages.relock(given.rest)
    return 0


HANDLERS: dict[str, Callable[[Namespace], int]] = {
    "serve": _serve,
    "manage": _manage,
    "test": lambda given: suite.run(given.rest),
    "check": lambda given: check.run(),
    "bench": _bench,
    "dev": _dev,
    "lock": _lock,
}
