"""Errors a client is told: JSON `{"code", "msg"}`, where the first three digits of `code` are the HTTP status."""

from django.http import JsonResponse


class ApiError(Exception):
    """Something the caller did or must know. `code` is stable (README, "Errors"), `msg` is for a person."""

    def __init__(self, code: int, msg: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(msg)
        self.code, self.msg, self.headers = code, msg, headers or {}

    @property
    def status(self) -> int:
        return self.code // 100

    def response(self) -> JsonResponse:
        return JsonResponse({"code": self.code, "msg": self.msg}, status=self.status, headers=self.headers)


def unstorable() -> ApiError:
    """The database is away, locked or full."""
    return ApiError(50301, "Nothing can be stored or read at the moment. Try again soon.", headers={"Retry-After": "5"})


def not_found() -> ApiError:
    """The same answer for what is somebody else's and for what does not exist."""
    return ApiError(40401, "There is nothing here, or it is not yours.")
