from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chatsite.ops import backup


class Command(BaseCommand):
    help = "Copy the database into a folder, checked, while the site runs. Prints the copy's path."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.DATA_DIR / "backups")

    def handle(self, *args: str, folder: Path, **options: object) -> None:
        try:
            self.stdout.write(str(backup.checked_copy(folder, "backup")))
        except (backup.NoCopy, OSError) as error:
            raise CommandError(f"No copy was made: {error}") from None
