"""Search at a running site, on both databases."""

import pytest

from tests.chat import Chat
from tests.site import Site


def test_an_answer_is_found_from_its_end_on_and_by_its_owner_alone(site: Site) -> None:
    alice, bob = (Chat(site.url, site.user(name)) for name in ("alice", "bob"))
    answer = alice.script(text="The 数据库 has an index.").read()
    found = alice.call("GET", "conversations", params={"q": "数据库 inde"}).json()["hits"]
    assert answer.id in [hit["convId"] for hit in found]
    assert bob.call("GET", "conversations", params={"q": "数据库"}).json()["hits"] == []
    copy = alice.call("POST", f"conversations/{answer.ids['convGroupId']}/fork", json={"convId": answer.id}).json()
    again = alice.call("GET", "conversations", params={"q": "数据库"}).json()["hits"]
    assert copy["convGroupId"] in [hit["convGroupId"] for hit in again if hit["role"] == "assistant"]


@pytest.mark.parametrize("query", ["a" * 10_000, "数" * 10_000, "\0", "a\0b", "\ufffe"])
def test_queries_that_are_too_long_or_odd_are_answered_in_json(site: Site, query: str) -> None:
    response = Chat(site.url, site.user("alice")).call("GET", "conversations", params={"q": query})
    assert response.status_code in (200, 400, 414, 422)
    assert response.headers["Content-Type"].startswith("application/json")
    assert response.json()
