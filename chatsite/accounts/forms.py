"""The forms of set-up and of allauth's pages: few fields, plain labels, and the browser told what belongs where."""

from typing import Any

from allauth.account import forms as allauth
from allauth.core import ratelimit
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chatsite.accounts import setup
from chatsite.accounts.models import User

PASSWORD_HELP = _("At least 10 characters. A few words in a row are hard to guess and easy to keep in mind.")


class EmailField(forms.EmailField):
    """An address in lower case, as it is stored. For a password manager it is the name one signs in by."""

    def __init__(self) -> None:
        widget = forms.EmailInput({"autocomplete": "username", "inputmode": "email", "spellcheck": "false"})
        super().__init__(label=_("E-mail"), max_length=254, widget=widget)

    def clean(self, value: str | None) -> str:
        return str(super().clean(value)).lower()


class NameField(forms.CharField):
    """What a person is called, on one line."""

    def __init__(self) -> None:
        widget = forms.TextInput({"autocomplete": "name"})
        super().__init__(label=pgettext_lazy("of a person", "Name"), max_length=150, required=False, widget=widget)

    def clean(self, value: str | None) -> str:
        return "".join(filter(str.isprintable, super().clean(value)))


def plain(field: forms.Field, label: Any, help_text: Any = "") -> None:
    """A label above the field instead of a placeholder in it, which is gone once one types."""
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)


class LoginForm(allauth.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = EmailField()
        plain(self.fields["password"], _("Password"))


class SignupForm(allauth.SignupForm):  # type: ignore[misc]
    name = NameField()
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = EmailField()
        plain(self.fields["password1"], _("Password"), PASSWORD_HELP)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Of two at once with one address the first has the account; the other is sent to sign in to it."""
        try:  # in no transaction: SQLite would be locked for all while the password is hashed
            return super().try_save(request)  # type: ignore[no-any-return]
        except IntegrityError:
            return None, redirect("account_login")


class ChangePasswordForm(allauth.ChangePasswordForm):  # type: ignore[misc]
    password2 = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["oldpassword"], _("Current password"))
        plain(self.fields["password1"], _("New password"), PASSWORD_HELP)


class ResetPasswordForm(allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    password2 = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["password1"], _("New password"), PASSWORD_HELP)


class SetupForm(forms.Form):
    """The first account. Raises AlreadySetUp on saving when another visitor was quicker."""

    code = forms.CharField(
        label=_("Set-up code"),
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text=_("It stands in the log of the server, where chatsite was started: “Set-up code: …”."),
    )
    name = NameField()
    email = EmailField()
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=PASSWORD_HELP,
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.request = request
        if not setup.asks_code(request):
            del self.fields["code"]

    def clean_code(self) -> str:
        if not ratelimit.consume(self.request, action="setup", key="site"):
            raise forms.ValidationError(_("Too many attempts. Wait five minutes, then try again."))
        if not setup.is_code(self.cleaned_data["code"]):
            raise forms.ValidationError(_("This is not the code from the server's log."))
        return str(self.cleaned_data["code"])

    def clean_password(self) -> str:
        data = self.cleaned_data
        validate_password(data["password"], User(email=data.get("email", ""), name=data.get("name", "")))
        return str(data["password"])

    def save(self) -> User:
        data = self.cleaned_data
        return User.objects.create_first(data["email"], data["password"], name=data["name"])
