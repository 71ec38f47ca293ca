"""`python -m tests.clients`, or `./run bench clients`: every client × (stream, stop, resume, error) as Markdown.

The cells are the tests of test_clients.py; what pytest says goes to stderr.
"""

import contextlib
import itertools
import sys

import pytest

from chatsite.ops.setup import frontend
from tests.clients.catalog import CLIENTS, FOLDER, Client

# The tests behind the last four columns.
COLUMNS = {
    "test_it_shows_text_as_it_comes_and_all_of_it": "stream",
    "test_a_stop_reaches_upstream": "stop",
    "test_an_answer_that_was_cut_is_read_on_without_loss": "resume",
    "test_it_shows_what_was_refused_and_what_failed": "error",
}


class Results:
    """A pytest plugin that notes how each cell ended; a test that did not run is none."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, str], str] = {}  # (client, column): "" or what went wrong

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test, _, client = report.nodeid.rpartition("::")[2].removesuffix("]").partition("[")
        if test not in COLUMNS:
            return
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            self.cells[client, COLUMNS[test]] = crash.message if crash else str(report.longrepr)
        elif report.when == "call" and report.passed:
            self.cells.setdefault((client, COLUMNS[test]), "")

    def mark(self, client: Client, column: str) -> str:
        reason = self.cells.get((str(client), column), "it did not run")
        return "❌" if reason else "✅"

    def reasons(self) -> list[str]:
        """A line for each thing that went wrong, with the cells it made red."""
        red: dict[str, list[str]] = {}
        for client, column in itertools.product(map(str, CLIENTS), COLUMNS.values()):
            if reason := self.cells.get((client, column), "it did not run"):
                red.setdefault(" ".join(reason.split())[:500], []).append(f"{client}: {column}")
        return [f"- {'; '.join(cells)}: {reason}" for reason, cells in red.items()]


def row(client: Client, results: Results) -> str:
    """One line of the table."""
    blind = " and ".join(str(status) for status in sorted(client.blind))
    words = {
        "stream": "",
        "stop": ", ".join(filter(None, (client.stops, "cancel"))),
        "resume": client.resumes,
        "error": f"{blind} without their status" if blind else "",
    }
    marks = [f"{results.mark(client, column)} {words[column]}".strip() for column in COLUMNS.values()]
    return _line(client.name, client.version, client.place, client.starts, client.credential, *marks)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """pytest's exit code."""
    frontend.npm_ci(FOLDER)
    results = Results()
    with contextlib.redirect_stdout(sys.stderr):
        code = pytest.main([str(FOLDER), "-q", "--timeout=120"], plugins=[results])
    head = ["client", "version", "in", "starts by", "credential", *COLUMNS.values()]
    print(_line(*head), _line(*("---" for _ in head)), sep="\n")
    for client in CLIENTS:
        print(row(client, results))
    if reasons := results.reasons():
        print("", *reasons, sep="\n")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
