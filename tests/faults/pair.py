"""Two processes that serve one site."""

from dataclasses import dataclass

from tests.chat import Chat
from tests.site import Site


@dataclass(frozen=True)
class Pair:
    """Two processes on one database."""

    first: Site
    second: Site

    @property
    def here(self) -> Chat:
        """Alice at the first."""
        return Chat(self.first.url, self.first.user("alice"))

    @property
    def there(self) -> Chat:
        """Alice at the second."""
        return Chat(self.second.url, self.second.user("alice"))

    @property
    def database_url(self) -> str:
        return self.first.database_url
