"""Who somebody is, and for whom somebody may act."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce

from tongban.rooms import crypto
from tongban.rooms.people import words
from tongban.rooms.people.models import Guardian, Identifier, Mandate, Person, Relation, Staff
from tongban.rooms.people.queries.views import (
    GuardianView,
    IdentifierView,
    MandateView,
    PersonView,
    Standing,
)
from tongban.rooms.questions import Question, ask
from tongban.rulebook import basis
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import tidy

_AGENCY = basis.unchecked("民法典 第一百六十五条")


def who_is(county: str, scheme: str, value: str, issuer: str = "") -> PersonView | None:
    """Return the person known by this number, following a merge; None when nobody is.  One query."""
    found = (
        Identifier.objects.filter(
            county=county,
            scheme=scheme,
            issuer=issuer,
            value_hash=crypto.keyed_hash(scheme, tidy(value)),
            withdrawn_at=None,
        )
        .select_related("person__merged_into")
        .first()
    )
    return None if found is None else _view(found.person.merged_into or found.person)


def person(person_id: UUID) -> PersonView:
    """Return a person, following a merge.  Raises ``Refused("person_unknown")``.  One query."""
    return ask(person_question(person_id))[0]


def person_question(person_id: UUID) -> Question[PersonView]:
    """Ask for a person as ``person`` does, together with something else."""
    columns = ("root.id", "root.county", "root.kind", "root.name", "root.born", "root.died", "root.independent_from")
    rest = f"{_ROOT} WHERE asked.id = %(person_id)s"
    return Question(columns, rest, {"person_id": person_id}, _known)


def persons_by_id(person_ids: Iterable[UUID]) -> dict[UUID, PersonView]:
    """Return persons by the ids asked for, each following a merge.  One query for any number."""
    rows = Person.objects.filter(id__in=list(person_ids)).select_related("merged_into")
    return {row.id: _view(row.merged_into or row) for row in rows}


def named(county: str, name: str, *, most: int = 100) -> tuple[PersonView, ...]:
    """Return the persons of exactly this name, oldest record first, ``most`` of them.  One query."""
    rows = Person.objects.filter(county=county, name=name.strip(), merged_into=None).order_by("id")
    return tuple(_view(row) for row in rows[:most])


def natural_persons(county: str, *, most: int) -> tuple[PersonView, ...]:
    """Return living persons of the county who are not its staff, oldest record first.  One query."""
    rows = Person.objects.filter(county=county, kind="natural", died=None, merged_into=None)
    rows = rows.exclude(id__in=Staff.objects.values("person_id")).order_by("id")
    return tuple(_view(row) for row in rows[:most])


def identifiers_of(person_id: UUID) -> tuple[IdentifierView, ...]:
    """Return the numbers in use of a person and of all records merged with hers, closed.  One query."""
    rows = Identifier.objects.filter(same_person("person", person_id), withdrawn_at=None).order_by("added_at", "id")
    return tuple(IdentifierView(row.id, row.scheme, row.issuer, row.tail) for row in rows)


def representative_of(organisation_id: UUID, day: date) -> PersonView | None:
    """Return who represents an organisation on ``day``, following a merge; None when nobody is known.  One query."""
    tie = (
        Relation.objects.filter(same_person("second", organisation_id), on_day(day), kind="represents")
        .select_related("first__merged_into")
        .order_by("-valid_from", "-id")
        .first()
    )
    return None if tie is None else _view(tie.first.merged_into or tie.first)


def number_hashes(person_id: UUID) -> frozenset[bytes]:
    """Return the keyed hashes of all numbers a person ever had here, withdrawn ones and merged records too.  One query.

    By these she is found again in logs that hold no number.
    """
    rows = Identifier.objects.filter(same_person("person", person_id)).values_list("value_hash", flat=True)
    return frozenset(bytes(row) for row in rows)


def tails_of(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the last four characters of each person's number in use, to tell namesakes apart.  One query."""
    wanted = list(person_ids)
    # Records first: an "or" over both tables would read every number of the county.
    records = Person.objects.filter(Q(id__in=wanted) | Q(merged_into__in=wanted)).values("id")
    rows = Identifier.objects.filter(person_id__in=records, withdrawn_at=None)
    found: dict[UUID, str] = {}
    for person_id, merged, tail in rows.order_by("added_at").values_list("person_id", "person__merged_into", "tail"):
        found.setdefault(merged or person_id, tail)
    return found


def phone_tail(person_id: UUID) -> str:
    """Return the last four figures of the phone on record, for her own eyes; empty: there is none.  One query."""
    sealed = Person.objects.filter(id=person_id).values_list("phone_sealed", flat=True).first()
    return crypto.open_text(bytes(sealed))[-4:] if sealed is not None else ""


def holder_of_phone(county: str, phone: str) -> tuple[PersonView, ...]:
    """Return the persons reached under this phone number.  One query."""
    wanted = crypto.keyed_hash("phone", words.check_phone(phone))
    rows = Person.objects.filter(county=county, phone_hash=wanted, merged_into=None).order_by("id")
    return tuple(_view(row) for row in rows)


