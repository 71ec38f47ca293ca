from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chatsite.ops import backup


class Command(BaseCommand):
    help = (
        "Copy the database, checked, and the attachments into a folder, while the site runs. Prints the copies' paths."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.DATA_DIR / "backups")

    def handle(self, *args: str, folder: Path, **options: object) -> None:
        try:
            copy = backup.checked_copy(folder, "backup")
            # After the database: every file that its copy speaks of is there, as files come before their rows.
            files = backup.copy_files(settings.DATA_DIR / "attachments", copy.with_suffix(".attachments"))
        except (backup.NoCopy, OSError) as error:
            raise CommandError(f"No copy was made: {error}") from None
        self.stdout.write("\n".join(str(made) for made in (copy, files) if made))
