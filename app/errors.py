"""Errors of the API: each is a class with its HTTP status and the page that explains it."""

from typing import Any, ClassVar

import orjson

PROBLEM_JSON = "application/problem+json"


class AppError(Exception):
    """A refusal that is told to the client as RFC 9457 problem details.

    `detail` and `detail_zh` are one sentence each; `errors` lists the places:
    `in` (query, path), `name`, `value`, `reason`, `suggestion`, `allowed`.
    """

    status: ClassVar[int] = 500
    type: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Internal error"
    title_zh: ClassVar[str] = "服务内部出错"

    def __init__(
        self,
        detail: str,
        detail_zh: str,
        errors: list[dict[str, Any]] | None = None,
        **more: Any,
    ):
        super().__init__(detail)
        self.detail = detail
        self.detail_zh = detail_zh
        self.errors = errors or []
        self.more = more
        """Members that this kind of problem has beside the usual ones."""


class MalformedRequest(AppError):
    """What arrived is no HTTP request that can be read."""

    status = 400
    type = "malformed-request"
    title = "Malformed request"
    title_zh = "请求格式有误"


class UnknownParameter(AppError):
    """The request has a parameter that this address does not have."""

    status = 422
    type = "unknown-parameter"
    title = "Unknown parameter"
    title_zh = "没有这个参数"


class InvalidValue(AppError):
    """A parameter has a value that it cannot have."""

    status = 422
    type = "invalid-value"
    title = "Invalid value"
    title_zh = "参数值无效"


class NotFound(AppError):
    """Nothing stands at this address, or the code never existed."""

    status = 404
    type = "not-found"
    title = "Not found"
    title_zh = "没有找到"


class Withdrawn(AppError):
    """The code was published and is closed; the answer names the last release that shows it."""

    status = 410
    type = "withdrawn"
    title = "Withdrawn"
    title_zh = "已撤回"


class NotAcceptable(AppError):
    """The service does not write the form that is asked for; `allowed` lists those it does."""

    status = 406
    type = "not-acceptable"
    title = "Not acceptable"
    title_zh = "没有这种格式"


class AddressTooLong(AppError):
    """The address is longer than any question needs."""

    status = 414
    type = "address-too-long"
    title = "Address too long"
    title_zh = "地址过长"


class HeadersTooLarge(AppError):
    """The headers of the request are longer than any client needs."""

    status = 431
    type = "headers-too-large"
    title = "Headers too large"
    title_zh = "请求头过大"


class MethodNotAllowed(AppError):
    """The address is there, the method is not."""

    status = 405
    type = "method-not-allowed"
    title = "Method not allowed"
    title_zh = "不支持这个请求方法"


class DatabaseUnavailable(AppError):
    """The database does not answer for now."""

    status = 503
    type = "database-unavailable"
    title = "Database unavailable"
    title_zh = "数据库暂时不可用"


class InternalError(AppError):
    """A fault of ours; the log has the details."""


def problem(error: AppError, instance: str) -> bytes:
    """The body of the answer to a refused request."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.type}",
        "title": error.title,
        "title_zh": error.title_zh,
        "status": error.status,
        "detail": error.detail,
        "detail_zh": error.detail_zh,
        "instance": instance,
    }
    if error.errors:
        body["errors"] = error.errors
    return orjson.dumps(body | error.more)


def all_problems() -> list[type[AppError]]:
    """Every kind of problem that the service tells, in the order of their status."""
    return sorted(AppError.__subclasses__(), key=lambda kind: kind.status)
