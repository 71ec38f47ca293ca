"""chatsite: the chat site an organisation hosts itself."""

import sys

# SQLite 3.7.0 to 3.51.2 can corrupt a WAL database that has several writers, and Debian 12 ships 3.40.1. The wheel
# bundles a mended version; it must stand in for the standard library's module before Django imports that.
try:
    import pysqlite3
except ImportError:  # no wheel for this platform: server.advise looks at the version
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
