"""Errors as a client meets them, whoever raised them."""

import pytest
import requests

from tests.edge.conftest import Server


@pytest.mark.parametrize("path", ["/api/none", "/api", "/v1", "/v1/none"])
def test_an_unknown_path_of_the_api_is_json(server: Server, path: str) -> None:
    response = requests.get(server.url + path, timeout=60)
    assert (response.status_code, response.json()["code"]) == (404, 40401)


def test_an_exception_of_a_view_of_the_api_is_json_without_a_word_of_it(server: Server) -> None:
    response = requests.get(f"{server.url}/api/fault", timeout=60)
    assert (response.status_code, response.json()["code"]) == (500, 50001)
    assert "LookupError" not in response.text
    assert "inside the view" in server.said


def test_elsewhere_it_is_a_page(server: Server) -> None:
    response = requests.get(f"{server.url}/fault", timeout=60)
    assert response.status_code == 500
    assert response.headers["Content-Type"].startswith("text/html")
    assert "LookupError" not in response.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "a_b", ""])
def test_an_unknown_host_is_told_the_setting(server: Server, host: str) -> None:
    headers = {"Host": host}
    page = requests.get(f"{server.url}/whole", headers=headers, timeout=60)
    assert page.status_code == 400
    assert "CHATSITE_URL" in page.text
    told = requests.get(f"{server.url}/api/whole", headers=headers, timeout=60)
    assert (told.status_code, told.json()["code"]) == (400, 40004)
    assert "CHATSITE_URL" in told.json()["msg"]


def test_an_unknown_host_cannot_write_into_the_page(server: Server) -> None:
    page = requests.get(f"{server.url}/whole", headers={"Host": "<script>alert(1)</script>"}, timeout=60)
    assert page.status_code == 400
    assert "<script>" not in page.text
