from django.urls import path

from chatsite.conversations import views

urlpatterns = [
    path("", views.page, name="chat"),
    path("c/<uuid:conv_group_id>", views.page, name="conversation"),
]
