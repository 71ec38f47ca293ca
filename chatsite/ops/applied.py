"""`python -m chatsite.ops.applied`: which migrations DATABASE_URL has seen, and whether anybody has an account there.

Told without Django, in a tenth of a second, so that `./run` can ask at every start; fails where it cannot be told.
"""

import json
import os
from contextlib import closing
from pathlib import Path
from typing import Any

MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY 1, 2"
SOMEBODY = "SELECT count(*) FROM (SELECT id FROM accounts_user LIMIT 1) AS somebody"


def connect(url: str) -> Any:
    """A DB-API connection that only reads."""
    if url.startswith("sqlite:///"):
        import sqlite3

        return sqlite3.connect(f"{Path(url.removeprefix('sqlite:///')).resolve().as_uri()}?mode=ro", uri=True)
    import psycopg

    return psycopg.connect(url, connect_timeout=5)


def main(url: str) -> None:
    """Prints {"migrations": [[app, name], …], "people": 0 or 1}."""
    with closing(connect(url)) as connection, closing(connection.cursor()) as cursor:
        migrations = cursor.execute(MIGRATIONS).fetchall()
        people = cursor.execute(SOMEBODY).fetchone()[0]
    print(json.dumps({"migrations": migrations, "people": people}))


if __name__ == "__main__":
    main(os.environ["DATABASE_URL"])
