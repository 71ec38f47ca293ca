import pytest

from chatsite.edge.cors import Cors
from chatsite.edge.interface import Receive, Scope, Send
from tests.edge.asgi import ask

FRIEND, STRANGER = "https://app.example.org", "https://evil.example"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Its body says which request headers came."""
    names = b" ".join(name for name, _ in scope["headers"])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
    await send({"type": "http.response.body", "body": names})


cors = Cors(echo, [FRIEND])


async def test_a_named_origin_may_read_the_answer() -> None:
    told = await ask(cors, "/api/models", origin=FRIEND)
    assert told.headers["access-control-allow-origin"] == FRIEND
    assert (told.headers["vary"], told.headers["x-own"]) == ("origin", "1")


async def test_never_with_cookies() -> None:
    told = await ask(cors, "/api/models", origin=FRIEND, cookie="chatsite_session=x", authorization="Bearer y")
    assert b"cookie" not in told.body.split()
    assert b"authorization" in told.body.split()
    assert "access-control-allow-credentials" not in told.headers


async def test_the_browsers_question_before_a_request_is_answered_here() -> None:
    told = await ask(cors, "/api/chat", "OPTIONS", origin=FRIEND, access_control_request_method="POST")
    assert (told.status, told.body) == (204, b"")
    assert "POST" in told.headers["access-control-allow-methods"]
    allowed = told.headers["access-control-allow-headers"].split(", ")
    assert {"authorization", "content-type", "idempotency-key", "last-event-id", "token"} <= set(allowed)


@pytest.mark.parametrize("origin", [STRANGER, "null", f"{FRIEND}.evil.example", FRIEND.upper()])
async def test_other_origins_hear_nothing_of_it(origin: str) -> None:
    told = await ask(cors, "/api/chat", "OPTIONS", origin=origin, access_control_request_method="POST")
    assert not [name for name in told.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/static/icon.svg"])
async def test_only_the_apis_are_open(path: str) -> None:
    assert "access-control-allow-origin" not in (await ask(cors, path, origin=FRIEND)).headers


async def test_the_own_page_keeps_its_cookies() -> None:
    assert b"cookie" in (await ask(cors, "/api/me", cookie="chatsite_session=x")).body.split()
