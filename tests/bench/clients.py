"""`./run bench clients`: which published clients work with the site, as a table. See tests/clients/."""

import sys

from tests.clients.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
