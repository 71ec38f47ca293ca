from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from chatsite.accounts.management.named import add_email, user
from chatsite.accounts.models import ApiKey, Scope


class Command(BaseCommand):
    help = "Print a new API key of this person. It is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_email(parser)
        parser.add_argument("--name", default="command line", help="what the key is for")
        parser.add_argument("--scope", action="append", choices=Scope.values, help="may be given several times")

    def handle(self, *args: str, email: str, name: str, scope: list[str] | None, **options: object) -> None:
        person, scopes = user(email), scope or [Scope.READ, Scope.CHAT]
        if Scope.ADMIN in scopes and not person.is_superuser:
            raise CommandError(f"{person.email} is not an administrator")
        self.stdout.write(ApiKey.objects.issue(person, name[:100], scopes)[1])
