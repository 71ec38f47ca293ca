"""Whether this process lives, and whether it should be sent visitors: for load balancers and watchers."""

from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chatsite.errors import ApiError


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all; asks nothing of the database."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and has the shape this code expects, else 503."""
    try:
        behind = _migrations_missing()
    except Error:
        return ApiError(50301, "The database does not answer.").response()
    if behind:
        return ApiError(50301, "The database has not been migrated to this version.").response()
    return JsonResponse({"status": "ok"})


def _migrations_missing() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = {(app, name) for app, name in cursor.fetchall()}
    return not _expected() <= applied


@cache
def _expected() -> frozenset[tuple[str, str]]:
    """The last migration of each app in this code; read from disk once."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
