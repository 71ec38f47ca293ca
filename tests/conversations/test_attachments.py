"""Files that go with messages: what is taken, how it is kept, who may have it, and when it goes."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from chatsite.accounts.models import User
from chatsite.conversations import attachments, files, inspection, reading, trash, wire
from chatsite.conversations.attachments import plain_name
from chatsite.conversations.models import Attachment, Conversation, LooseFile, Message, Role
from chatsite.conversations.sniff import Found, decoded
from tests.conversations import hostile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    """Where this test's files are."""
    settings.DATA_DIR = tmp_path
    return tmp_path / "attachments"


class Person:
    """Somebody with files."""

    def __init__(self, name: str) -> None:
        self.user = User.objects.create_user(f"{name}@example.org")
        self.client = Client()
        self.client.force_login(self.user)

    def upload(self, data: bytes, name: str = "a file", type_: str = "application/octet-stream") -> Any:
        return self.client.post("/api/attachments", data, content_type=type_, query_params={"name": name})

    def uploaded(self, data: bytes | None = None, name: str = "a file") -> Attachment:
        response = self.upload(hostile.image() if data is None else data, name)
        assert response.status_code == 201, response.content
        return Attachment.objects.get(id=response.json()["id"])

    def sent(self, *given: Attachment) -> Message:
        """A message with these files."""
        conversation = Conversation.objects.create(owner=self.user, updated=timezone.now())
        message = Message.objects.create(conversation=conversation, role=Role.USER, content="look")
        message.attachments.add(*given)
        return message


@pytest.fixture
def committing(django_capture_on_commit_callbacks: Any) -> Iterator[Any]:
    """with committing(): what waits for the commit happens at the end of it."""
    return lambda: django_capture_on_commit_callbacks(execute=True)  # type: ignore[return-value]


@pytest.fixture
def alice() -> Person:
    return Person("alice")


@pytest.fixture
def bob(alice: Person) -> Person:
    return Person("bob")


