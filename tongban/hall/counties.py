"""Several counties, each with a database, keys and files of its own: who they are and how a process becomes one's.

A process belongs to one county for as long as it lives.  What it keeps in memory (powers, catalogue, keys, prepared
statements) can therefore never be another county's; ``docs/decisions/0018`` says why.  ``TONGBAN_COUNTIES`` holds the
counties, as JSON or as the path of a file with it::

    {"990127": {"hosts": ["a.example.cn"], "database": "postgresql://…", "owner": "postgresql://…"},
     "990128": {"hosts": ["b.example.cn"], "papers": "papers.b.example.cn", "state": "/srv/tongban/990128",
                "web": "10.0.0.8:8000"}}

``papers`` is its TONGBAN_PAPERS_HOST, ``database`` what DATABASE_URL is for one county, ``owner`` DATABASE_OWNER_URL;
without these two the county has an embedded server in its state folder.  ``state`` is its TONGBAN_STATE, by default
``counties/CODE`` in the one of this place.  ``web`` is where its web server runs when that is another machine.
``environment`` adds any other setting.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongban.hall import state
from tongban.rulebook.errors import Refused

#: Settings that counties of one machine may share.  All others (address, keys, files, archive …) are a county's own or
#: are absent: a setting that is new tomorrow is shared by nobody until it stands here.
_SHARED = frozenset(
    (
        *(
            "TONGBAN_DB_PROFILE",
            "TONGBAN_DEBUG",
            "TONGBAN_DEMO",
            "TONGBAN_FILE_LIMIT",
            "TONGBAN_FSYNC",
            "TONGBAN_HTTPS",
        ),
        *("TONGBAN_LOG", "TONGBAN_STATIC", "TONGBAN_VENV", "PG_BINDIR"),
    )
)
_OURS = ("TONGBAN_", "DATABASE_", "PROMETHEUS_", "PG")
_KNOWN = {"hosts", "papers", "database", "owner", "state", "web", "environment"}
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Place:
    """One county and what is its own."""

    #: Six digits of its division.
    code: str
    #: Lower case, without port.
    hosts: tuple[str, ...]
    #: Of files and documents, the same way; empty: the first of ``hosts`` gives them out as well.
    papers: str
    #: URL of the application's login; empty: the embedded server in the state folder.
    database: str
    owner: str
    state: str
    #: ``host:port`` of a web server that somebody else runs; empty: it is started here.
    web: str
    more: Mapping[str, str] = field(default_factory=dict)

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a process of this county; nothing of ``base`` that is another's is left in it."""
        kept = {name: value for name, value in base.items() if _may_stay(name)}
        own = {"TONGBAN_STATE": self.state, "TONGBAN_COUNTY": self.code, "DATABASE_URL": self.database}
        own |= {"DATABASE_OWNER_URL": self.owner, "TONGBAN_PAPERS_HOST": self.papers}
        own["TONGBAN_HOSTS"] = ",".join((*self.hosts, "localhost", "127.0.0.1", "[::1]"))
        if self.hosts:
            own["TONGBAN_VERIFY_PAGE"] = f"https://{self.hosts[0]}/verify"
        return kept | {name: value for name, value in own.items() if value} | dict(self.more)


def places() -> dict[str, Place]:
    """Return the counties by code, empty where this place serves one county only.

    Raises ``Refused("counties_wrong")`` where the setting cannot be read or two counties would share something.
    """
    given = os.environ.get("TONGBAN_COUNTIES", "").strip()
    if not given:
        return {}
    try:
        told = json.loads(given if given.startswith("{") else Path(given).read_text(encoding="utf-8"))
        found = {code: _place(code, one) for code, one in told.items()}
    except (OSError, ValueError, AttributeError, TypeError) as wrong:
        raise _wrong(f"读不懂（{wrong}）") from None
    _keep_apart(found)
    return found


def place(code: str) -> Place:
    """Return one county.  Raises ``Refused("county_unknown")``."""
    known = places()
    if code not in known:
        there = "、".join(known) or "一个也没有"
        raise Refused("county_unknown", f"TONGBAN_COUNTIES 里没有县 {code[:20]}。现有：{there}。")
    return known[code]


def become(code: str) -> None:
    """Make this process, and those it starts, this county's.  Before anything of Django is imported."""
    own = place(code).environment(os.environ)
    for name in [name for name in os.environ if not _may_stay(name)]:
        del os.environ[name]
    os.environ.update(own)


def by_host(known: Mapping[str, Place]) -> dict[str, str]:
    """Return the code of the county for each host name."""
    return {host: one.code for one in known.values() for host in _names(one)}


def _names(one: Place) -> tuple[str, ...]:
    return (*one.hosts, one.papers) if one.papers else one.hosts


def _may_stay(name: str) -> bool:
    return name in _SHARED or not name.startswith(_OURS)


def _place(code: str, told: Any) -> Place:
    if not re.fullmatch(r"\d{6}", code):
        raise ValueError(f"县的代码 {code} 应为六位数字")
    one: dict[str, Any] = {"database": told} if isinstance(told, str) else dict(told)
    if unknown := set(one) - _KNOWN:
        raise ValueError(f"县 {code} 有不认识的项 {'、'.join(sorted(unknown))}")
    hosts = tuple(str(host).lower() for host in one.get("hosts", ()))
    papers = str(one.get("papers", "")).lower()
    if bad := [host for host in (*hosts, *filter(None, [papers])) if not _HOST.fullmatch(host)]:
        raise ValueError(f"县 {code} 的域名 {bad[0]} 不对，写主机名，不带端口")
    more = {str(name): str(value) for name, value in one.get("environment", {}).items()}
    if owned := set(more) & {"DATABASE_URL", "DATABASE_OWNER_URL", "TONGBAN_STATE", "TONGBAN_COUNTIES"}:
        raise ValueError(f"县 {code} 的 environment 里不写 {'、'.join(sorted(owned))}")
    home = str(one.get("state") or state.folder() / "counties" / code)
    database, owner, web = (str(one.get(name, "")) for name in ("database", "owner", "web"))
    return Place(code, hosts, papers, database, owner, home, web, more)


def _keep_apart(found: Mapping[str, Place]) -> None:
    """No two counties may share a host name, a database or a state folder."""
    for what, values in (
        ("域名", [host for one in found.values() for host in _names(one)]),
        ("数据库", [one.database for one in found.values() if one.database]),
        ("状态目录", [str(Path(one.state).resolve()) for one in found.values()]),
        *(
            (name, [one.more[name] for one in found.values() if name in one.more])
            for name in ("TONGBAN_KEYS", "TONGBAN_FILES", "TONGBAN_WAL", "PROMETHEUS_MULTIPROC_DIR")
        ),
    ):
        if twice := sorted({value for value in values if values.count(value) > 1}):
            told = "" if what == "数据库" else f"（{twice[0]}）"
            raise _wrong(f"两个县用了同一个{what}{told}")


def _wrong(reason: str) -> Refused:
    return Refused("counties_wrong", f"TONGBAN_COUNTIES {reason}。请改正；写法见 docs/decisions/0018。")
