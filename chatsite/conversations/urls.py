from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.decorators.csrf import ensure_csrf_cookie

from chatsite.conversations import views

page = login_required(ensure_csrf_cookie(views.page))
urlpatterns = [
    path("", page, name="chat"),
    path("c/<uuid:conv_group_id>", page, name="conversation"),
]
