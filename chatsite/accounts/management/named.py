"""What the commands about one person share."""

from argparse import ArgumentParser

from django.core.management.base import CommandError

from chatsite.accounts.models import User


def add_email(parser: ArgumentParser) -> None:
    parser.add_argument("email", help="the address this person signs in with")


def user(email: str) -> User:
    """The active user of this address, or an error that says what is wrong with it."""
    try:
        found = User.objects.get(email=email.strip().lower())
    except User.DoesNotExist:
        raise CommandError(f"Nobody has an account with the address {email}") from None
    if not found.is_active:
        raise CommandError(f"The account {found.email} is deactivated")
    return found
