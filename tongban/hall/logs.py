"""Logs: one JSON object a line, without personal data.

Only ids, codes, counts and durations are logged.  What looks like an identity number or a mobile number is
masked all the same, because an error of a library may quote what it was given.  Of an address only the route is said.
"""

import re
from typing import Any

import structlog

#: Runs of 11 to 18 digits, the last perhaps X: mobile numbers, citizen ids, card numbers.
_NUMBERS = re.compile(r"(?<![0-9A-Za-z-])\d{11,17}[\dXx]?(?![0-9A-Za-z-])")


def mask(text: str) -> str:
    """Return ``text`` with anything like a personal number shortened to its last two characters."""
    return _NUMBERS.sub(lambda found: "*" * (len(found[0]) - 2) + found[0][-2:], text)


def _masked(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: mask(value) if isinstance(value, str) else value for key, value in event.items()}


def _by_route(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Say the route where Django says the address (``Not Found: /…``): an address may hold a number or a name."""
    record, said = event["_record"], event.pop("positional_args")
    if hasattr(record, "request") and isinstance(said, tuple) and said:
        # Django quotes the address as the last of what it says, whatever the message.
        event["event"] = record.msg % (*said[:-1], route_of(record.request))
    return event


def route_of(request: Any) -> str:
    """Return the pattern an address fits, without its values; a dash for one that fits none."""
    match = getattr(request, "resolver_match", None)
    return match.route if match else "-"


def configuration(level: str) -> dict[str, Any]:
    """Return Django's LOGGING, and set structlog up to go the same way."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _masked,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*shared, _by_route],
                "pass_foreign_args": True,
                "processors": last,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "tongban": {"level": level},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }
