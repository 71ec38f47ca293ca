"""The real settings, with what ./run would have made: a key and a data folder, here a temporary one.

The folder is only named: mypy and servers that are killed read this file, too. `data_folder` in conftest.py makes it.

DATABASE_URL chooses the database as it does in production: a SQLite file, or the PostgreSQL that `./run test` starts.
"""

import os
import tempfile
from pathlib import Path
from uuid import uuid4

from tests.site import TEST_SECRET_KEY

_data = Path(tempfile.gettempdir()) / f"chatsite-tests-{uuid4().hex}"
os.environ["SECRET_KEY"] = TEST_SECRET_KEY
os.environ["CHATSITE_DATA"] = str(_data)
for _name in ("CHATSITE_URL", "CHATSITE_HOST", "CHATSITE_PORT", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
    os.environ.pop(_name, None)

from chatsite.settings import *  # noqa: E402, F403
from chatsite.settings import DATABASES, SQLITE  # noqa: E402

if SQLITE:
    # A file: with the in-memory database of Django's default all threads would share one connection.
    DATABASES["default"]["TEST"] = {"NAME": _data / "test.sqlite3"}
else:
    DATABASES["default"]["OPTIONS"].pop("pool")  # connections of the pool would keep the database from being dropped

# As good as the slow one for what tests look at, a hundred times faster.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
