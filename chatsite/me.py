"""/api/me: who is asking, and what they like. It ties accounts to the models of providers."""

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, StringConstraints

from chatsite.accounts import auth
from chatsite.accounts.api import ONE_LINE
from chatsite.accounts.language import remember
from chatsite.accounts.models import Theme, User
from chatsite.accounts.principal import AuthenticatedRequest
from chatsite.errors import ApiError
from chatsite.providers.models import demonstrating, offered

router = Router(tags=["accounts"])
Language = Literal["", "en", "zh-hans"]


class Change(Schema):
    """What is left out stays. `language` "" follows the browser, `defaultModel` null is the site's."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=150, pattern=ONE_LINE)] = ""
    language: Language = ""
    theme: Theme = Theme.SYSTEM
    defaultModel: Annotated[str, StringConstraints(min_length=1, max_length=220)] | None = None  # noqa: N815 - the wire's


@router.get("/me", auth=auth.required)
def me(request: AuthenticatedRequest) -> dict[str, Any]:
    """Who I am, as the site knows me."""
    return _told(request.auth.user)


@router.patch("/me", auth=auth.signed_in)
def change_me(request: AuthenticatedRequest, body: Change, response: HttpResponse) -> dict[str, Any]:
    """Change some of it, here and on every other device. 42203 for a model that is not offered to me."""
    user = request.auth.user
    fields = _fields(user, body)
    for name, value in fields.items():
        setattr(user, name, value)
    user.save(update_fields=list(fields))
    if "language" in fields:
        remember(response, user.language)
    return _told(user)


def _fields(user: User, body: Change) -> dict[str, str]:
    fields = body.dict(exclude_unset=True)
    if "defaultModel" in fields:
        fields["default_model"] = _offered(user, fields.pop("defaultModel"))
    return fields


def _offered(user: User, model: str | None) -> str:
    if model is not None and model not in (offer.id for offer in offered(user.pk)):
        raise ApiError(42203, "There is no such model here, or you may not use it. GET /api/models lists yours.")
    return model or ""


def _told(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.display_name,
        "isAdmin": user.is_superuser,
        "language": user.language,
        "theme": user.theme,
        "defaultModel": user.default_model or None,
        "demo": demonstrating(),
    }
