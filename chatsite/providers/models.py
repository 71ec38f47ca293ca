"""Providers, their models, and the way from a model's id to everything upstream needs to ask it."""

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chatsite import sql
from chatsite.errors import ApiError
from chatsite.providers import demo
from chatsite.providers.environment import Environment, environment
from chatsite.providers.secret import SecretField

# Of a provider's name for a model: with "@" and the provider's number it fits the 200 characters that a message has.
MAX_NAME = 180
DEFAULT = "default"  # the id that means "the site's default", in every place where a model's id may stand


@dataclass(frozen=True, slots=True)
class Target:
    """All that upstream needs to ask one model, free of the database: made by `resolve` inside a transaction."""

    model: str  # the id our users see and the wire carries
    upstream_model: str
    base_url: str
    api_key: str = field(repr=False)
    proxy: str = field(default="", repr=False)  # may hold a password
    defaults: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """A model a user may choose, as GET /api/models tells it."""

    id: str
    name: str
    provider: str
    description: str = ""
    demo: bool = False
    default: bool = False
    capabilities: tuple[str, ...] = ()


class Source(models.TextChoices):
    """Where a provider's address and key are kept."""

    PAGE = "page", _("Connected here")
    ENVIRONMENT = "env", _("From the environment")


class Provider(models.Model):
    """An OpenAI-compatible API. What takes part is decided in `Models.offered`, not by the row's existence.

    The row of the environment's provider (at most one) is only the memory of what it was found to serve: address and
    key are read from the environment, and its row counts for nothing while the environment says something else.
    """

    name = models.CharField(_("Name"), max_length=60)
    source = models.CharField(max_length=4, choices=Source, default=Source.PAGE)
    base_url = models.CharField(_("Address (base URL)"), max_length=500)
    api_key = SecretField(_("API key"), blank=True, default="")
    proxy = SecretField(_("Outbound proxy"), blank=True, default="")
    enabled = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source"], condition=Q(source="env"), name="one_environment"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def from_environment(self) -> bool:
        return self.source == Source.ENVIRONMENT

    @property
    def readable(self) -> bool:
        """False when a secret was stored under a SECRET_KEY that is no longer known."""
        return self.api_key is not None and self.proxy is not None

    def target(self, model: str = DEFAULT, upstream_model: str = "", defaults: dict[str, Any] | None = None) -> Target:
        """How to ask this provider. ApiError 50204 when its key cannot be read any more."""
        known = environment() if self.from_environment else None
        if known:
            return Target(model, upstream_model, known.base_url, known.api_key, known.proxy, defaults or {})
        if self.api_key is None or self.proxy is None:
            raise ApiError(50204, "The key of this model's provider cannot be read. An administrator has to enter it.")
        return Target(model, upstream_model, self.base_url, self.api_key, self.proxy, defaults or {})


class Models(models.QuerySet["Model"]):
    """Ways to look at models."""

    def offered(self) -> "Models":
        """What users may choose now: the site's default first, then the environment's, then the rest."""
        known = environment()
        part = Q(provider__source=Source.PAGE)
        if known:
            part |= Q(provider__source=Source.ENVIRONMENT, provider__base_url=known.base_url)
        rows = self.filter(part, enabled=True, provider__enabled=True).select_related("provider")
        return rows.order_by("-default", "provider__source", "provider_id", "position", "id")

    def chosen(self, wanted: str) -> "Model | None":
        """Of `offered` the one of that id, or the first for ""; by hand, as every start of an answer asks it."""
        known = environment()
        found = sql.pair(
            Model,
            Provider,
            f"""SELECT {sql.columns(Model, "m")}, {sql.columns(Provider, "p")}
                FROM {Model._meta.db_table} m JOIN {Provider._meta.db_table} p ON p.id = m.provider_id
                WHERE {"m.id = %s AND" if wanted else ""} m.enabled AND p.enabled
                AND (p.source = %s OR p.source = %s AND p.base_url = %s)
                ORDER BY m."default" DESC, p.source, m.provider_id, m.position, m.id LIMIT 1""",
            [*filter(None, [wanted]), Source.PAGE, Source.ENVIRONMENT, known.base_url if known else None],
        )
        if found is None:
            return None
        model, provider = found
        model.provider = provider
        return model

    def untold(self, known: Environment) -> bool:
        """True until the environment's provider has been asked for its models for the first time."""
        return not self.filter(provider__source=Source.ENVIRONMENT, provider__base_url=known.base_url).exists()


class Model(models.Model):
    """One model of a provider. `id` is unique on the site; `upstream_id` is what its provider calls it."""

    id = models.CharField(primary_key=True, max_length=220)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="models")
    upstream_id = models.CharField(max_length=200)
    name = models.CharField(max_length=100)
    enabled = models.BooleanField(default=True)
    default = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    by_hand = models.BooleanField(default=False)  # its provider does not list it: it stays until somebody removes it
    params = models.JSONField(default=dict, blank=True)  # sent with every request, unless the request says otherwise

    objects = Models.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "upstream_id"], name="model_once_per_provider"),
            models.UniqueConstraint(fields=["default"], condition=Q(default=True), name="one_default_model"),
        ]

    def __str__(self) -> str:
        return self.name

    def target(self) -> Target:
        """How to ask this model."""
        return self.provider.target(self.id, self.upstream_id, self.params)


def resolve(user_id: UUID, model: str | None) -> Target:
    """The target for a model id (None or "default": the site's default); one query for a model that there is.

    ApiError 42203 for a model this user may not use, which is the same as one that does not exist.
    """
    wanted = "" if model in (None, DEFAULT) else str(model)
    if row := Model.objects.chosen(wanted):
        return row.target()
    target = None if wanted and Model.objects.offered().exists() else _without_rows(wanted)
    if target is None and not wanted and (row := Model.objects.chosen("")):  # told by its provider between two looks
        return row.target()
    if target is None:
        raise ApiError(42203, "There is no such model here, or you may not use it. GET /api/models lists yours.")
    return target


def _without_rows(wanted: str) -> Target | None:
    """Nothing is on offer from the tables: the environment before it was asked, else the demo."""
    known = environment()
    if known is None:
        return _demo_target(wanted)
    names = known.known if Model.objects.untold(known) else ()
    if not names or wanted not in ("", *names):
        return None
    name = wanted or names[0]
    return Target(name, name, known.base_url, known.api_key, known.proxy)


def _demo_target(wanted: str) -> Target | None:
    found = next((model for model in demo.MODELS if wanted in ("", model.id)), None)
    return Target(found.id, found.id, demo.BASE_URL, "") if found else None


def offered(user_id: UUID) -> list[Offer]:
    """What this user may choose from, the default first; never empty unless an administrator switched all off."""
    rows = list(Model.objects.offered())
    if rows:
        return [Offer(row.id, row.name, row.provider.name, default=nth == 0) for nth, row in enumerate(rows)]
    known = environment()
    if known is None:
        return [_demo_offer(model) for model in demo.MODELS]
    names = known.known if Model.objects.untold(known) else ()
    return [Offer(name, name, known.name, default=nth == 0) for nth, name in enumerate(names)]


def _demo_offer(model: demo.DemoModel) -> Offer:
    capabilities = ("reasoning",) if model.reasons else ()
    first = model is demo.MODELS[0]
    return Offer(model.id, str(model.name), "chatsite", str(model.description), True, first, capabilities)


def demonstrating() -> bool:
    """True while no provider is connected, so that the demo answers."""
    return environment() is None and not Model.objects.offered().exists()
