"""The site as one ASGI application: static files, then Django in its lanes; the websocket beside them."""

import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup(set_prefix=False)

import ninja  # noqa: E402
from django.conf import settings  # noqa: E402 (what follows needs the apps)
from django.urls import get_resolver  # noqa: E402

from chatsite.edge.cors import Cors  # noqa: E402
from chatsite.edge.interface import Receive, Scope, Send  # noqa: E402
from chatsite.edge.lanes import Django  # noqa: E402
from chatsite.edge.static import Static  # noqa: E402
from chatsite.live.routing import live  # noqa: E402

folders = [settings.BASE_DIR / "static", Path(ninja.__file__).parent / "static"]  # the latter for /api/docs
http = Static(Cors(Django(outward=("/connect/",)), settings.CORS_ORIGINS), folders, refresh=settings.DEBUG)
get_resolver().url_patterns  # noqa: B018 (imports the rooms' views now rather than in the first request)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    await (live if scope["type"] == "websocket" else http)(scope, receive, send)
