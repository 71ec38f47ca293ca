"""What a person does with the page, and sees of it."""

from playwright.sync_api import Locator, Page, expect

from tests.people import Person


class Tab:
    """One open tab. Names are those a screen reader says, in English."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def sign_in(self, person: Person) -> None:
        """Through the form, as everybody does."""
        self.page.goto(f"{self.url}/accounts/login/")
        self.page.locator("[name=login]").fill(person.email)
        self.page.locator("[name=password]").fill(person.password)
        self.page.locator("[name=password]").press("Enter")
        self.page.wait_for_url(f"{self.url}/")
        expect(self.composer).to_be_visible()

    def open(self) -> None:
        """A new conversation, for who is signed in."""
        self.page.goto(self.url)
        expect(self.composer).to_be_visible()

    @property
    def composer(self) -> Locator:
        return self.page.locator(".composer textarea")

    @property
    def send_button(self) -> Locator:
        return self.page.get_by_role("button", name="Send", exact=True)

    @property
    def stop_button(self) -> Locator:
        return self.page.get_by_role("button", name="Stop", exact=True)

    @property
    def answer(self) -> Locator:
        """The last one."""
        return self.page.locator("article.answer").last

    @property
    def text(self) -> Locator:
        """Of the last answer, rendered."""
        return self.answer.locator(".markdown")

    @property
    def questions(self) -> Locator:
        return self.page.locator("article.question .bubble")

    @property
    def rows(self) -> Locator:
        """The conversations in the sidebar."""
        return self.page.locator("nav li a")

    def ask(self, text: str) -> None:
        """Write it and press Enter."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def wait_until_named(self) -> str:
        """The id of the conversation, once the server has named it."""
        self.page.wait_for_url(f"{self.url}/c/*")
        return self.page.url.rsplit("/", 1)[1]

    def wait_until_ended(self) -> None:
        expect(self.answer).to_have_attribute("aria-busy", "false")

    def wait_until_still(self) -> float:
        """Until nothing glides or fades in any more, and what was asked for is drawn; how far it is scrolled then."""
        top: float = self.page.evaluate(_STILL)
        return top


# Two frames, so that what is new has begun to move; then all that moves, save what does so for ever; then the scroll.
_STILL = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const area = document.querySelector(".scroll");
    await frame();
    await frame();
    const ends = (animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime);
    await Promise.allSettled(document.getAnimations().filter(ends).map(({ finished }) => finished));
    let before = NaN;
    for (let still = 0; still < 10; await frame()) {
        const now = area?.scrollTop ?? 0;
        still = now === before ? still + 1 : 0;
        before = now;
    }
    return before;
}"""
