"""The JavaScript clients, where they live: in a page of the site's own origin, or in a Node program. See lab.js."""

import json
import subprocess
from abc import abstractmethod
from dataclasses import asdict
from typing import Any

from playwright.sync_api import BrowserContext

from tests.chat import Event
from tests.clients.catalog import FOLDER, Client, node
from tests.clients.reader import Ask, Outcome, Reader


def bundle() -> str:
    """page.js and the packages it imports, as one script."""
    done = subprocess.run([node(), FOLDER / "bundle.js"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Lab(Reader):
    """Where it runs is the subclass's business."""

    @abstractmethod
    def call(self, method: str, *arguments: Any) -> Any:
        """A method of lab.js."""

    def start(self, client: Client, ask: Ask) -> None:
        self.call("start", client.adapter, asdict(ask))

    def until(self, text: str) -> None:
        self.call("until", text)

    def stop(self) -> None:
        self.call("stop")

    def end(self) -> Outcome:
        told = self.call("end")
        return Outcome([Event(**event) for event in told["events"]], told["error"])


class Page(Lab):
    """A page that we answer ourselves: the site's origin and cookies, our script, none of the site's pages and CSP."""

    def __init__(self, context: BrowserContext, base: str, script: str) -> None:
        self.page = context.new_page()
        self.page.route(
            f"{base}/clients", lambda route: route.fulfill(content_type="text/html", body="<!doctype html>")
        )
        self.page.goto(f"{base}/clients")
        self.page.unroute_all()  # from now on nothing stands between the clients and the site
        self.page.add_script_tag(content=script)

    def close(self) -> None:
        self.page.close()

    def call(self, method: str, *arguments: Any) -> Any:
        return self.page.evaluate("([method, ...rest]) => lab[method](...rest)", [method, *arguments])

    def token(self) -> str:
        """An access token for who is signed in here."""
        return str(self.page.evaluate("token()"))


class Program(Lab):
    """A Node process."""

    def __init__(self) -> None:
        command = [node(), FOLDER / "program.js"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def call(self, method: str, *arguments: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([method, *arguments]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer.get("result")
