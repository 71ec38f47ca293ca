from django.contrib.auth.decorators import login_required
from django.urls import path, re_path
from django.views.decorators.csrf import ensure_csrf_cookie

from chatsite.conversations import views
from chatsite.conversations.diagrams import diagram

page = login_required(ensure_csrf_cookie(views.page))
urlpatterns = [
    path("", page, name="chat"),
    path("c/<uuid:conv_group_id>", page, name="conversation"),
    re_path(r"^settings(?:/[a-z]+)?$", page, name="settings"),
    path("diagram", diagram, name="diagram"),
]
