import gzip
from pathlib import Path

import pytest

from chatsite.edge.interface import Receive, Scope, Send
from chatsite.edge.static import Static
from tests.edge.asgi import ask

SCRIPT = b"export const answer = 42;\n" * 20_000


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body"})


@pytest.fixture
def static(tmp_path: Path) -> Static:
    assets = tmp_path / "build" / "assets"
    assets.mkdir(parents=True)
    (assets / "main-Dq3_x-1A.js").write_bytes(SCRIPT)
    (assets / "main-Dq3_x-1A.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "icon.svg").write_text("<svg/>")
    return Static(nothing, [tmp_path])


async def test_a_file_comes_whole_and_in_pieces(static: Static) -> None:
    told = await ask(static, "/static/build/assets/main-Dq3_x-1A.js")
    assert (told.status, told.body) == (200, SCRIPT)
    assert max(len(message.get("body", b"")) for message in told.messages) <= 256 * 1024
    assert told.headers["content-type"].startswith("text/javascript")
    assert told.headers["x-content-type-options"] == "nosniff"


async def test_a_hashed_file_is_kept_for_ever_and_another_is_not(static: Static) -> None:
    hashed = await ask(static, "/static/build/assets/main-Dq3_x-1A.js")
    assert "immutable" in hashed.headers["cache-control"]
    assert (await ask(static, "/static/icon.svg")).headers["cache-control"] == "max-age=60, public"


async def test_the_compressed_twin_is_sent_to_who_takes_it(static: Static) -> None:
    told = await ask(static, "/static/build/assets/main-Dq3_x-1A.js", accept_encoding="gzip, br")
    assert (told.headers["content-encoding"], told.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(told.body) == SCRIPT


async def test_an_unchanged_file_is_not_sent_again(static: Static) -> None:
    first = await ask(static, "/static/icon.svg")
    again = await ask(static, "/static/icon.svg", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")


async def test_a_part_can_be_asked_for(static: Static) -> None:
    told = await ask(static, "/static/icon.svg", range="bytes=1-3")
    assert (told.status, told.body, told.headers["content-range"]) == (206, b"svg", "bytes 1-3/6")


async def test_head_has_the_headers_alone(static: Static) -> None:
    told = await ask(static, "/static/icon.svg", method="HEAD")
    assert (told.status, told.body, told.headers["content-length"]) == (200, b"", "6")


async def test_files_cannot_be_posted(static: Static) -> None:
    assert (await ask(static, "/static/icon.svg", method="POST")).status == 405


@pytest.mark.parametrize("path", ["/static/none.js", "/static/", "/static/../secret_key", "/static/build", "/icon.svg"])
async def test_what_is_no_file_goes_on_to_django(static: Static, path: str) -> None:
    assert (await ask(static, path)).status == 404


async def test_with_refresh_a_new_file_is_found_at_once(tmp_path: Path) -> None:
    static = Static(nothing, [tmp_path], refresh=True)
    (tmp_path / "new.css").write_text("a{}")
    assert (await ask(static, "/static/new.css")).body == b"a{}"
    assert (await ask(static, "/static/../secret_key")).status == 404


async def test_a_site_without_the_folder_has_no_files(tmp_path: Path) -> None:
    assert (await ask(Static(nothing, [tmp_path / "none"]), "/static/icon.svg")).status == 404
