"""The first visit."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.tab import Tab
from tests.site import Site


def test_a_new_user_sets_up_an_account_and_gets_the_first_answer(tmp_path: Path, browser: Browser) -> None:
    site = Site(tmp_path / "data")
    site.manage("migrate --verbosity=0")
    with site:
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        page.goto(site.url)
        page.wait_for_url(f"{site.url}/setup")
        page.locator("[name=email]").fill("first@example.org")
        page.locator("[name=password]").fill("correct horse battery staple")
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(f"{site.url}/")
        tab = Tab(page, site.url)
        expect(page.locator(".dock").get_by_role("link", name="Connect a model")).to_be_visible()
        tab.ask("Hello")
        expect(tab.text).to_contain_text("demo", ignore_case=True)
        page.close()
