"""The page *Connect a model*, for administrators: plain forms. The trial streams, and works without scripts too.

What talks to a provider is asynchronous, the rest of a view runs in the request's thread. The thread waits for both;
so that a provider that does not answer holds up none but these forms, they have threads of their own (asgi.py).
"""

import functools
from collections.abc import Callable, Coroutine
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from chatsite.errors import ApiError
from chatsite.providers import discovery, probe, words
from chatsite.providers.environment import environment
from chatsite.providers.forms import ProviderForm
from chatsite.providers.models import MAX_NAME, Model, Provider, demonstrating
from chatsite.providers.presets import PRESETS
from chatsite.providers.trial import trial_response

_View = Callable[..., HttpResponse]
_AsyncView = Callable[..., Coroutine[Any, Any, HttpResponse]]


def _refused(request: HttpRequest) -> HttpResponse | None:
    """The way to sign in for somebody unknown; PermissionDenied for who is no administrator."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/connect")
    if not request.user.is_superuser:
        raise PermissionDenied
    return None


def administrators(view: _View) -> _View:
    """For administrators only, and never kept by a cache."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _unkept(_refused(request) or view(request, *args, **kwargs))

    return guarded


def administrators_async(view: _AsyncView) -> _AsyncView:
    """The same for a view that waits for a provider."""

    @functools.wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refused = await sync_to_async(_refused)(request)
        return _unkept(refused or await view(request, *args, **kwargs))

    return guarded


