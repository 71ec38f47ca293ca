"""The API's documentation says what each endpoint of this room does and answers."""

from typing import Any

import pytest

from chatsite.api import api

TAGS = {"conversations", "messages", "folders", "prompts"}
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method, operation in operations.items()
    if TAGS & set(operation.get("tags", [])) and path != "/api/data"
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_it_says_what_it_does_and_what_it_answers(operation: str) -> None:
    said = OPERATIONS[operation]
    assert said["description"]
    [(status, answer)] = said["responses"].items()
    assert status == 204 or "schema" in answer["content"]["application/json"]


def test_no_two_have_the_same_summary() -> None:
    summaries = [operation["summary"] for operation in OPERATIONS.values()]
    assert len(set(summaries)) == len(summaries)
