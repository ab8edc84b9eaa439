"""How the API says no: always JSON, always ``code``, ``message`` and ``basis``, whatever went wrong."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from tongban.rulebook.basis import Basis
from tongban.rulebook.errors import Refused

log = structlog.get_logger(__name__)


class BasisOut(Schema):
    """依据。"""

    kind: str = Field(description="law 法律法规规章；document 文件；local 本地政策；design 设计")
    text: str
    source: str
    verified: bool = Field(description="false：待核")


class Fault(Schema):
    """请求中不合格式的一处。"""

    where: str
    what: str


class Error(Schema):
    """不能办理时的回答。"""

    code: str = Field(description="稳定的代码，供程序判断")
    message: str = Field(description="一句话，说明原因和下一步怎么办")
    basis: BasisOut | None = Field(description="依据；没有的为 null")
    faults: list[Fault] = Field(default=[], description="请求格式不对时，逐处列出")


#: Codes whose status their ending does not tell.
_STATUS = {
    "token_missing": 401,
    "token_wrong": 401,
    "token_revoked": 401,
    "token_expired": 401,
    "signature_wrong": 401,
    "signature_stale": 401,
    "key_missing_header": 400,
    "body_unreadable": 400,
    "cursor_wrong": 400,
    "too_large": 413,
    "file_too_large": 413,
    "piece_too_large": 413,
    "media_type": 415,
    "method_not_allowed": 405,
    "too_many": 429,
    "disk_full": 503,
    "disk_trouble": 503,
    "unknown_step": 404,
    "case_erased": 410,
}
_FORBIDDEN = frozenset(
    (
        *("scope_missing", "wrong_post", "must_withdraw", "not_yours", "other_county", "post_not_held"),
        *("post_missing", "not_the_applicant", "not_that_party", "rater_not_person", "for_staff", "for_persons"),
        *("for_systems", "other_system", "not_the_owner", "share_not_approved", "share_expired", "field_not_approved"),
        *("not_shared", "not_at_window", "url_not_allowed", "licence_other_holder"),
    )
)
#: What is named by the address of a request; of anything else that is unknown the body is wrong.
_FOUND_BY_ADDRESS = frozenset(
    f"{one}_unknown"
    for one in (
        *("case", "item", "licence", "document", "upload", "ticket", "seat", "session", "window", "site", "mandate"),
        *("figure", "subscription", "progress", "address", "system", "rating", "county"),
        *("resource", "request", "difference", "withheld"),
    )
)
_CONFLICT = frozenset(
    (
        *("wrong_state", "moved_meanwhile", "key_reused", "ticket_moved", "session_full", "window_busy", "other_draft"),
        "journal_away",
        *("upload_gap", "upload_unfinished", "session_closed", "session_over", "session_began", "seat_settled"),
        *("request_settled", "difference_settled", "withheld_ended"),
        *("hall_closed", "window_closed", "message_changed", "mandate_expired", "identifier_taken"),
    )
)

_SENTENCES = {
    400: ("bad_request", "请求看不懂。请核对写法后重新提交。"),
    401: ("token_missing", "需要令牌。请在 Authorization 请求头中写 Bearer 加空格加令牌。"),
    403: ("forbidden", "不允许这样操作。"),
    404: ("address_unknown", "没有这个地址。请对照 /api/v1/openapi.json。"),
    405: ("method_not_allowed", "这个地址不能用这种请求方法。请对照 /api/v1/openapi.json。"),
    413: ("too_large", "请求内容太大。请分段上传。"),
    415: ("media_type", "请求内容的类型不对。请对照 /api/v1/openapi.json 改正 Content-Type。"),
    422: ("request_invalid", "请求内容有不合要求的地方，见 faults。请逐处改正后重新提交。"),
    429: ("too_many", "请求太频繁。请按 Retry-After 的秒数等一会儿再试。"),
    500: ("trouble", "系统出了故障，刚才的操作没有完成。请稍后用同一个请求编号再试。"),
}


def status_of(code: str) -> int:
    """Return the HTTP status of a refusal."""
    if code in _STATUS:
        return _STATUS[code]
    if code in _FORBIDDEN or code.startswith("authority_"):
        return 403
    if code in _FOUND_BY_ADDRESS:
        return 404
    if code in _CONFLICT or code.endswith("_already"):
        return 409
    return 422


def refused(no: Refused) -> HttpResponse:
    """Return a refusal of the rooms."""
    return answer(status_of(no.code), no.code, no.sentence, no.basis)


def plain(status: int) -> HttpResponse:
    """Return the answer to what goes wrong before anything is asked of a room."""
    code, sentence = _SENTENCES.get(status, _SENTENCES[400 if status < 500 else 500])
    return answer(status, code, sentence)


def answer(
    status: int, code: str, message: str, basis: Basis | None = None, faults: Sequence[Mapping[str, str]] = ()
) -> HttpResponse:
    """Return an error as JSON."""
    body: dict[str, Any] = {"code": code, "message": message, "basis": told(basis), "faults": list(faults)}
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type="application/json; charset=utf-8"
    )


def told(basis: Basis | None) -> Any:
    """Return a basis as the API shows it: the fields of ``BasisOut``, or None."""
    if basis is None:
        return None
    return {"kind": str(basis.kind), "text": basis.text, "source": basis.source, "verified": basis.verified}


def in_trouble(request: HttpRequest, wrong: Exception) -> HttpResponse:
    """Return the answer to what nobody foresaw; the log has the rest."""
    # The request's own line says the route.
    log.exception("api_trouble", method=request.method, exc_info=wrong)
    return plain(500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is refused before any door: in JSON where the API was meant, else as Django does."""
    return plain(400) if request.path.startswith("/api/") else defaults.bad_request(request, exception)