def _unkept(response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@administrators
def index(request: HttpRequest) -> HttpResponse:
    """What is connected, and the form for one more."""
    slug = request.GET.get("preset", "")
    preset = next((preset for preset in PRESETS if preset.slug == slug), None)
    initial = {"base_url": preset.base_url, "name": preset.name} if preset else {}
    return _index(request, ProviderForm(initial=initial))


def _index(request: HttpRequest, form: ProviderForm, status: int = 200) -> HttpResponse:
    slug = request.GET.get("preset", "")
    providers = [row for row in Provider.objects.prefetch_related("models") if _takes_part(row)]
    context = {
        "form": form,
        "providers": providers,
        "environment": environment(),
        "known": any(row.from_environment for row in providers),
        "demonstrating": demonstrating(),
        "presets": PRESETS,
        "preset": next((preset for preset in PRESETS if preset.slug == slug), None),
        "chosen": slug or form.is_bound,
    }
    return render(request, "providers/index.html", context, status=status)


def _takes_part(provider: Provider) -> bool:
    """The environment's row is shown only while the environment still says the same."""
    known = environment()
    return not provider.from_environment or (known is not None and known.base_url == provider.base_url)


@sensitive_post_parameters("api_key", "proxy")
@require_POST
@administrators_async
async def create(request: HttpRequest) -> HttpResponse:
    """Connect: the provider is asked for its models first, and only kept when it has told them."""
    form = ProviderForm(request.POST)
    if not await sync_to_async(form.is_valid)():
        return await sync_to_async(_index)(request, form, 422)
    try:
        found = await _found(form)
    except Exception as error:
        form.add_error(None, _how(error))
        return await sync_to_async(_index)(request, form, 422)
    if not found.names:
        form.add_error(None, str(words.NO_MODELS))
        return await sync_to_async(_index)(request, form, 422)
    return await sync_to_async(_connect)(request, form, found)


async def _found(form: ProviderForm) -> probe.Listed:
    names = form.cleaned_data["names"]
    if names:
        return probe.Listed(form.target.base_url, tuple(names), frozenset(names))
    return await probe.listed(form.target)


def _connect(request: HttpRequest, form: ProviderForm, found: probe.Listed) -> HttpResponse:
    with transaction.atomic():
        provider = form.save(commit=False)
        provider.base_url = found.base_url
        provider.save()
        discovery.note(provider, found)
    count = len(found.offered)
    told = ngettext("Connected. %(count)d model is offered.", "Connected. %(count)d models are offered.", count)
    messages.success(request, told % {"count": count})
    return redirect("provider", provider.pk)


@sensitive_post_parameters("api_key", "proxy")
@administrators
def provider(request: HttpRequest, pk: int) -> HttpResponse:
    """One provider: try it, choose among its models, change how it is reached."""
    row = _provider(pk)
    if request.method != "POST":
        return _page(request, row)
    if row.from_environment:
        raise PermissionDenied
    form = ProviderForm(request.POST, instance=row)
    if not form.is_valid():
        return _page(request, _provider(pk), form=form, status=422)
    form.save()
    messages.success(request, _("Saved. It counts from the next question on."))
    return redirect("provider", pk)


def _provider(pk: int) -> Provider:
    return get_object_or_404(Provider, pk=pk)


def _page(request: HttpRequest, row: Provider, status: int = 200, **more: Any) -> HttpResponse:
    models = list(row.models.all())
    first = Model.objects.offered().first()
    context = {
        "provider": row,
        "models": models,
        "offered": [model for model in models if model.enabled],
        "default": first.pk if first else None,
        "form": ProviderForm(instance=row),
        "question": _("Greet me in one sentence, then count from one to twenty in words."),
    }
    return render(request, "providers/provider.html", context | more, status=status)


@require_POST
@administrators
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Which models are offered, and which one is the site's default."""
    row = _provider(pk)
    # Of what was sent only names that are there reach the database: PostgreSQL raises at a NUL.
    offered = set(row.models.values_list("pk", flat=True)) & set(request.POST.getlist("offered"))
    default = request.POST.get("default", "")
    with transaction.atomic():
        row.models.filter(pk__in=offered).update(enabled=True)
        row.models.exclude(pk__in=offered).update(enabled=False, default=False)
        if default in offered:
            Model.objects.filter(default=True).update(default=False)
            row.models.filter(pk=default).update(default=True)
    messages.success(request, _("Saved. It counts from the next question on."))
    return redirect("provider", pk)


@require_POST
@administrators
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A model that the provider does not list."""
    row = _provider(pk)
    name = request.POST.get("name", "").strip()[:MAX_NAME]
    if name and name.isprintable():
        try:
            with transaction.atomic():
                discovery.add(row, name)
        except IntegrityError:
            messages.warning(request, _("This provider has a model of that name already."))
    return redirect("provider", pk)


@require_POST
@administrators_async
async def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the models again."""
    row = await sync_to_async(_provider)(pk)
    try:
        found = await probe.listed(row.target())
    except Exception as error:
        messages.error(request, _how(error))
        return redirect("provider", pk)
    before = await row.models.acount()
    await sync_to_async(_note)(row, found)
    after = await row.models.acount()
    told = _("The list is up to date: %(after)d models, %(before)d before.")
    messages.success(request, told % {"after": after, "before": before})
    return redirect("provider", pk)


@require_POST
@administrators_async
async def ask(request: HttpRequest) -> HttpResponse:
    """Ask the environment's provider now, instead of waiting for the background to do it."""
    known = environment()
    if known is None:
        return redirect("connect")
    try:
        row = await sync_to_async(discovery.keep)(known, await discovery.find(known))
    except Exception as error:
        messages.error(request, _how(error))
        return redirect("connect")
    return redirect("provider", row.pk)


@transaction.atomic
def _note(row: Provider, found: probe.Listed) -> None:
    discovery.note(row, found)


@require_POST
@administrators
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """On or off; answers that are under way are not touched."""
    row = _own(pk)
    row.enabled = not row.enabled
    row.save(update_fields=["enabled"])
    return redirect("provider", pk)


@require_POST
@administrators
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """The provider with its key and its models; conversations stay as they are."""
    row = _own(pk)
    row.delete()
    messages.success(request, _("%(name)s is no longer connected.") % {"name": row.name})
    return redirect("connect")


def _own(pk: int) -> Provider:
    """A provider of this page; the environment's is changed in the environment."""
    row = _provider(pk)
    if row.from_environment:
        raise PermissionDenied
    return row


@require_POST
@administrators_async
async def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask one of the provider's models and show how the answer streams."""
    row = await sync_to_async(_provider)(pk)
    wanted = request.POST.get("model", "").replace("\0", "")
    model = await row.models.filter(pk=wanted).select_related("provider").afirst()
    question = request.POST.get("question", "")[:1000].strip() or "Hello"
    page = functools.partial(sync_to_async(_page), request, row, asked=model, question=question)
    if model is None:
        messages.error(request, _("Choose one of the models first."))
        return await page(status=422)
    try:
        target = model.target()
    except ApiError:
        messages.error(request, _("The stored key cannot be read any more. Enter it again."))
        return await page(status=422)
    return await trial_response(request, target, question, page)


def _how(error: Exception) -> str:
    """In words; what has none goes to the log as well."""
    if isinstance(error, ApiError):
        return _("The stored key cannot be read any more. Enter it again.")
    return words.told(error)