def kept(folder: Path) -> list[str]:
    """Names of the files there are."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("data", "type_", "size"),
    [
        (hostile.image(), "image/png", (40, 30)),
        (hostile.image("JPEG"), "image/jpeg", (40, 30)),
        (hostile.image("GIF"), "image/gif", (40, 30)),
        (hostile.image("WEBP"), "image/webp", (40, 30)),
        (hostile.lying(), "image/jpeg", (30, 40)),
        (hostile.pdf(), "application/pdf", (None, None)),
        (hostile.TEXT.encode(), "text/plain", (None, None)),
    ],
    ids=["PNG", "JPEG", "GIF", "WebP", "a photo on its side", "PDF", "text"],
)
def test_it_is_what_its_bytes_say(
    alice: Person, folder: Path, data: bytes, type_: str, size: tuple[int | None, int | None]
) -> None:
    told = alice.upload(data, "x.exe", "text/html").json()
    file = Attachment.objects.get(id=told["id"])
    assert (told["type"], told["width"], told["height"]) == (type_, *size)
    assert (told["name"], told["size"], told["characters"]) == ("x.exe", len(data), len(file.text))
    assert bool(file.text) is not type_.startswith("image/")
    [path] = folder.rglob(told["id"])
    assert path.read_bytes() == data
    assert path.stat().st_mode & 0o177 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_read_in_its_encoding(alice: Person, encoding: str) -> None:
    assert alice.uploaded(hostile.TEXT.encode(encoding)).text == hostile.TEXT


@given(st.binary(max_size=300))
def test_what_is_taken_for_text_can_be_stored_anywhere(data: bytes) -> None:
    text = decoded(data) or ""
    text.encode()
    assert "\0" not in text


def test_opening_a_conversation_tells_its_files_and_reads_none_of_their_texts(alice: Person) -> None:
    file = alice.uploaded("数据".encode())
    message = alice.sent(file)
    with CaptureQueriesContext(connection) as queries:
        tree = alice.client.get(f"/api/conversations/{message.conversation_id}").json()
    assert [told["characters"] for told in tree["messages"][0]["attachments"]] == [2]
    about = [query["sql"] for query in queries if f'FROM "{Attachment._meta.db_table}"' in query["sql"]]
    assert [sql for sql in about if '"text"' in sql or '"owner_id"' in sql] == []
    assert len(about) == 1


def test_only_files_of_the_messages_asked_for_are_looked_at(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[UUID] = []
    conversation = Conversation.objects.create(owner=alice.user, updated=timezone.now())
    files = [alice.uploaded() for _ in range(3)]
    monkeypatch.setattr(wire, "attachment", lambda file: told.append(file.id))
    one, other, gone = [Message.objects.create(conversation=conversation, role=Role.USER) for _ in files]
    for message, file in zip((one, other, gone), files, strict=True):
        message.attachments.add(file)
    Message.objects.filter(id=gone.id).update(deleted=timezone.now())
    reading.some(conversation, [one.id])
    assert told == [files[0].id]
    told.clear()
    reading.tree(conversation)
    assert set(told) == {files[0].id, files[1].id}


def test_characters_of_files_from_before_are_counted_and_stand_before_the_text(alice: Person) -> None:
    Attachment.objects.create(owner=alice.user, name="x", type="text/plain", size=9, text="数据 x")
    image = alice.uploaded()
    import_module("chatsite.conversations.migrations.0007_attachment_characters").count(apps, None)
    counted = Attachment.objects.values_list("characters", flat=True)
    assert (set(counted), Attachment.objects.get(id=image.id).characters) == ({4, 0}, 0)
    if connection.vendor == "sqlite":  # where what stands behind the text is reached through all of it
        with connection.cursor() as cursor:
            table = connection.introspection.get_table_description(cursor, Attachment._meta.db_table)
        columns = [column.name for column in table]
        assert max(columns.index(name) for name in ("id", *reading._TOLD)) < columns.index("text")


def test_text_of_all_pages_of_a_pdf_is_read(alice: Person) -> None:
    assert alice.uploaded(hostile.pdf("A page", pages=3)).text == "A page\n\nA page\n\nA page"


def test_a_page_of_html_that_calls_itself_a_picture_is_text(alice: Person) -> None:
    file = alice.uploaded(b"<script>alert(1)</script>", "cat.png")
    assert (file.type, file.width) == ("text/plain", None)


def test_a_picture_that_is_a_page_too_is_served_as_one_that_runs_nothing(alice: Person) -> None:
    file = alice.uploaded(hostile.image("GIF") + b"<script>alert(1)</script>", "cat.html")
    response = alice.client.get(f"/api/attachments/{file.id}")
    assert response["Content-Type"] == "image/gif"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", 42201),
        (b" \n", 42201),
        (b"PK\x03\x04" + bytes(range(200)), 41501),
        (b"\x7fELF" + bytes(100), 41501),
        ("Grüße aus Köln, für alle".encode("latin-1"), 41501),
        (hostile.image()[:60], 42201),
        (b"\xff\xd8\xff" + b"x" * 100, 42201),
        (hostile.bomb(), 42201),
        (hostile.text_bomb(), 42201),
        (b"%PDF-1.7\nno more than that", 42201),
        (hostile.looping_pdf(), 42201),
        (hostile.swollen_pdf(), 42201),
        (hostile.pdf(""), 42201),
        (b"x" * 400_001, 42201),
    ],
    ids=[
        "empty", "blank", "zip", "program", "Latin-1", "half a PNG", "no JPEG", "pixels", "a comment that swells",
        "no PDF", "a PDF that loops", "a PDF that swells", "a PDF without text", "too much text",
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_and_leaves_nothing(alice: Person, folder: Path, data: bytes, code: int) -> None:
    refused = alice.upload(data)
    assert (refused.status_code, refused.json()["code"]) == (code // 100, code)
    assert refused.json()["msg"]
    assert kept(folder) == []
    assert not Attachment.objects.exists()


def test_a_file_that_keeps_its_reader_busy_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "CPU_SECONDS", 1)
    pages = hostile.pdf("word " * 2000, pages=500)
    with pytest.raises(inspection.Unreadable):
        inspection.inspect("pdf", pages, 10**9)


def test_a_file_that_is_not_read_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "WALL_SECONDS", 0.01)
    with pytest.raises(inspection.Unreadable, match="too long"):
        inspection.inspect("pdf", hostile.pdf(), 10**6)


def test_who_reads_a_file_gives_way_to_everybody() -> None:
    code = "import os, sys; from chatsite.conversations import inspection; before = os.nice(0)\n"
    code += "inspection._{kind}(sys.stdin.buffer.read(), 100); print(os.nice(0) - before)"
    for kind, data in (("image", hostile.image()), ("pdf", hostile.pdf())):
        command = [sys.executable, "-c", code.format(kind=kind)]
        assert subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout == b"15\n"


def test_what_the_reader_of_a_file_complains_of_is_not_collected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reader = tmp_path / "reader.py"
    reader.write_text("import os\nnowhere = os.path.samestat(os.fstat(2), os.stat(os.devnull))\n")
    with reader.open("a") as file:
        file.write("print('{\"error\": \"goes nowhere\"}' if nowhere else '{}')\n")
    monkeypatch.setattr(inspection, "__file__", str(reader))
    with pytest.raises(inspection.Unreadable, match="goes nowhere"):
        inspection.inspect("pdf", b"", 1)


def test_a_person_s_files_are_read_one_at_a_time(alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a second one that comes meanwhile its owner is told; another's is read."""
    meanwhile: list[Any] = []

    def slowly(data: bytes) -> Found:
        if not meanwhile:
            meanwhile.append(None)
            meanwhile[:] = [alice.upload(b"second"), bob.upload(b"another's")]
        return Found("text/plain", text="x")

    monkeypatch.setattr(attachments, "sniff", slowly)
    assert alice.upload(b"first").status_code == 201
    refused, taken = meanwhile
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (429, 42901, "2")
    assert taken.status_code == 201
    assert alice.upload(b"third").status_code == 201


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\b.txt", "b.txt"),
        ("a\r\nX-Evil: 1.png", "aX-Evil: 1.png"),
        ("gpj.\u202eexe.png", "gpj.exe.png"),
        ("\ud800x", "x"),
        ("", "file"),
        ("\n", "file"),
        ("报告 2026.pdf", "报告 2026.pdf"),
        ("x" * 300 + ".tar", "x" * 200 + ".tar"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_is_one_line_without_folders(given: str, name: str) -> None:
    assert plain_name(given) == name


@pytest.mark.parametrize("name", ['a"b.txt', "报告.pdf", "a;b=c.txt", "a\r\nSet-Cookie: x=1", "%0d%0a", "back\\slash"])
def test_a_name_comes_back_in_one_header_and_injects_none(alice: Person, name: str) -> None:
    file = alice.uploaded(name=name)
    response = alice.client.get(f"/api/attachments/{file.id}")
    header = response["Content-Disposition"]
    assert header.isascii()
    assert header.isprintable()
    assert "Set-Cookie" not in response.headers
    assert ("filename*=utf-8''" in header) is not file.name.isascii()


def test_three_people_and_a_file(alice: Person, bob: Person) -> None:
    file = alice.uploaded()
    address = f"/api/attachments/{file.id}"
    for method in ("get", "delete"):
        theirs = getattr(bob.client, method)(address)
        missing = getattr(bob.client, method)(f"/api/attachments/{uuid4()}")
        assert (theirs.status_code, theirs.json()) == (missing.status_code, missing.json()) == (404, theirs.json())
        assert getattr(Client(), method)(address).status_code == 401
    assert Client().post("/api/attachments", b"x", content_type="text/plain").status_code == 401
    assert alice.client.get(address).content == hostile.image()


def test_one_that_was_not_sent_is_removed_at_once(alice: Person, folder: Path, committing: Any) -> None:
    file = alice.uploaded()
    with committing():
        assert alice.client.delete(f"/api/attachments/{file.id}").status_code == 204
    assert kept(folder) == []
    assert alice.client.get(f"/api/attachments/{file.id}").status_code == 404


def test_one_that_was_sent_stays(alice: Person, folder: Path) -> None:
    file = alice.uploaded()
    alice.sent(file)
    assert alice.client.delete(f"/api/attachments/{file.id}").json()["code"] == 42201
    assert kept(folder) == [str(file.id)]


def test_many_that_were_not_sent_are_enough(alice: Person) -> None:
    Attachment.objects.bulk_create(Attachment(owner=alice.user, name="x", type="x", size=1) for _ in range(100))
    assert alice.upload(hostile.image()).json()["code"] == 42206


def test_a_full_disk_is_told_and_leaves_neither_row_nor_file(
    alice: Person, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refused = alice.upload(hostile.image())
    assert (refused.status_code, refused.json()["code"]) == (503, 50301)
    assert kept(folder) == []
    assert not Attachment.objects.exists()


def test_the_sweep_takes_what_nobody_sent_for_a_day_and_nothing_else(
    alice: Person, folder: Path, committing: Any
) -> None:
    fresh, sent, forgotten = alice.uploaded(), alice.uploaded(), alice.uploaded()
    alice.sent(sent)
    old = timezone.now() - timedelta(days=1, minutes=1)
    Attachment.objects.filter(id__in=[sent.id, forgotten.id]).update(created=old)
    with committing():
        files.Sweep()()
    assert kept(folder) == sorted([str(fresh.id), str(sent.id)])
    assert set(Attachment.objects.values_list("id", flat=True)) == {fresh.id, sent.id}


def test_a_sweep_that_finds_nothing_takes_no_lock_and_reads_no_text(alice: Person) -> None:
    alice.sent(alice.uploaded())
    with CaptureQueriesContext(connection) as queries:
        files.Sweep()()
    asked = [query["sql"] for query in queries]
    assert [statement.split()[0] for statement in asked] == ["SELECT", "SELECT"]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]}")
            [way, *_] = [row[3] for row in cursor.fetchall()]
        assert "USING COVERING INDEX attachment_age (created<?)" in way


