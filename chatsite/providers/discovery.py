"""Which models a provider serves, as the table remembers it.

The environment's provider is asked in the background, the others when somebody connects them or asks again.
"""

import asyncio
import logging
import random
import threading
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import DatabaseError, connections, transaction

from chatsite.providers import probe
from chatsite.providers.environment import Environment, environment
from chatsite.providers.failures import failure
from chatsite.providers.models import DEFAULT, Model, Provider, Source, Target

log = logging.getLogger(__name__)
AGAIN_SECONDS = 600.0  # models are pulled and published while we run


def keep_up() -> None:
    """Keep the environment's models up to date, for as long as the process lives: to be run in a daemon thread.

    Several processes may do so at the same time. Returns when there is nothing to ask.
    """
    wait = 1.0
    _guarded(renew_secrets)
    while known := environment():
        wait = AGAIN_SECONDS if _guarded(partial(remember, known)) else min(wait * 2, AGAIN_SECONDS)
        if known.models:
            return
        _wait(wait * random.uniform(0.8, 1.2))


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


def _guarded(step: Callable[[], object]) -> bool:
    """One step; True if it went well. Nobody waits for it, so a failure is for the log."""
    try:
        step()
    except DatabaseError as error:  # another process was faster, or the database is away: the next round mends it
        log.info("Models were not noted: %s", type(error).__name__)
        return False
    except Exception as error:
        log.warning("The provider of OPENAI_BASE_URL did not tell its models: %s", failure(error).kind)
        return False
    else:
        return True
    finally:
        connections.close_all()


def remember(known: Environment) -> None:
    """Ask the environment's provider for its models, and note the answer."""
    keep(known, asyncio.run(find(known)))


async def find(known: Environment) -> probe.Listed:
    """What the environment's provider serves, or what CHATSITE_MODELS says. Raises like probe.listed."""
    if known.models:
        return probe.Listed(known.base_url, known.models, frozenset(known.models))
    found = await probe.listed(Target(DEFAULT, DEFAULT, known.base_url, known.api_key, known.proxy))
    if found.base_url != known.base_url:
        log.warning("OPENAI_BASE_URL should be %s", found.base_url)
    return found


@transaction.atomic
def keep(known: Environment, found: probe.Listed) -> Provider:
    """The environment's row, up to date."""
    provider, _ = Provider.objects.select_for_update().update_or_create(
        source=Source.ENVIRONMENT,
        defaults={"base_url": known.base_url, "name": known.name[:60], "enabled": True},
    )
    note(provider, found)
    return provider


def note(provider: Provider, found: probe.Listed) -> None:
    """Bring the provider's models in line with what it lists. What an administrator chose for a model stays.

    Call inside a transaction. A model that is gone takes its default flag with it.
    """
    have = {model.upstream_id: model for model in provider.models.all()}
    provider.models.exclude(upstream_id__in=found.names).exclude(by_hand=True).delete()
    taken = set(Model.objects.exclude(provider=provider).values_list("id", flat=True))
    new = [
        Model(
            id=_free(name, provider, taken),
            provider=provider,
            upstream_id=name,
            name=name[:100],
            enabled=name in found.offered,
            position=position,
        )
        for position, name in enumerate(found.names)
        if name not in have
    ]
    Model.objects.bulk_create(new)
    for position, name in enumerate(found.names):
        if name in have and have[name].position != position:
            provider.models.filter(upstream_id=name).update(position=position)


def _free(name: str, provider: Provider, taken: set[str]) -> str:
    """The provider's own name for the model, unless another provider's model bears it already."""
    return name if name not in taken and name != DEFAULT else f"{name}@{provider.pk}"


def add(provider: Provider, name: str) -> Model:
    """A model that the provider does not list. IntegrityError if it has one of this name."""
    taken = set(Model.objects.filter(id=name).exclude(provider=provider).values_list("id", flat=True))
    return Model.objects.create(
        id=_free(name, provider, taken),
        provider=provider,
        upstream_id=name,
        name=name[:100],
        position=provider.models.count(),
        by_hand=True,
    )


def renew_secrets() -> None:
    """Encrypt with today's SECRET_KEY what was encrypted with an older one, so that the older one can be forgotten."""
    if not settings.SECRET_KEY_FALLBACKS:
        return
    with transaction.atomic():
        for provider in Provider.objects.select_for_update():
            if provider.readable:
                provider.save(update_fields=["api_key", "proxy"])
