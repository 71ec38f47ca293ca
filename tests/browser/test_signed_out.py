"""A session that ends beside a tab: in another one, where somebody else may sign in next."""

import pytest
from playwright.sync_api import WebSocket, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.site import Site


@pytest.fixture
def alices(home: Site, new_tab: NewTab) -> Tab:
    """A tab of Alice's in a session of its own, which the test may end."""
    tab = new_tab(name="")
    tab.sign_in(home.user("alice"))
    return tab


@pytest.fixture
def beside(alices: Tab, new_tab: NewTab) -> Tab:
    """Another tab of the same browser, where she has signed out."""
    tab = new_tab(name="", context=alices.page.context)
    tab.open()
    tab.button("Account and appearance").click()
    tab.page.get_by_role("menuitem", name="Sign out").click()
    tab.page.wait_for_url("**/accounts/**")
    return tab


def test_what_is_written_never_ends_in_the_account_of_who_signed_in_beside(
    home: Site, alices: Tab, beside: Tab
) -> None:
    beside.sign_in(home.user("charlie"))
    alices.ask("words of alice")
    expect(alices.page.get_by_text("You are signed out.")).to_be_visible()
    expect(alices.composer).to_have_value("words of alice")
    alices.page.reload()
    expect(alices.composer).to_have_value("")
    for tab in (alices, beside):
        expect(tab.page.get_by_text("Your conversations will appear here.")).to_be_visible()


def test_a_tab_that_is_signed_out_says_so_and_leaves_the_server_alone(alices: Tab, beside: Tab) -> None:
    sockets: list[WebSocket] = []
    alices.page.on("websocket", lambda socket: sockets.append(socket))
    expect(alices.page.get_by_text("You are signed out.")).to_be_visible()
    alices.page.wait_for_timeout(3000)  # every attempt to connect again would come sooner
    assert sockets == []
