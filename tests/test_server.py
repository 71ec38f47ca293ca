"""The life of the process: how it begins to serve, and how it ends."""

import contextlib
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.edge.conftest import Server, start
from tests.edge.slow_readers import cost
from tests.site import ROOT, environment

__all__ = ["start"]

Start = Callable[..., Server]


def refused(data: Path, *arguments: str, **env: str) -> str:
    """What a server says that does not even begin to serve; its exit code must say so too."""
    command = [sys.executable, "-m", "chatsite.server", *arguments]
    environ = environment(data, "", **env)
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_taken_port_is_said_in_plain_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert refused(tmp_path, "--port", str(port)).startswith(f"chatsite cannot serve: port {port} on 127.0.0.1 is")


def test_an_address_of_another_machine_is_said_in_plain_words(tmp_path: Path) -> None:
    assert "no address 192.0.2.1" in refused(tmp_path, "--host", "192.0.2.1", "--port", "0")


def test_a_bad_setting_is_said_in_plain_words(tmp_path: Path) -> None:
    assert "CHATSITE_URL must look like" in refused(tmp_path, "--port", "0", CHATSITE_URL="chat.example.org")
    told = refused(tmp_path, "--port", "0", CHATSITE_TRUSTED_PROXIES="10.0.0.1,everybody")
    assert "CHATSITE_TRUSTED_PROXIES must be addresses or networks" in told


def test_it_may_open_as_many_files_as_it_is_allowed_to(start: Start) -> None:
    server = start()
    _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    assert resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE) == (hard, hard)


@pytest.mark.parametrize(("number", "seconds"), [(signal.SIGTERM, 21), (signal.SIGINT, 0)])
def test_a_signal_closes_the_house_and_then_the_process(start: Start, number: int, seconds: int) -> None:
    server = start()
    server.process.signal(number)
    assert server.process.wait() == 0
    assert f"the house closes in {seconds} s" in server.said


def test_a_second_signal_ends_it_at_once(start: Start) -> None:
    server = start(CLOSING_SECONDS="20")
    server.process.signal(signal.SIGTERM)
    server.process.wait_for("the house closes")
    server.process.signal(signal.SIGTERM)
    assert server.process.wait() == -signal.SIGTERM


def test_while_it_drains_nobody_new_is_let_in_and_open_streams_go_on(start: Start) -> None:
    server = start(CLOSING_SECONDS="4")
    with server.connect() as client:
        client.ask("/stream/ticks").until(b"id: 1\n")
        server.process.signal(signal.SIGTERM)
        server.process.wait_for("the house closes")
        with pytest.raises(ConnectionRefusedError):
            server.connect()
        assert b"id: 9\n" in client.until(b"id: 9\n")
    assert server.process.wait() == 0


def test_a_request_under_way_is_answered_before_it_ends(start: Start) -> None:
    server = start(SLOW_SECONDS="0.1")  # a second is what it is given
    with server.connect() as client:
        client.ask("/raw/slow")
        server.process.wait_for("slow began")
        server.process.signal(signal.SIGTERM)
        assert client.read().endswith(b"more\r\n0\r\n\r\n")
    assert server.process.wait() == 0


def test_half_sent_requests_and_endless_streams_do_not_hinder_it(start: Start) -> None:
    server = start()
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(5)]
        clients[0].send(b"GET / HT")
        clients[1].send(b"POST /whole HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
        clients[2].ask("/stream/silent?as=one").until(b"id: 1\n")
        clients[3].ask("/stream/flood?as=two").until(b"...")
        clients[4].ask("/whole").until(b"xxx")
        server.process.signal(signal.SIGTERM)
        assert server.process.wait() == 0  # where it waits too long, an alarm ends it
    assert "closed silent one" in server.said
    assert "Traceback" not in server.said
    assert "Error" not in server.said


@pytest.mark.parametrize("path", ["/stuck", "/stream/hanging"], ids=["a thread", "the loop"])
def test_it_ends_although_something_hangs(start: Start, path: str) -> None:
    """The process is given 5 s after SIGINT, whatever happens."""
    server = start()
    with server.connect() as client:
        client.ask(path)
        server.process.wait_for("stuck")
        server.process.signal(signal.SIGINT)
        assert server.process.wait() == -signal.SIGALRM


def test_two_thousand_clients_may_come_at_once(start: Start) -> None:
    """A backlog of 2048 (or what the system allows): nobody is refused or kept waiting for a second SYN."""
    server = start()
    server.process.pause()
    most = min(1500, int(Path("/proc/sys/net/core/somaxconn").read_text()))
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(most)]
        for client in clients:
            client.ask("/raw/two-parts")
        server.process.signal(signal.SIGCONT)
        for client in clients:
            assert b"200 OK" in client.until(b"more")


def test_a_reader_that_never_reads_costs_little(start: Start) -> None:
    found = cost(start(), 200)
    print(f"\n{found}")
    assert found.bytes_each < 256 * 1024
