"""The whole site on one screen."""

from django.urls import include, path

from chatsite.api import api

urlpatterns = [
    path("api/", api.urls),
    path("", include("chatsite.ops.urls")),
    path("", include("chatsite.accounts.urls")),
    path("", include("chatsite.providers.urls")),
    path("", include("chatsite.conversations.urls")),
]

handler404 = "chatsite.edge.refusals.not_found"
