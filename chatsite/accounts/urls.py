from allauth.account import views as allauth
from django.conf import settings
from django.urls import path, re_path
from django.views.i18n import set_language

from chatsite.accounts import views

urlpatterns = [
    path("setup", views.setup, name="setup"),
    path("language", set_language, name="set_language"),
    path(
        "accounts/login/",
        allauth.LoginView.as_view(extra_context={"signup_open": lambda: settings.SIGNUP_OPEN}),
        name="account_login",
    ),
    path("accounts/signup/", allauth.signup, name="account_signup"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/reset/", views.password_reset, name="account_reset_password"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
