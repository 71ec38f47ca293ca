"""Rows by hand are the rows of the ORM."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from uuid_utils.compat import uuid7

from chatsite import sql
from chatsite.accounts.models import ApiKey, User
from chatsite.conversations.models import Conversation, Message, Role
from chatsite.generation.models import Generation
from chatsite.providers.models import Model as Served
from chatsite.providers.models import Provider

pytestmark = pytest.mark.django_db


def told(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def rows() -> list[Model]:
    """One of each that is written or read by hand, not yet saved; those before it are what it stands on."""
    user = User(email="alice@example.org", name="爱丽丝", is_superuser=True)
    key = ApiKey(user=user, name="laptop", prefix="sk-1234567", digest="d" * 64, scopes=["chat", "read"])
    mine = Provider(pk=1, name="Mine", base_url="http://localhost:1/v1", api_key="sk-secret")
    served = Served(id="big", provider=mine, upstream_id="b", name="Big", params={"temperature": 0.2, "stop": ["x"]})
    talk = Conversation(owner=user, title="it's 100 %", updated=timezone.now())
    asked = Message(conversation=talk, role=Role.USER, content="\\ ' \" % 你好")
    answer = Message(conversation=talk, parent=asked, role=Role.ASSISTANT, error={"code": 50201}, usage={"x": 1})
    generation = Generation(message=answer, user=user, worker_id=uuid7(), model="big", created=timezone.now())
    return [user, key, mine, served, talk, asked, answer, generation]


def test_what_is_created_by_hand_is_read_alike_by_hand_and_by_the_orm() -> None:
    for row in rows():
        sql.create(row)
        model, table = type(row), row._meta.db_table
        pk = row._meta.pk.get_db_prep_value(row.pk, connection)
        found = sql.first(model, f"SELECT {sql.columns(model, 't')} FROM {table} t WHERE t.id = %s", [pk])
        assert found
        assert told(found) == told(model._base_manager.get(pk=row.pk)) == told(row)
        assert not found._state.adding
        found.refresh_from_db()


def test_no_row_is_none() -> None:
    none = f"SELECT {sql.columns(User, 'u')} FROM {User._meta.db_table} u WHERE u.id = %s"
    assert sql.first(User, none, [sql.key(uuid7())]) is None
    assert sql.pair(User, User, none, [sql.key(uuid7())]) is None


def test_a_row_made_by_hand_is_saved_like_any_other() -> None:
    user = User(email="alice@example.org")
    sql.create(user)
    user.name = "Alice"
    user.save()
    assert User.objects.get().name == "Alice"
