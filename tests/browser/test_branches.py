"""The tree in the hand: edit, regenerate, go from branch to branch, fork, delete and take back."""

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.tab import Tab
from tests.upstream import Upstream, prompt


def ask(tab: Tab, text: str, **script: object) -> None:
    """Ask for this answer, and wait until it is whole."""
    tab.ask(prompt(text=text, **script))
    expect(tab.text).to_have_text(text)
    tab.wait_until_ended()


def edit(question: Locator, text: str, confirm: str = "Control+Enter") -> None:
    """Write the question anew in its place."""
    question.hover()
    question.get_by_role("button", name="Edit").click()
    field = question.get_by_role("textbox", name="Edit the message")
    expect(field).to_be_focused()
    field.fill(text)
    if confirm:
        field.press(confirm)


def first_question(tab: Tab) -> Locator:
    return tab.page.locator("article.question").first


def branch(part: Locator) -> Locator:
    """Where a message stands among its siblings, as a screen reader says it."""
    return part.get_by_role("group", name="Branch")


def more(tab: Tab, part: Locator, action: str) -> None:
    part.hover()
    part.get_by_role("button", name="More actions").click()
    tab.page.get_by_role("menuitem", name=action).click()


@pytest.fixture
def two(tab: Tab) -> Tab:
    """A question that was written anew: two branches, the second on view."""
    ask(tab, "the first way")
    edit(first_question(tab), prompt(text="the second way"))
    expect(tab.text).to_have_text("the second way")
    tab.wait_until_ended()
    expect(tab.page.get_by_role("img", name="Answering")).to_have_count(0)  # the last that is heard of it
    return tab


def test_an_edited_question_stands_beside_what_it_was(two: Tab) -> None:
    expect(two.questions).to_have_count(1)
    expect(branch(first_question(two))).to_have_accessible_name("Branch 2 of 2")
    first_question(two).get_by_role("button", name="Previous branch").click()
    expect(two.text).to_have_text("the first way")
    expect(two.questions).to_contain_text("the first way")


def test_a_question_is_written_anew_with_the_buttons_too_and_escape_leaves_it_as_it_is(tab: Tab) -> None:
    ask(tab, "the first way")
    edit(first_question(tab), "something else", confirm="Escape")
    expect(tab.questions).to_contain_text("the first way")
    expect(first_question(tab).get_by_role("button", name="Edit")).to_be_focused()
    edit(first_question(tab), "", confirm="")
    expect(tab.button("Save and send")).to_be_disabled()
    tab.button("Cancel").click()
    edit(first_question(tab), prompt(text="the second way"), confirm="")
    tab.button("Save and send").click()
    expect(tab.text).to_have_text("the second way")
    expect(branch(first_question(tab))).to_have_accessible_name("Branch 2 of 2")


def test_what_was_written_anew_and_not_sent_is_there_after_a_reload(tab: Tab) -> None:
    ask(tab, "the first way")
    edit(first_question(tab), "half a thought", confirm="")
    tab.page.reload()
    first_question(tab).hover()
    first_question(tab).get_by_role("button", name="Edit").click()
    expect(tab.page.get_by_role("textbox", name="Edit the message")).to_have_value("half a thought")


def test_the_keyboard_goes_from_branch_to_branch_and_says_where(two: Tab) -> None:
    said = two.page.locator("[aria-live=polite]")
    two.composer.press("Alt+ArrowLeft")
    expect(two.text).to_have_text("the first way")
    two.composer.press("Alt+ArrowLeft")  # there is none before it
    expect(two.text).to_have_text("the first way")
    two.composer.press("Alt+ArrowRight")
    expect(two.text).to_have_text("the second way")
    expect(said).to_have_text("Branch 2 of 2")
    two.composer.fill("words")  # where Alt and an arrow go from word to word
    two.composer.press("Alt+ArrowLeft")
    expect(two.text).to_have_text("the second way")


def test_the_focus_stays_on_the_switcher(two: Tab) -> None:
    previous = first_question(two).get_by_role("button", name="Previous branch")
    previous.focus()
    previous.press("Enter")
    expect(two.text).to_have_text("the first way")
    expect(first_question(two).get_by_role("button", name="Next branch")).to_be_focused()


def test_the_branch_on_view_is_there_after_a_reload(two: Tab) -> None:
    with two.page.expect_response(lambda response: response.request.method == "PATCH"):
        first_question(two).get_by_role("button", name="Previous branch").click()
    two.page.reload()
    expect(two.text).to_have_text("the first way")
    expect(branch(first_question(two))).to_have_accessible_name("Branch 1 of 2")


def test_coming_back_to_a_branch_leads_to_where_it_was_left(two: Tab) -> None:
    two.button("Regenerate").click()
    expect(branch(two.answer)).to_have_accessible_name("Branch 2 of 2")
    two.wait_until_ended()
    two.answer.get_by_role("button", name="Previous branch").click()
    first_question(two).get_by_role("button", name="Previous branch").click()
    expect(two.text).to_have_text("the first way")
    first_question(two).get_by_role("button", name="Next branch").click()
    expect(branch(two.answer)).to_have_accessible_name("Branch 1 of 2")


