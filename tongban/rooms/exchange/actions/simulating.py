"""模拟对方: what a simulated system does by itself.  Refused outside a demo."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from tongban.rooms.exchange import simulated_side
from tongban.rooms.exchange.adapters import make_demo_key
from tongban.rooms.exchange.models import System
from tongban.rulebook.errors import Refused

__all__ = ["answer_as", "make_demo_key", "push_as", "tend_folders"]


def answer_as(
    county: str, code: str, *, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, Any]:
    """Answer an HTTP request as the system ``code`` would: status and JSON.

    Raises ``port.Down`` where it gives no answer at all, ``Refused("simulator_refused")`` outside a demo.
    """
    _need_demo()
    system = System.objects.filter(county=county, code=code).exclude(adapter="").first()
    if system is None:
        return 404, {"code": "not_found"}
    return simulated_side.answer(system, method, path, headers, body)


def push_as(county: str, code: str, send: Callable[[Mapping[str, Any]], bool]) -> int:
    """Let the system ``code`` tell of its cases by itself; ``send`` says whether a message was taken."""
    _need_demo()
    system = System.objects.filter(county=county, code=code).exclude(adapter="").first()
    if system is None:
        raise Refused("system_unknown", "没有名为“{code}”的模拟系统。请先登记。", code=code)
    return simulated_side.push(system, send)


def tend_folders() -> int:
    """Come for the files of every system that exchanges files; returns how many cases were picked up."""
    _need_demo()
    return simulated_side.tend_folders()


def _need_demo() -> None:
    if not settings.TONGBAN_DEMO:
        raise Refused("simulator_refused", "正式运行时不能模拟对方系统。请由对方自己的系统应答。")
