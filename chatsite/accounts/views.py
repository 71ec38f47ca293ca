"""Pages that allauth does not have: the first visit, a forgotten password without mail, a refused form."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chatsite.accounts import setup as first_visit
from chatsite.accounts.forms import SetupForm
from chatsite.accounts.models import AlreadySetUp


@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """The first visitor makes the administrator's account and is signed in to it."""
    if first_visit.is_set_up():
        return redirect("/")
    form = SetupForm(request)
    if request.method == "POST" and form.is_valid():
        try:
            login(request, form.save())
        except AlreadySetUp:
            messages.info(request, _("Somebody else has just set up this site. Sign in with an account of yours."))
            return redirect("account_login")
        return redirect("/")
    if "code" in form.fields:
        first_visit.announce()
    return render(request, "accounts/setup.html", {"form": form})


def password_reset(request: HttpRequest) -> HttpResponse:
    """There is no mail yet: the administrator makes a link with `manage reset_password`."""
    return render(request, "account/password_reset.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form refused. Often the page was old; on a new site its address is often not what CHATSITE_URL says."""
    return render(request, "accounts/csrf_failure.html", {"origin": request.headers.get("Origin", "")}, status=403)
