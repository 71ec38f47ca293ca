"""The harness itself: a site that can be started, stopped, killed, paused, and talked to."""

import signal

import requests

from tests.site import Site


def test_a_site_serves_people_who_are_there_from_the_start(site: Site) -> None:
    assert requests.get(f"{site.url}/readyz", timeout=60).status_code == 200
    alice = site.user("alice")
    answer = requests.get(f"{site.url}/api/me", headers=alice.headers, timeout=60)
    assert answer.json()["email"] == alice.email
    assert requests.get(f"{site.url}/api/me", timeout=60).json()["code"] == 40101


def test_somebody_new_can_be_made_while_it_runs(site: Site) -> None:
    headers = site.user("dora").headers
    assert requests.get(f"{site.url}/api/me", headers=headers, timeout=60).json()["email"] == "dora@example.org"


def test_it_comes_back_at_the_same_address(site: Site) -> None:
    url, before = site.url, site.pid
    assert site.stop() == 0
    site.start()
    site.kill()
    site.start()
    assert (site.url, site.pid == before) == (url, False)
    assert requests.get(f"{site.url}/healthz", timeout=60).status_code == 200
    assert site.log.count("chatsite serves on") == 3


def test_a_second_process_shares_its_data(site: Site) -> None:
    with site.beside() as other:
        assert other.url != site.url
        headers = site.user("bob").headers
        assert requests.get(f"{other.url}/api/me", headers=headers, timeout=60).json()["email"] == "bob@example.org"
        site.pause()
        assert requests.get(f"{other.url}/healthz", timeout=60).status_code == 200
        site.cont()
        assert requests.get(f"{site.url}/healthz", timeout=60).status_code == 200
        assert other.stop(signal.SIGINT) == 0


def test_what_manage_prints_can_be_read(site: Site) -> None:
    assert site.manage("create_api_key alice@example.org").startswith("sk-")