def guardian_of(ward_id: UUID, day: date) -> tuple[GuardianView, ...]:
    """Return who acts for this person on ``day``; empty when nobody does.  One query."""
    rows = (
        Guardian.objects.filter(same_person("ward", ward_id), on_day(day))
        .select_related("guardian")
        .order_by("valid_from", "id")
    )
    return tuple(
        GuardianView(
            row.id, row.ward_id, row.guardian_id, row.guardian.name, row.ground, row.valid_from, row.valid_until
        )
        for row in rows
    )


def mandates_of(person_id: UUID) -> tuple[MandateView, ...]:
    """Return the mandates a person has given or received, newest first.  One query."""
    # A union and not an "or": so each half finds its rows through its own index.
    given = Mandate.objects.filter(same_person("principal", person_id))
    rows = given.union(Mandate.objects.filter(same_person("agent", person_id))).order_by("-id")
    return tuple(_mandate(row) for row in rows)


def mandates_to_check(
    county: str, day: date, *, sites: Sequence[UUID] | None = None, most: int = 50
) -> tuple[MandateView, ...]:
    """Return the mandates on paper that nobody has checked yet and that are not over, oldest first.  One query.

    ``sites``: only those handed in there; None: in all of the county.
    """
    rows = Mandate.objects.filter(county=county, confirmed_at=None, revoked_at=None, valid_until__gte=day)
    if sites is not None:
        rows = rows.filter(site_id__in=sites)
    return tuple(_mandate(row) for row in rows.order_by("id")[:most])


def mandate_for(principal: UUID, agent: UUID, item: str, day: date, *, power: str = "file") -> MandateView | None:
    """Return a mandate that lets ``agent`` use ``power`` in ``item`` on ``day``, or None.  One query."""
    return next((row for row in _between(principal, agent) if not _fault(row, item, day, power)), None)


def need_mandate(principal: UUID, agent: UUID, item: str, day: date, *, power: str = "file") -> MandateView:
    """Return the mandate, or refuse with the reason why the best one there is does not do.  One query."""
    faults = []
    for row in _between(principal, agent):
        fault = _fault(row, item, day, power)
        if fault is None:
            return row
        faults.append(fault)
    if not faults:
        raise Refused(
            "mandate_missing", "没有找到申请人对您的委托。请先由申请人在线委托，或上传签名的委托书。", _AGENCY
        )
    raise min(faults, key=lambda fault: _NEAREST.index(fault.code))


#: Of each person asked for: the person who answers for her, and whether she has a guardian.
Asked = Mapping[UUID, tuple[PersonView, bool]]


def those_asked(applicant_id: UUID, by_id: UUID | None, day: date) -> Question[Asked]:
    """Ask what ``standing`` must know of the applicant and of who acts for her, together with something else."""
    return Question((_STANDING,), _ASKED, {"applicant": applicant_id, "by": by_id or applicant_id, "day": day}, _asked)


def standing(applicant_id: UUID, by_id: UUID | None, item: str, day: date, asked: Asked | None = None) -> Standing:
    """Return in what capacity ``by_id`` (None: the applicant herself) files ``item`` for the applicant on ``day``.

    Raises ``Refused``: ``applicant_dead``, ``agent_dead``, ``child_alone``, ``ward_alone``, ``agent_minor``,
    ``not_the_guardian``, ``agent_needed`` (an organisation files through somebody), or a ``mandate_*`` code.
    One query for an adult filing for herself, at most three otherwise; one less with what ``those_asked`` has found.
    """
    found = ask(those_asked(applicant_id, by_id, day))[0] if asked is None else asked
    if {applicant_id, by_id or applicant_id} - found.keys():
        raise Refused("person_unknown", "系统中没有这个人或单位。请先登记。")
    applicant, guarded = found[applicant_id]
    by, _ = found[by_id or applicant_id]
    if applicant.died is not None and applicant.died <= day:
        raise Refused("applicant_dead", "申请人已登记死亡，不能再以其名义申请。有关事项请由继承人以自己的名义办理。")
    return _alone(applicant, guarded, day) if by.id == applicant.id else _for_another(applicant, guarded, by, item, day)


_TODAY = "%(day)s BETWEEN valid_from AND COALESCE(valid_until, 'infinity')"

#: One or two persons, each as the one who answers for her.
_STANDING = f"""json_agg(json_build_array(asked.id,
    EXISTS (
        SELECT 1 FROM people_person member JOIN people_guardian ON ward_id = member.id
        WHERE (member.id = root.id OR member.merged_into_id = root.id) AND {_TODAY}),
    root.id, root.county, root.kind, root.name, root.born, root.died, root.independent_from))"""
_ROOT = "FROM people_person asked JOIN people_person root ON root.id = COALESCE(asked.merged_into_id, asked.id)"
_ASKED = f"{_ROOT} WHERE asked.id IN (%(applicant)s, %(by)s)"

#: Which refusal to show when several mandates fail: the one that is nearest to being mended.
_NEAREST = (
    "mandate_unconfirmed",
    "mandate_other_power",
    "mandate_not_yet",
    "mandate_expired",
    "mandate_revoked",
    "mandate_other_item",
)


