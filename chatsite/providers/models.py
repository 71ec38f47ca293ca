from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Target:
    """All that upstream needs to ask one model, free of the database: made by `resolve` inside a transaction."""

    model: str  # the id our users see and the wire carries
    upstream_model: str
    base_url: str
    api_key: str
    proxy: str = ""
    defaults: dict[str, Any] = field(default_factory=dict)


def resolve(user_id: UUID, model: str | None) -> Target:
    """The target for a model id (None: the site's default). ApiError 42203 for a model this user may not use."""
    raise NotImplementedError
