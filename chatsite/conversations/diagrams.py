"""The page inside which diagrams are drawn: what a model wrote is drawn where it can reach nothing of ours."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

# The sandbox gives it an origin of its own, without cookies and storage, also when it is opened by itself.
POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-scripts"],
}


@xframe_options_sameorigin
@csp(POLICY)
def diagram(request: HttpRequest) -> HttpResponse:
    """An empty page that draws what it is told by postMessage, and answers how high that is."""
    return render(request, "diagram.html")
