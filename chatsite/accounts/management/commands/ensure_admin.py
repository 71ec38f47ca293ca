import os
from contextlib import suppress

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from chatsite.accounts.models import AlreadySetUp, User


class Command(BaseCommand):
    help = "Make the first account from CHATSITE_ADMIN_EMAIL and CHATSITE_ADMIN_PASSWORD, unless there is one already."

    def handle(self, *args: str, **options: object) -> None:
        email = os.environ.get("CHATSITE_ADMIN_EMAIL", "").strip()
        password = os.environ.get("CHATSITE_ADMIN_PASSWORD", "")
        if User.objects.exists() or not (email or password):
            return
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"CHATSITE_ADMIN_EMAIL is not an e-mail address: {email!r}") from None
        try:
            validate_password(password, User(email=email))
        except ValidationError as error:
            raise CommandError(f"CHATSITE_ADMIN_PASSWORD: {' '.join(error.messages)}") from None
        with suppress(AlreadySetUp):  # by another process that starts beside this one
            self.stdout.write(f"The administrator is {User.objects.create_first(email, password)}.")
