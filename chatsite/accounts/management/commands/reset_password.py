from argparse import ArgumentParser
from urllib.parse import urljoin

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from chatsite.accounts.management.named import add_email, user


class Command(BaseCommand):
    help = "Print a link with which this person chooses a new password. It works once, for a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_email(parser)

    def handle(self, *args: str, email: str, **options: object) -> None:
        person = user(email)
        place = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
        self.stdout.write(urljoin(_address(), reverse("account_reset_password_from_key", kwargs=place)))


def _address() -> str:
    """Where people reach this site: CHATSITE_URL, or else what it listens on."""
    host = "localhost" if settings.SITE_HOST in ("0.0.0.0", "::") else settings.SITE_HOST
    return settings.SITE_URL or f"http://{f'[{host}]' if ':' in host else host}:{settings.SITE_PORT}"
