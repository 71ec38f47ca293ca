"""`python -m tests.people alice …`: make users in the database of the environment and print them as JSON.

Three people try everything: alice (the owner), bob (a colleague), charlie (a stranger); admin administers.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass
from io import StringIO

PASSWORD = "correct horse battery staple"
EVERYBODY = ("admin", "alice", "bob", "charlie")


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in with a password, or come with an API key."""

    email: str
    password: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """For a program of theirs."""
        return {"Authorization": f"Bearer {self.key}"}


def make(name: str) -> Person:
    """A new user of the database Django is set up for."""
    from django.core.management import call_command

    from chatsite.accounts.models import User

    email, said = f"{name}@example.org", StringIO()
    create = User.objects.create_superuser if name == "admin" else User.objects.create_user
    create(email, PASSWORD)
    call_command("create_api_key", email, stdout=said)
    return Person(email, PASSWORD, next(word for word in said.getvalue().split() if word.startswith("sk-")))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    django.setup()
    print(json.dumps({name: asdict(make(name)) for name in sys.argv[1:]}))