@pytest.fixture
def days_go_by() -> Callable[[], None]:
    """All that is loose has been so for more than a day; the sweep looks at it."""

    def go_by() -> None:
        LooseFile.objects.update(since=timezone.now() - timedelta(days=1, minutes=1))
        files.Sweep()()

    return go_by


def test_a_file_whose_row_cannot_be_written_goes_after_a_day(
    alice: Person, folder: Path, days_go_by: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise DatabaseError("no")

    monkeypatch.setattr(Attachment, "save", refuse)
    with pytest.raises(DatabaseError):
        alice.upload(hostile.image())
    files.Sweep()()
    assert len(kept(folder)) == 1
    days_go_by()
    assert kept(folder) == []
    assert not LooseFile.objects.exists()


def test_what_a_killed_process_left_half_written_goes_after_a_day(
    alice: Person, folder: Path, days_go_by: Callable[[], None]
) -> None:
    stays, torn = alice.uploaded(), LooseFile.objects.create(id=uuid4())
    part = files.place(torn.id).with_suffix(".part")
    part.parent.mkdir(exist_ok=True)
    part.touch()
    days_go_by()
    assert kept(folder) == [str(stays.id)]


def test_a_file_that_cannot_be_removed_is_removed_later(
    alice: Person, folder: Path, committing: Any, days_go_by: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    file = alice.uploaded()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with committing():
            alice.client.delete(f"/api/attachments/{file.id}")
        days_go_by()
    assert kept(folder) == [str(file.id)]
    days_go_by()
    assert kept(folder) == []


def test_a_database_that_knows_nothing_of_the_files_leaves_them(folder: Path, days_go_by: Callable[[], None]) -> None:
    """A new one, or one that is restored after them."""
    file = UUID(int=0)
    files.write(file, b"x")
    long_ago = time.time() - 10 * 86_400
    os.utime(files.place(file), (long_ago, long_ago))
    days_go_by()
    assert kept(folder) == [str(file)]


def test_a_file_goes_with_its_last_message(alice: Person, folder: Path, committing: Any) -> None:
    both, alone = alice.uploaded(), alice.uploaded()
    first, second = alice.sent(both, alone), alice.sent(both)

    def purged(message: Message) -> list[UUID]:
        long_ago = timezone.now() - timedelta(hours=1)
        Conversation.objects.filter(id=message.conversation_id).update(deleted=long_ago)
        with committing():
            trash.purge()
        assert kept(folder) == sorted(str(key) for key in Attachment.objects.values_list("id", flat=True))
        return list(Attachment.objects.values_list("id", flat=True))

    assert purged(first) == [both.id]
    assert purged(second) == []
