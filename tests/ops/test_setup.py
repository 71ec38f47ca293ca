"""The steps of `./run`, one by one: what they make, when they are skipped, and what they say when they cannot."""

import os
import resource
import socket
import stat
import sys
from pathlib import Path

import pytest

from chatsite.ops.setup import packages, serve, stamps, terminal
from chatsite.ops.setup.terminal import Failure, Refusal, work


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_step_is_done_once_for_one_state(tmp_path: Path) -> None:
    done: list[str] = []
    for state in ("a", "a", "b", "b", "a"):
        stamps.once(tmp_path / "stamp", state, lambda state=state: done.append(state))  # type: ignore[misc]
    assert done == ["a", "b", "a"]


def test_a_step_is_done_again_when_what_it_made_is_gone(tmp_path: Path) -> None:
    made, done = tmp_path / "made", 0
    for _ in range(3):
        stamps.once(tmp_path / "stamp", "a", made.touch, made)
        done += made.exists()
        made.unlink()
    assert done == 3


def test_a_step_that_failed_is_done_again(tmp_path: Path) -> None:
    def fail() -> None:
        raise Refusal("no")

    stamps.once(tmp_path / "stamp", "a", lambda: None)
    with pytest.raises(Refusal):
        stamps.once(tmp_path / "stamp", "b", fail)
    assert not stamps.holds(tmp_path / "stamp", "a")
    assert not stamps.holds(tmp_path / "stamp", "b")


def test_the_digest_sees_names_contents_and_words() -> None:
    one, other = packages.LOCK, packages.TEST_LOCK
    states = [[one], [other], [one, other], []]
    digests = {stamps.digest(files, *words) for files in states for words in ((), ("a",), ("b",), ("a", "b"))}
    assert len(digests) == 16


def test_the_lines_of_one_package_are_found_in_a_lock() -> None:
    wanted = "uv==2 \\\n    --hash=sha256:2 \\\n    --hash=sha256:3\n"
    lock = f"# by uv\na==1 \\\n    --hash=sha256:1\n    # via b\n{wanted}uvw==3\n"
    assert packages.stanza(lock, "uv") == wanted


def test_the_data_folder_and_the_key_are_for_the_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")
    data = tmp_path / "deep" / "data"
    serve.make_data_folder(data)
    serve.make_secret_key(data)
    assert mode(data) == 0o700
    assert mode(data / "secret_key") == 0o600
    assert len((data / "secret_key").read_text().strip()) >= 32


def test_a_key_that_is_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")
    (tmp_path / "secret_key").write_text("mine")
    serve.make_secret_key(tmp_path)
    assert (tmp_path / "secret_key").read_text() == "mine"


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match=r"cannot be written: Not a directory(.|\n)*--data"):
        serve.make_data_folder(tmp_path / "file" / "data")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_called_that() -> None:
    with pytest.raises(Failure) as caught:
        work("Writing", [sys.executable, "-c", "print('x', file=open('/dev/full', 'w'), flush=True)"])
    assert caught.value.full
    with pytest.raises(Refusal, match="The disk is full"), packages.explained():
        raise caught.value


def test_a_taken_port_is_named_and_another_proposed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refusal, match=f"{port} on 127.0.0.1 is taken.*--port {port + 1}"):
            serve.check_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(Refusal, match=f"{host} is not an address of this machine"):
        serve.check_port(host, 8000)


def test_the_limit_of_open_files_is_raised() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, soft), hard))
        serve.raise_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(serve.OPEN_FILES, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_long_step_says_that_it_is_at_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "QUIET_SECONDS", 0)
    assert work("Waiting", [sys.executable, "-c", "print('one more mirror')"]) == "one more mirror\n"
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "Waiting …"
    assert any("one more mirror" in line for line in said)
    assert said[-1].startswith("Waiting: done in")


def test_the_tail_of_what_failed_is_shown() -> None:
    with pytest.raises(Failure) as caught:
        work("Failing", ["sh", "-c", "seq 100; exit 3"])
    assert str(caught.value).splitlines() == [str(number) for number in range(81, 101)]
    assert not caught.value.unreachable


def test_the_secret_key_survives_a_start_that_was_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")
    (tmp_path / "secret_key.new").write_text("half a k")
    serve.make_secret_key(tmp_path)
    assert os.listdir(tmp_path) == ["secret_key"]
