from argparse import ArgumentParser

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from chatsite.ops import backup


class Command(BaseCommand):
    help = "Migrate the database, after a checked copy when there is data in it, and make the administrator asked for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--without-copy", action="store_true", help="migrate even when no copy can be made")

    def handle(self, *args: str, without_copy: bool, **options: object) -> None:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if pending:
            if executor.loader.applied_migrations and not without_copy:
                self._copy()
            call_command("migrate", interactive=False, verbosity=0)
            self.stdout.write(f"Database: {len(pending)} migrations applied.")
        call_command("ensure_admin", stdout=self.stdout)

    def _copy(self) -> None:
        try:
            copy = backup.before_migration(settings.DATA_DIR / "backups")
        except (backup.NoCopy, OSError) as error:
            raise CommandError(
                f"The database must be migrated, and no copy of it can be made first: {error}.\n"
                "Mend that; or make a copy your own way and then: ./run manage prepare_database --without-copy"
            ) from None
        self.stdout.write(f"Before the migration the database was copied to {copy}")