def handle(api: NinjaAPI) -> None:
    """Let every exception inside an operation end here."""
    answers: dict[type[Exception], Callable[[Any], HttpResponse]] = {
        Refused: refused,
        ValidationError: _invalid,
        HttpError: lambda wrong: plain(wrong.status_code),
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, _by(answer))
    api.add_exception_handler(Http404, lambda request, wrong: plain(404))
    api.add_exception_handler(RequestDataTooBig, lambda request, wrong: plain(413))
    api.add_exception_handler(SuspiciousOperation, lambda request, wrong: plain(400))
    api.add_exception_handler(Exception, lambda request, wrong: in_trouble(request, cast("Exception", wrong)))


def _by(answer: Callable[[Any], HttpResponse]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, wrong: answer(wrong)


def _invalid(wrong: ValidationError) -> HttpResponse:
    faults = [{"where": ".".join(map(str, one["loc"])), "what": _what(one)} for one in wrong.errors]
    code, sentence = _SENTENCES[422]
    return answer(422, code, sentence, faults=faults)


def _what(fault: Mapping[str, Any]) -> str:
    known = _FAULTS.get(str(fault["type"]))
    # The value itself is not repeated: it may be somebody's number.
    return known.format(**fault.get("ctx", {})) if known else str(fault["msg"])


_FAULTS = {
    "missing": "没有填",
    "extra_forbidden": "没有这一项",
    "string_type": "要写文字",
    "string_too_short": "至少要 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "格式不对，应符合 {pattern}",
    "int_parsing": "要写整数",
    "int_type": "要写整数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "uuid_parsing": "编号格式不对",
    "date_from_datetime_parsing": "日期要写成 2026-10-13",
    "date_parsing": "日期要写成 2026-10-13",
    "bool_parsing": "只能是 true 或 false",
    "bool_type": "只能是 true 或 false",
    "literal_error": "只能是 {expected}",
    "list_type": "要写成列表",
    "dict_type": "要写成对象",
}
