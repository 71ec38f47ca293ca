"""Pages that allauth does not have: the first visit, a password forgotten, the language, a refused form."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from chatsite.accounts import setup as first_visit
from chatsite.accounts.forms import SetupForm
from chatsite.accounts.models import AlreadySetUp, User


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


def language(request: HttpRequest) -> HttpResponseBase:
    """The switch at the foot of each page: for who is signed in on every device, else for this browser."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return set_language(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form refused. Often the page was old; on a new site its address is often not what CHATSITE_URL says."""
    return render(request, "accounts/csrf_failure.html", {"origin": request.headers.get("Origin", "")}, status=403)
