"""What went wrong with a provider, for an administrator: a sentence that says what happened and what to do."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from chatsite.providers.failures import Failure, Kind, failure
from chatsite.providers.probe import BrokenOff, NotTheApi

NO_MODELS = gettext_lazy("The provider answers, but it has no chat models to offer. Make one available there first.")

_NOT_THE_API = gettext_noop(
    "Something answers at this address, but not with an OpenAI-compatible API. Most addresses end in /v1."
)
_WORDS = {
    Kind.KEY: gettext_noop("The provider does not accept this key. Copy it again; it may also have been revoked."),
    Kind.FORBIDDEN: gettext_noop("The provider knows this key but does not allow it this, or refuses your region."),
    Kind.RATE: gettext_noop("The provider answers “too many requests”. Wait, or look at the account's credit."),
    Kind.NOT_FOUND: gettext_noop("The provider knows no such address or model (404). Check the end of the address."),
    Kind.REFUSED: gettext_noop("Nobody listens at this address. Is the server running, and is the port right?"),
    Kind.DNS: gettext_noop("There is no host of this name. Check the spelling, or the name service of this server."),
    Kind.TIMEOUT: gettext_noop("No connection came about. A firewall may be in between; an outbound proxy may help."),
    Kind.IDLE: gettext_noop("The provider took the request and then said nothing for too long."),
    Kind.DROPPED: gettext_noop("The provider closed the connection in the middle."),
    Kind.TLS: gettext_noop(
        "No secure connection: the certificate is not trusted, or the address needs http instead of https."
    ),
    Kind.PROXY: gettext_noop("The outbound proxy cannot be reached or refuses. Check its address, user and password."),
    Kind.NOT_HTTP: _NOT_THE_API,
    Kind.OTHER: gettext_noop("It failed in a way this page has no words for. The log of this server says more."),
}


def told(error: Exception) -> str:
    """The sentence for an exception of probe.py, in the current language, with the provider's own words behind it."""
    if isinstance(error, NotTheApi):
        return _(_NOT_THE_API)
    if isinstance(error, BrokenOff):
        return _with(_("The provider broke off its answer."), str(error)[:300])
    found = failure(error)
    return _with(_sentence(found), found.said)


def _sentence(found: Failure) -> str:
    if found.kind is not Kind.STATUS:
        return _(_WORDS[found.kind])
    status = found.status or 0
    for fits, words in _STATUS_WORDS:
        if fits(status):
            return _(words) % {"status": status}
    return _(_WORDS[Kind.OTHER])


_STATUS_WORDS: list[tuple[Callable[[int], bool], str]] = [
    (lambda status: status == 402, gettext_noop("The account at the provider is out of credit (402).")),
    (
        lambda status: status < 400,
        gettext_noop("The address leads on to another one (%(status)d). Enter the one it leads to."),
    ),
    (lambda status: status < 500, gettext_noop("The provider refuses the request (%(status)d).")),
    (lambda status: True, gettext_noop("The provider has trouble of its own (%(status)d). Try again later.")),
]


def _with(sentence: str, said: str) -> str:
    return f"{sentence} {_('It says:')} {said}" if said else sentence