def _asked(row: Sequence[Any]) -> Asked:
    return {UUID(asked): (_person(*found), guarded) for asked, guarded, *found in row[0] or ()}


def _known(row: Sequence[Any]) -> PersonView:
    if row[0] is None:
        raise Refused("person_unknown", "系统中没有这个人或单位。请先登记。")
    return PersonView(*row)


def _person(id: str, county: str, kind: str, name: str, *days: str | None) -> PersonView:
    born, died, independent_from = (date.fromisoformat(day) if day else None for day in days)
    return PersonView(UUID(id), county, kind, name, born, died, independent_from)


def _alone(applicant: PersonView, guarded: bool, day: date) -> Standing:
    if applicant.kind != "natural":
        raise Refused("agent_needed", "单位申请要由法定代表人或受委托的人办理。请以经办人身份登录，并先取得单位委托。")
    if not _independent(applicant, day):
        if _minor(applicant, day):
            raise Refused("child_alone", "申请人未满十八周岁，不能独自申请。请由监护人登录后为其办理。", words.CAPACITY)
        if guarded:
            raise Refused("ward_alone", "申请人有监护人，不能独自申请。请由监护人为其办理。", words.CAPACITY)
    return Standing(applicant, applicant, "self", None)


def _for_another(applicant: PersonView, guarded: bool, by: PersonView, item: str, day: date) -> Standing:
    if by.died is not None and by.died <= day:
        raise Refused("agent_dead", "代办人已登记死亡。请由别的受托人办理。")
    if _minor(by, day) and not _independent(by, day):
        raise Refused("agent_minor", "代办人未满十八周岁，不能代办。请另请成年人办理。", words.CAPACITY)
    if applicant.kind == "natural":
        row = Guardian.objects.filter(
            same_person("ward", applicant.id), same_person("guardian", by.id), on_day(day)
        ).first()
        if row is not None:
            return Standing(applicant, by, "guardian", row.id)
    else:
        tie = Relation.objects.filter(
            same_person("first", by.id), same_person("second", applicant.id), on_day(day), kind="represents"
        ).first()
        if tie is not None:
            return Standing(applicant, by, "representative", tie.id)
    if (guarded or _minor(applicant, day)) and not _independent(applicant, day):
        raise Refused(
            "not_the_guardian", "申请人要由监护人代为办理，您不是登记的监护人。请由监护人办理。", words.CAPACITY
        )
    return Standing(applicant, by, "agent", need_mandate(applicant.id, by.id, item, day).id)


def _minor(who: PersonView, day: date) -> bool:
    return who.kind == "natural" and who.born is not None and day < words.birthday(who.born, 18)


def _independent(who: PersonView, day: date) -> bool:
    return who.independent_from is not None and who.independent_from <= day


def _between(principal: UUID, agent: UUID) -> tuple[MandateView, ...]:
    rows = Mandate.objects.filter(same_person("principal", principal), same_person("agent", agent)).order_by(
        "-valid_until", "-id"
    )
    return tuple(_mandate(row) for row in rows)


def _fault(row: MandateView, item: str, day: date, power: str) -> Refused | None:
    """Return why this mandate does not do, or None."""
    if row.revoked:
        return Refused("mandate_revoked", "申请人已撤回这份委托。请联系申请人重新委托。", _AGENCY)
    if "*" not in row.items and item not in row.items:
        return Refused("mandate_other_item", "现有委托不包括这个事项。请由申请人另行委托。", _AGENCY)
    if day > row.valid_until:
        return Refused(
            "mandate_expired", "委托已于 {valid_until} 到期。请由申请人重新委托。", _AGENCY, valid_until=row.valid_until
        )
    if day < row.valid_from:
        return Refused(
            "mandate_not_yet", "委托从 {valid_from} 起生效。请到那天再办理。", _AGENCY, valid_from=row.valid_from
        )
    if power not in row.powers:
        return Refused("mandate_other_power", "现有委托不包括这项权限。请由申请人补充委托。", _AGENCY)
    if not row.confirmed:
        return Refused("mandate_unconfirmed", "委托书还没有核对。请带委托书和双方证件到窗口核对后再办理。", _AGENCY)
    return None


def same_person(field: str, person_id: UUID) -> Q:
    """Return "this column is the person, or a record merged with hers"; ``person_id`` may be any of them."""
    root = Subquery(Person.objects.filter(id=person_id).values(root=Coalesce("merged_into", "id"))[:1])
    return Q(**{f"{field}__in": Person.objects.filter(Q(id=root) | Q(merged_into=root)).values("id")})


def on_day(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_until=None) | Q(valid_until__gte=day))


def _view(row: Person) -> PersonView:
    return PersonView(row.id, row.county, row.kind, row.name, row.born, row.died, row.independent_from)


def _mandate(row: Mandate) -> MandateView:
    return MandateView(
        row.id,
        row.principal_id,
        row.agent_id,
        tuple(row.items),
        tuple(row.powers),
        row.valid_from,
        row.valid_until,
        row.paper_file,
        row.confirmed_at is not None,
        row.revoked_at is not None,
    )
