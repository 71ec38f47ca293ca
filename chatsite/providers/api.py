"""GET /api/models."""

from django.http import HttpRequest
from ninja import Router, Schema

from chatsite.accounts.auth import Principal, required
from chatsite.providers.models import offered

router = Router(tags=["models"])


class ModelOut(Schema):
    id: str
    name: str
    description: str
    provider: str
    demo: bool
    default: bool
    capabilities: list[str]


class ModelsOut(Schema):
    models: list[ModelOut]


@router.get("/models", auth=required, response=ModelsOut, summary="Models you may use")
def models(request: HttpRequest) -> dict[str, object]:
    principal: Principal = request.auth  # type: ignore[attr-defined]
    return {"models": offered(principal.user.pk)}
