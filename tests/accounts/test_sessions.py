"""Sessions that are over."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from chatsite.accounts import sessions
from chatsite.accounts.models import User
from tests.accounts.browser import Browser


@pytest.mark.django_db(transaction=True)
def test_what_is_over_is_forgotten_and_what_is_not_stays(alice: User) -> None:
    over, open_one = Browser(alice), Browser(alice)
    key = over.cookies["chatsite_session"].value
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    sessions.forget_expired()
    assert Session.objects.get().pk == open_one.cookies["chatsite_session"].value