def test_an_earlier_answer_can_be_regenerated_and_what_followed_stays_on_its_branch(tab: Tab) -> None:
    ask(tab, "first")
    ask(tab, "second")
    earlier = tab.page.locator("article.answer").first
    earlier.hover()
    earlier.get_by_role("button", name="Regenerate", exact=True).click()
    expect(tab.questions).to_have_count(1)
    tab.wait_until_ended()
    expect(branch(tab.answer)).to_have_accessible_name("Branch 2 of 2")
    tab.answer.get_by_role("button", name="Previous branch").click()
    expect(tab.questions).to_have_count(2)
    expect(tab.text).to_have_text("second")


def test_a_running_answer_goes_on_while_another_branch_is_on_view(tab: Tab, upstream: Upstream) -> None:
    ask(tab, "the first way")
    edit(first_question(tab), prompt(text="the second way", gate="end", after=2))
    expect(tab.text).to_have_text("the seco")
    first_question(tab).get_by_role("button", name="Previous branch").click()
    expect(tab.text).to_have_text("the first way")
    expect(tab.send_button).to_be_visible()
    upstream.open("end")
    first_question(tab).get_by_role("button", name="Next branch").click()
    expect(tab.text).to_have_text("the second way")


def test_a_fork_is_a_conversation_of_its_own_and_is_opened(tab: Tab) -> None:
    ask(tab, "first")
    ask(tab, "second")
    conversation = tab.wait_until_named()
    more(tab, tab.page.locator("article.answer").first, "New chat from here")
    tab.page.wait_for_url(lambda url: "/c/" in url and conversation not in url)
    expect(tab.text).to_have_text("first")
    expect(tab.questions).to_have_count(1)
    ask(tab, "another second")
    expect(tab.rows).to_have_count(2)
    tab.page.go_back()
    expect(tab.text).to_have_text("second")


def test_a_deleted_message_goes_with_what_is_below_it_and_can_be_brought_back(tab: Tab) -> None:
    ask(tab, "first")
    ask(tab, "second")
    more(tab, tab.page.locator("article.question").last, "Delete")
    expect(tab.questions).to_have_count(1)
    expect(tab.text).to_have_text("first")
    expect(tab.page.get_by_text("The message and 1 below it were deleted.")).to_be_visible()
    tab.button("Undo").click()
    expect(tab.questions).to_have_count(2)
    expect(tab.text).to_have_text("second")
    tab.page.reload()
    expect(tab.text).to_have_text("second")


def test_a_deleted_branch_leaves_the_other_on_view(two: Tab) -> None:
    more(two, first_question(two), "Delete")
    expect(two.text).to_have_text("the first way")
    expect(branch(first_question(two))).to_have_count(0)


def test_what_cannot_be_deleted_says_why_and_stays(tab: Tab) -> None:
    ask(tab, "first")
    tab.page.route("**/api/messages/*", lambda route: route.abort())
    more(tab, tab.answer, "Delete")
    expect(tab.page.get_by_text("That did not work: The site cannot be reached")).to_be_visible()
    expect(tab.text).to_have_text("first")


def test_the_overview_finds_the_way_back_to_the_main_branch(tab: Tab) -> None:
    ask(tab, "the root")
    ask(tab, "the main way")
    ask(tab, "and on")
    edit(tab.page.locator("article.question").nth(1), prompt(text="a side way"))
    expect(tab.text).to_have_text("a side way")
    tab.wait_until_ended()
    tab.button("All branches").click()
    outline = tab.page.get_by_role("dialog", name="All branches")
    rows = outline.get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(rows.nth(1).get_by_role("button")).to_be_focused()
    expect(rows.nth(1)).to_contain_text("2/2")
    expect(rows.nth(1).get_by_role("button")).to_have_attribute("aria-current", "true")
    outline.get_by_role("button", name="To the main branch").click()
    expect(outline).to_have_count(0)
    expect(tab.text).to_have_text("and on")


def test_the_overview_is_walked_by_keyboard(two: Tab) -> None:
    two.button("All branches").focus()
    two.page.keyboard.press("Enter")
    outline = two.page.get_by_role("dialog", name="All branches")
    expect(outline.locator("[aria-current]")).to_be_focused()
    for key in ("Home", "End", "ArrowUp", "Enter"):
        two.page.keyboard.press(key)
    expect(outline).to_have_count(0)
    expect(two.text).to_have_text("the first way")
    expect(first_question(two)).to_be_focused()


def test_without_branches_there_is_no_overview_and_no_switcher(tab: Tab) -> None:
    ask(tab, "first")
    expect(tab.button("All branches")).to_have_count(0)
    expect(branch(tab.page.locator("main"))).to_have_count(0)


def test_the_details_tell_how_an_answer_came_about(tab: Tab) -> None:
    ask(tab, "first", usage=True)
    more(tab, tab.answer, "Details")
    details = tab.page.get_by_role("dialog", name="Details")
    for name in ("Time", "Model", "Status", "Tokens"):
        expect(details.get_by_text(name, exact=True)).to_be_visible()
    details.get_by_role("button", name="Close").click()
    expect(details).to_have_count(0)


def test_an_edit_that_is_refused_comes_back_and_the_branch_before_it_too(tab: Tab) -> None:
    ask(tab, "the first way")

    def refuse(route: Route) -> None:
        route.fulfill(status=429, json={"code": 42901, "msg": "too many"})

    tab.page.route("**/api/chat", refuse)
    edit(first_question(tab), "in other words")
    expect(tab.answer.get_by_text("Not sent")).to_be_visible()
    tab.button("Back to the text field").click()
    expect(tab.text).to_have_text("the first way")
    field = tab.page.get_by_role("textbox", name="Edit the message")
    expect(field).to_have_value("in other words")
    expect(field).to_be_focused()
