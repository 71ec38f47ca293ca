"""A person's browser, as far as the server sees it."""

from typing import Any

from django.test import Client

from chatsite.accounts.models import User


class Browser(Client):
    """A client that keeps the rules of CSRF, as browsers are made to."""

    def __init__(self, user: User | None = None) -> None:
        super().__init__(enforce_csrf_checks=True, headers={"Host": "localhost:8000"})
        if user:
            self.force_login(user)

    @property
    def csrf(self) -> dict[str, str]:
        """The header that our page's scripts send with a write."""
        self.get("/accounts/password/reset/", follow=True)
        return {"X-CSRFToken": self.cookies["csrftoken"].value}

    def fill_in(self, path: str, **fields: str) -> Any:
        """Submit the form of a page."""
        return self.post(path, {**fields, "csrfmiddlewaretoken": self.csrf["X-CSRFToken"]})
