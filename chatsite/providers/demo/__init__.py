"""The provider that answers while no other is connected, and says so.

It is spoken to like any other, over the same SDK client: only the transport below that client is another
(transport.py). What it says is in answers.py and texts/.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BASE_URL = "http://demo.invalid/v1"  # .invalid never resolves (RFC 2606): without the transport nothing is reached


@dataclass(frozen=True, slots=True)
class DemoModel:
    """`pace` is deltas per second, `delay` the seconds before the first."""

    id: str
    name: str | Promise
    description: str | Promise
    pace: float = 50
    delay: float = 0.3
    reasons: bool = False


MODELS = (
    DemoModel("demo", _("Demo"), _("Shows what answers look like here. Ask it what this site can do.")),
    DemoModel("demo-slow", _("Demo, slow"), _("Thinks long, writes slowly: try Stop, or reload the page."), 5, 3),
    DemoModel("demo-long", _("Demo, long"), _("Thousands of words: try scrolling, and leaving and coming back.")),
    DemoModel("demo-reasoning", _("Demo, reasoning"), _("Shows its reasoning before it answers."), reasons=True),
    DemoModel("demo-failing", _("Demo, failing"), _("Fails half-way, on purpose: try Continue and Try again.")),
)
