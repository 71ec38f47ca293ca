from django.urls import path

from chatsite.providers import views

urlpatterns = [
    path("connect", views.index, name="connect"),
    path("connect/new", views.create, name="provider_create"),
    path("connect/ask", views.ask, name="provider_ask"),
    path("connect/<int:pk>", views.provider, name="provider"),
    path("connect/<int:pk>/choose", views.choose, name="provider_choose"),
    path("connect/<int:pk>/add", views.add, name="provider_add"),
    path("connect/<int:pk>/refresh", views.refresh, name="provider_refresh"),
    path("connect/<int:pk>/switch", views.switch, name="provider_switch"),
    path("connect/<int:pk>/delete", views.delete, name="provider_delete"),
    path("connect/<int:pk>/test", views.test, name="provider_test"),
]
