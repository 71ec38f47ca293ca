"""GET /api/data: how much is kept of a user."""

from typing import Any

from django.db.models import Count, Q
from ninja import Router

from chatsite.accounts.auth import AuthenticatedRequest, required
from chatsite.conversations import access
from chatsite.conversations.models import Message

router = Router(tags=["conversations"], auth=required)


@router.get("/data")
def data(request: AuthenticatedRequest) -> dict[str, Any]:
    """Own conversations, those that are archived apart, and the messages of both; not what is temporary or deleted."""
    kept = access.conversations(request.auth.user.id).filter(temporary=False)
    archived = Q(archived=True)
    counts = kept.aggregate(conversations=Count("id", filter=~archived), archived=Count("id", filter=archived))
    return counts | {"messages": Message.objects.filter(conversation__in=kept.order_by(), deleted=None).count()}
