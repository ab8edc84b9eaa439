"""Who may see and do what, read from where it is decided: guards of addresses, scopes of the API, tables of steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

from tongban.doors.api.asking import Gate
from tongban.doors.guards import Guard
from tongban.doors.visiting import Visitor
from tongban.hall import state
from tongban.rooms.people.queries import Actor, SignedIn
from tongban.rulebook.authority import LABELS, Power
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import POST_LABELS, POWER_OF

PAGE = state.ROOT / "docs" / "rights.md"


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody at the door, as the county usually sets her up."""

    code: str
    label: str
    #: Powers of her post; of citizens and of nobody: none.
    powers: frozenset[Power] = frozenset()
    #: The post of 示例县 that has exactly these powers; empty: no member of staff.
    post: str = ""
    #: The citizen of 示例县 who is one.
    person: str = ""


def _staff(code: str, label: str, post: str, *powers: Power) -> Role:
    return Role(code, label, frozenset(powers), post)


_P = Power
ROLES = (
    Role("nobody", "未登录"),
    Role("citizen", "办事人", person="林示例"),
    Role("agent", "代办人", person="代示例"),
    _staff("village", "村级代办员", "village-001001-agent", _P.RECEIVE, _P.ACCEPT, _P.DECIDE, _P.SEAL, _P.DELIVER),
    _staff("clerk", "窗口", "window-1", _P.RECEIVE, _P.ACCEPT, _P.DECIDE, _P.SEAL),
    _staff("exit", "出件", "exit", _P.DELIVER),
    _staff("reviewer", "审查", "scjg-reviewer", _P.EXAMINE),
    _staff("decider", "决定", "scjg-chief", _P.DECIDE, _P.SEAL),
    _staff("head", "行政机关负责人", "scjg-head", _P.EXTEND),
    _staff("supervisor", "监察", "jcs-officer", _P.ACCEPT, _P.EXAMINE, _P.SUPERVISE),
    _staff("editor", "事项编制", "editor", _P.EDIT),
    _staff("system", "系统管理员", "system-officer", _P.SYSTEM),
    _staff("security", "安全管理员", "security-officer", _P.SECURITY),
    _staff("audit", "审计管理员", "audit-officer", _P.AUDIT),
)


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the site."""

    #: As it is written, e.g. ``watch/cases/<uuid:case_id>/``.
    pattern: str
    #: Name by which pages lead there.
    name: str
    guard: object
    #: Argument -> converter (``uuid``, ``slug``, ``int``, ``str`` …).
    arguments: dict[str, str]

    @property
    def is_api(self) -> bool:
        """Whether a token is asked for and not a sign-in."""
        return isinstance(self.guard, Gate)


def addresses() -> Iterator[Address]:
    """Yield every address, in the order in which they are tried."""
    yield from _below(get_resolver().url_patterns, "", {})


def passes(guard: object, role: Role) -> bool | None:
    """Return whether the guard lets somebody of this role pass; None: it is no guard of roles."""
    if not isinstance(guard, Guard):
        return None
    return guard.passes is None or guard.passes(_visitor(role))


def written() -> str:
    """Return ``docs/rights.md`` as it has to be."""
    return "\n".join([*_head(), *_pages(), *_api(), *_steps()]) + "\n"


_HEAD = """# Who may see and do what

Written by `./run rights` from the guards of the pages, the scopes of the API and the tables of steps;
`./run rights --check` and a test fail when it is stale. Nothing is allowed that does not stand here, and
`tests/doors/test_rights.py` walks every address as each role, `test_rights_by_post.py` sends every form,
`test_rights_by_token.py` asks every operation of the API: who may not gets the refusal, and nothing changes.

A guard looks at the powers of a post as a whole. Whether *this* case, person or paper is hers to see, the rooms ask
again: a citizen sees her own matters and those of whom she may act for; staff see a case when their post has a power
over its item at its place (`casework/queries/seeing.py`); to everybody else it does not exist.

## Roles

A post has powers by written orders (职权); these are the usual ones.
"""


def _head() -> list[str]:
    lines = [_HEAD, "| role | 岗位 | powers |", "|---|---|---|"]
    for role in ROLES:
        powers = "、".join(LABELS[power] for power in Power if power in role.powers)
        lines.append(f"| {role.code} | {role.label} | {powers or '—'} |")
    return lines


def _pages() -> list[str]:
    codes = [role.code for role in ROLES]
    lines = ["\n## Pages\n", "✓: the guard lets pass; ·: a page with the reason; → to the sign-in.\n"]
    lines += [f"| address | who | {' | '.join(codes)} |", f"|---|---|{'---|' * len(codes)}"]
    for one in addresses():
        if one.is_api:
            continue
        marks = [_mark(passes(one.guard, role), role) for role in ROLES]
        label = getattr(one.guard, "label", type(one.guard).__name__)
        lines.append(f"| `/{one.pattern}` | {label} | {' | '.join(marks)} |")
    return lines


def _mark(may: bool | None, role: Role) -> str:
    if may is None:
        return "demo"
    return "✓" if may else "→" if role.code == "nobody" else "·"


def _api() -> list[str]:
    lines = [
        "\n## The API\n",
        "A token acts for one member of staff in one post, one person, or one system; it needs the scope named here.\n",
    ]
    lines += ["| address | method | scope | changes |", "|---|---|---|---|"]
    for one in addresses():
        if isinstance(one.guard, Gate):
            for method, needs in sorted(one.guard.operations.items()):
                scope = "none: open" if needs.scope is None else needs.scope or "any token"
                lines.append(f"| `/{one.pattern}` | {method} | {scope} | {'✓' if needs.changes else ''} |")
    return lines


def _steps() -> list[str]:
    lines = [
        "\n## Steps\n",
        "Who takes which step of which kind of case. A member of staff needs the power over the item.\n",
    ]
    lines += ["| kind | step | 步骤 | who | power | basis |", "|---|---|---|---|---|---|"]
    for kind in KINDS.values():
        for step in kind.steps:
            posts = [post for post in POST_LABELS if post in step.by]
            who = "、".join(POST_LABELS[post] for post in posts)
            powers = "、".join(LABELS[Power(POWER_OF[post])] for post in posts if post in POWER_OF)
            lines.append(f"| {kind.code} | {step.name} | {step.label} | {who} | {powers or '—'} | {step.basis} |")
    return lines


def _below(parts: Sequence[URLPattern | URLResolver], before: str, known: dict[str, str]) -> Iterator[Address]:
    for part in parts:
        pattern = part.pattern
        converters = getattr(pattern, "converters", {})
        arguments = known | {
            name: type(one).__name__.removesuffix("Converter").lower() for name, one in converters.items()
        }
        whole = before + str(pattern)
        if isinstance(part, URLPattern):
            yield Address(whole, part.name or "", getattr(part.callback, "guard", None), arguments)
        else:
            yield from _below(part.url_patterns, whole, arguments)


@cache
def _visitor(role: Role) -> Visitor:
    """Return a visitor of this role, as far as guards look."""
    nil = UUID(int=0)
    if role.post:
        signed = SignedIn(nil, nil, "", None, nil, nil, "", False, "")
        actor = Actor(nil, "", nil, "", nil, role.post, role.label, nil, "", nil, "")
        return Visitor("", signed, actor, role.powers)
    if role.person:
        return Visitor("", SignedIn(nil, nil, "", nil, None, None, "", False, ""))
    return Visitor("")
