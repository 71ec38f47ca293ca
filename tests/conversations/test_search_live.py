"""Search at a running site, on both databases."""

from tests.chat import Chat
from tests.site import Site


def test_an_answer_is_found_from_its_end_on_and_by_its_owner_alone(site: Site) -> None:
    alice, bob = (Chat(site.url, site.user(name)) for name in ("alice", "bob"))
    answer = alice.script(text="The 数据库 has an index.").read()
    found = alice.call("GET", "conversations", params={"q": "数据库 inde"}).json()["hits"]
    assert answer.id in [hit["convId"] for hit in found]
    assert bob.call("GET", "conversations", params={"q": "数据库"}).json() == {"hits": [], "nextCursor": None}
    copy = alice.call("POST", f"conversations/{answer.ids['convGroupId']}/fork", json={"convId": answer.id}).json()
    again = alice.call("GET", "conversations", params={"q": "数据库"}).json()["hits"]
    assert copy["convGroupId"] in [hit["convGroupId"] for hit in again if hit["role"] == "assistant"]
