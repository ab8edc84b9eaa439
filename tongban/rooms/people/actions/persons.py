"""How persons come in, gain numbers and ties, and are found to be one."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.rooms import clock, crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import words
from tongban.rooms.people.models import Guardian, Identifier, Merge, Person, Relation
from tongban.rulebook.errors import Refused

#: scheme, value, country of issue (passports only).
Number = tuple[str, str, str]

_RELATIONS = ("spouse", "parent", "sibling", "kin", "close", "represents")
_GROUNDS = ("parent", "appointed", "court", "will")
_MERGE_GROUNDS = ("same_identifier", "same_papers", "own_statement")


@transaction.atomic
def register_person(
    name: str,
    *,
    county: str,
    actor: str,
    identifiers: Sequence[Number] = (),
    born: date | None = None,
    died: date | None = None,
    phone: str = "",
) -> UUID:
    """Register a natural person; her date of birth is taken from the citizen id when there is one.

    Raises ``Refused`` for a bad name, number, phone or date, and ``identifier_taken`` when a number is in use.
    """
    today = clock.today()
    checked = [(scheme, *words.check_identifier(scheme, value, issuer, today)) for scheme, value, issuer in identifiers]
    for scheme, _, _, birth in checked:
        if scheme == "credit_code":
            raise Refused(
                "identifier_of_organisation", "自然人没有统一社会信用代码。请改用居民身份证、护照或港澳台证件。"
            )
        if birth is not None and born is not None and birth != born:
            raise Refused("born_differs", "出生日期与身份证号码中的不一致。请按身份证核对后重新填写。")
        born = birth or born
    words.check_life(born, died, today)
    person = _new_person("natural", name, county, phone, born=born, died=died)
    for scheme, value, issuer, _ in checked:
        _add(person, scheme, value, issuer)
    body = {"kind": "natural", "schemes": [scheme for scheme, *_ in checked]}
    ledger.record("person", person.id, "register_person", actor, body, county=county, new=True)
    return person.id


@transaction.atomic
def register_organisation(
    name: str,
    *,
    county: str,
    actor: str,
    credit_code: str,
    kind: str = "legal",
    representative: UUID | None = None,
    phone: str = "",
) -> UUID:
    """Register a legal person or organisation (``legal``) or a public body (``agency``) by its credit code."""
    if kind not in {"legal", "agency"}:
        raise Refused("organisation_kind", "单位只能登记为法人和其他组织，或行政机关。请重新选择。")
    value, _, _ = words.check_identifier("credit_code", credit_code, "", clock.today())
    organisation = _new_person(kind, name, county, phone)
    _add(organisation, "credit_code", value, "")
    body = {"kind": kind, "schemes": ["credit_code"]}
    ledger.record("person", organisation.id, "register_organisation", actor, body, county=county, new=True)
    if representative is not None:
        declare_relation(representative, organisation.id, kind="represents", actor=actor)
    return organisation.id


@transaction.atomic
def add_identifier(person_id: UUID, scheme: str, value: str, *, actor: str, issuer: str = "") -> UUID:
    """Add a number to a person who is known already."""
    person = open_person(person_id, lock=True)
    value, issuer, birth = words.check_identifier(scheme, value, issuer, clock.today())
    if (scheme == "credit_code") == (person.kind == "natural"):
        raise Refused("identifier_of_other_kind", "自然人用身份证件，单位用统一社会信用代码。请核对证件种类。")
    if birth is not None and person.born is not None and birth != person.born:
        raise Refused("born_differs", "身份证号码中的出生日期与登记的不一致。请核对是不是同一个人。")
    if scheme in {"citizen_id", "credit_code"} and _has(person.id, scheme):
        raise _second(scheme)
    if birth is not None and person.born is None:
        person.born = birth
        person.save(update_fields=["born"])
    made = _add(person, scheme, value, issuer)
    ledger.record(
        "person", person.id, "add_identifier", actor, {"scheme": scheme, "identifier": made.id}, county=person.county
    )
    return made.id


@transaction.atomic
def withdraw_identifier(identifier_id: UUID, *, actor: str) -> None:
    """Take a number out of use: wrongly entered, or replaced by a new one.  It stays in the records."""
    identifier = Identifier.objects.select_for_update().filter(id=identifier_id, withdrawn_at=None).first()
    if identifier is None:
        raise Refused("identifier_unknown", "找不到这条在用的证件记录，可能已经停用。请刷新后再看。")
    identifier.withdrawn_at = clock.now()
    identifier.save(update_fields=["withdrawn_at"])
    body = {"scheme": identifier.scheme, "identifier": identifier.id}
    ledger.record("person", identifier.person_id, "withdraw_identifier", actor, body, county=identifier.county)


@transaction.atomic
def note_death(person_id: UUID, died: date, *, actor: str) -> None:
    """Note that a person has died: nobody acts for her any more, and she files no more."""
    person = open_person(person_id, lock=True)
    _natural(person)
    words.check_life(person.born, died, clock.today())
    person.died = died
    person.save(update_fields=["died"])
    ledger.record("person", person.id, "note_death", actor, {"died": died}, county=person.county)


@transaction.atomic
def note_independent(person_id: UUID, since: date, *, actor: str, paper: str) -> None:
    """Note that somebody of sixteen or seventeen lives on own labour and so acts alone."""
    person = open_person(person_id, lock=True)
    _natural(person)
    if not paper.strip():
        raise Refused("paper_missing", "请写明以自己的劳动收入为主要生活来源的证明材料编号。", words.CAPACITY)
    if person.born is None or since < words.birthday(person.born, 16):
        raise Refused("independent_too_young", "年满十六周岁才适用这一规定。请由监护人代为办理。", words.CAPACITY)
    person.independent_from = since
    person.save(update_fields=["independent_from"])
    body = {"since": since, "paper": crypto.digest(paper)}
    ledger.record("person", person.id, "note_independent", actor, body, county=person.county)


@transaction.atomic
def declare_relation(
    first: UUID, second: UUID, *, kind: str, actor: str, valid_from: date | None = None, valid_until: date | None = None
) -> UUID:
    """Declare a tie for 回避.  ``parent``: first is the parent; ``represents``: first stands for the organisation."""
    if kind not in _RELATIONS:
        raise Refused(
            "relation_kind", "不认识这种关系。可选：配偶、父母子女、兄弟姐妹、其他近亲属、其他利害关系、法定代表人。"
        )
    begins = valid_from or clock.today()
    words.check_range(begins, valid_until)
    one, other = open_person(first), open_person(second)
    if one.id == other.id:
        raise Refused("relation_to_oneself", "关系的双方是同一个人。请重新选择另一方。")
    if kind == "represents":
        if one.kind != "natural" or other.kind == "natural":
            raise Refused("representative_kind", "法定代表人应是自然人，被代表的应是单位。请核对先后次序。")
    elif kind != "close" and (one.kind, other.kind) != ("natural", "natural"):
        raise Refused("relation_of_natural", "亲属关系只存在于自然人之间。请核对双方。")
    try:
        with transaction.atomic():
            made = Relation.objects.create(
                county=one.county, first=one, second=other, kind=kind, valid_from=begins, valid_until=valid_until
            )
    except IntegrityError as error:
        raise Refused("relation_known", "这一关系已经登记，不必重复登记。") from error
    body = {"relation": made.id, "kind": kind, "second": other.id}
    ledger.record("person", one.id, "declare_relation", actor, body, county=one.county)
    return made.id


@transaction.atomic
def end_relation(relation_id: UUID, *, on: date, actor: str) -> None:
    """A tie ends on this last day: a divorce, another representative."""
    relation = Relation.objects.select_for_update().filter(id=relation_id, valid_until=None).first()
    if relation is None:
        raise Refused("relation_unknown", "找不到这条仍有效的关系记录。请刷新后再看。")
    words.check_range(relation.valid_from, on)
    relation.valid_until = on
    relation.save(update_fields=["valid_until"])
    body = {"relation": relation.id, "until": on}
    ledger.record("person", relation.first_id, "end_relation", actor, body, county=relation.county)


@transaction.atomic
def appoint_guardian(
    ward: UUID,
    guardian: UUID,
    *,
    ground: str,
    actor: str,
    valid_from: date | None = None,
    valid_until: date | None = None,
    paper: str = "",
) -> UUID:
    """Enter who acts for a ward.  A parent's guardianship ends by itself the day before the child is eighteen."""
    if ground not in _GROUNDS:
        raise Refused("guardian_ground", "监护依据只能是父母、指定、法院判决或遗嘱。请重新选择。")
    child, adult = open_person(ward), open_person(guardian)
    if child.id == adult.id:
        raise Refused("guardian_of_oneself", "监护人和被监护人是同一个人。请重新选择。")
    if child.kind != "natural":
        raise Refused("ward_kind", "被监护人应是自然人。请重新选择。")
    begins = valid_from or clock.today()
    if adult.died is not None or is_minor(adult, begins):
        raise Refused("guardian_unable", "监护人应是在世的成年人。请另选监护人。", words.CAPACITY)
    if ground == "parent":
        if child.born is None:
            raise Refused("ward_birth_unknown", "没有被监护人的出生日期，算不出监护到哪一天。请先补登出生日期。")
        last = words.birthday(child.born, 18) - timedelta(days=1)
        if last < begins:
            raise Refused("ward_of_age", "被监护人已年满十八周岁，不再由父母当然监护。", words.CAPACITY)
        valid_until = min(valid_until or last, last)
    words.check_range(begins, valid_until)
    overlapping = Guardian.objects.filter(ward=child, guardian=adult, valid_from__lte=valid_until or date.max)
    if any(row.valid_until is None or row.valid_until >= begins for row in overlapping):
        raise Refused("guardian_known", "这位监护人已经登记，不必重复登记。")
    made = Guardian.objects.create(
        county=child.county,
        ward=child,
        guardian=adult,
        ground=ground,
        paper=paper,
        valid_from=begins,
        valid_until=valid_until,
    )
    body = {"guardian": adult.id, "row": made.id, "ground": ground, "until": valid_until}
    ledger.record("person", child.id, "appoint_guardian", actor, body, county=child.county)
    return made.id


@transaction.atomic
def end_guardianship(row_id: UUID, *, on: date, actor: str) -> None:
    """A guardianship ends on this last day."""
    row = Guardian.objects.select_for_update().filter(id=row_id).first()
    if row is None or (row.valid_until is not None and row.valid_until <= on):
        raise Refused("guardian_unknown", "找不到这条仍有效的监护记录。请刷新后再看。")
    words.check_range(row.valid_from, on)
    row.valid_until = on
    row.save(update_fields=["valid_until"])
    ledger.record("person", row.ward_id, "end_guardianship", actor, {"row": row.id, "until": on}, county=row.county)


@transaction.atomic
def merge(kept: UUID, gone: UUID, *, ground: str, actor: str) -> UUID:
    """Two records are one person: from now on ``gone`` answers as ``kept``.  Nothing is moved, so it can be undone."""
    if ground not in _MERGE_GROUNDS:
        raise Refused("merge_ground", "合并要写明依据：同一证件、同一材料或本人声明。请重新选择。")
    if kept == gone:
        raise Refused("merge_with_itself", "要合并的两条记录是同一条。请重新选择。")
    found = {row.id: row for row in Person.objects.select_for_update().filter(id__in=[kept, gone]).order_by("id")}
    if len(found) != 2:
        raise Refused("person_unknown", "找不到要合并的记录。请重新查找。")
    one, other = found[kept], found[gone]
    if one.merged_into_id is not None or other.merged_into_id is not None:
        raise Refused("already_merged", "其中一条记录已经并入别的记录。请先查看合并记录，必要时先撤销。")
    if one.kind != other.kind or one.county != other.county:
        raise Refused("merge_kinds_differ", "两条记录的种类或所在县不同，不会是同一主体。请核对。")
    if one.born and other.born and one.born != other.born:
        raise Refused("merge_born_differs", "两条记录的出生日期不同。请先核实并更正其中一条。")
    numbers = Identifier.objects.filter(person_id__in=_group([kept, gone]), withdrawn_at=None)
    schemes = list(numbers.filter(scheme__in=["citizen_id", "credit_code"]).values_list("scheme", flat=True))
    if len(schemes) != len(set(schemes)):
        raise Refused(
            "merge_two_numbers", "两条记录各有一个在用的身份证号码或信用代码，不会是同一主体。请先停用登记错误的号码。"
        )
    made = Merge.objects.create(
        county=one.county, kept=one, gone=other, ground=ground, merged_at=clock.now(), merged_by=actor
    )
    Person.objects.filter(id__in=_group([gone])).update(merged_into=one)
    body = {"merge": made.id, "kept": kept, "gone": gone, "ground": ground}
    ledger.record("person", kept, "merge", actor, body, county=one.county)
    ledger.record("person", gone, "merged_away", actor, body, county=one.county)
    return made.id


@transaction.atomic
def unmerge(merge_id: UUID, *, actor: str) -> None:
    """Undo a merge: both records answer for themselves again, with whatever had been merged into each before."""
    row = Merge.objects.select_for_update().filter(id=merge_id).first()
    if row is None or row.undone_at is not None:
        raise Refused("merge_unknown", "找不到这次合并，或已经撤销。请刷新后再看。")
    row.undone_at, row.undone_by = clock.now(), actor
    row.save(update_fields=["undone_at", "undone_by"])
    freed = _below(row.gone_id, row.county)
    Person.objects.filter(id=row.gone_id).update(merged_into=None)
    Person.objects.filter(id__in=freed).update(merged_into=row.gone_id)
    body = {"merge": row.id, "kept": row.kept_id, "gone": row.gone_id}
    ledger.record("person", row.kept_id, "unmerge", actor, body, county=row.county)
    ledger.record("person", row.gone_id, "set_apart", actor, body, county=row.county)


def reveal(person_id: UUID, *, who: str, purpose: str) -> dict[str, str]:
    """Return a person's numbers and phone in plain, by scheme and ``phone``.  The read is logged with its purpose."""
    if not purpose.strip():
        raise Refused("purpose_missing", "查看证件号码和电话要写明用途。请补充后再查看。")
    person = open_person(person_id)
    with transaction.atomic():
        ledger.log_access(who, "person", person.id, purpose)
    rows = Identifier.objects.filter(person_id__in=_group([person.id]), withdrawn_at=None).order_by("added_at", "id")
    plain = {row.scheme: crypto.open_text(bytes(row.value_sealed)) for row in rows}
    if person.phone_sealed is not None:
        plain["phone"] = crypto.open_text(bytes(person.phone_sealed))
    return plain


@transaction.atomic
def note_phone(person_id: UUID, phone: str, *, actor: str) -> None:
    """登记手机号: staff who have seen her papers note by which phone a person is reached; the same again is nothing.

    From then on whoever holds this phone may register her account, so it is never noted on a word over the net.
    Raises ``Refused``: ``phone_shape``, ``person_unknown``.
    """
    wanted = words.check_phone(phone)
    person = open_person(person_id, lock=True)
    hashed = crypto.keyed_hash("phone", wanted)
    if person.phone_hash is not None and bytes(person.phone_hash) == hashed:
        return
    person.phone_sealed, person.phone_hash = crypto.seal_text(wanted), hashed
    person.save(update_fields=["phone_sealed", "phone_hash"])
    ledger.record("person", person.id, "note_phone", actor, {"phone": crypto.digest(wanted)}, county=person.county)


def open_person(person_id: UUID, *, lock: bool = False) -> Person:
    """Return the row that answers for this person, following a merge.  Raises ``Refused("person_unknown")``."""
    rows = Person.objects.select_for_update(of=("self",)) if lock else Person.objects
    found = rows.filter(id=person_id).first()
    if found is not None and found.merged_into_id is not None:
        found = rows.get(id=found.merged_into_id)
    if found is None:
        raise Refused("person_unknown", "系统中没有这个人或单位。请先登记。")
    return found


def is_minor(person: Person, day: date) -> bool:
    """Tell whether a natural person is known to be under eighteen on ``day``."""
    return person.born is not None and day < words.birthday(person.born, 18)


def _natural(person: Person) -> None:
    if person.kind != "natural":
        raise Refused("not_a_natural_person", "这是一个单位，不是自然人。请重新选择。")


def _new_person(
    kind: str, name: str, county: str, phone: str, *, born: date | None = None, died: date | None = None
) -> Person:
    phone = words.check_phone(phone) if phone else ""
    return Person.objects.create(
        county=words.check_county(county),
        kind=kind,
        name=words.check_name(name),
        born=born,
        died=died,
        phone_sealed=crypto.seal_text(phone) if phone else None,
        phone_hash=crypto.keyed_hash("phone", phone) if phone else None,
        registered_at=clock.now(),
    )


def _add(person: Person, scheme: str, value: str, issuer: str) -> Identifier:
    try:
        with transaction.atomic():
            return Identifier.objects.create(
                county=person.county,
                person=person,
                scheme=scheme,
                issuer=issuer,
                value_sealed=crypto.seal_text(value),
                value_hash=crypto.keyed_hash(scheme, value),
                tail=value[-4:],
                added_at=clock.now(),
            )
    except IntegrityError as error:
        if "identifier_one_of_its_kind" in str(error):
            raise _second(scheme) from error
        raise Refused(
            "identifier_taken",
            "这个{scheme_label}已经登记过。请用它直接登录或查找，不要重复登记；如被冒用，请到窗口核实。",
            scheme_label=words.SCHEME_LABELS[scheme],
        ) from error


def _has(root: UUID, scheme: str) -> bool:
    """Tell whether the person, or a record merged into her, has a number of this kind in use."""
    return Identifier.objects.filter(person_id__in=_group([root]), scheme=scheme, withdrawn_at=None).exists()


def _second(scheme: str) -> Refused:
    label = words.SCHEME_LABELS[scheme]
    return Refused("identifier_second", "这个主体已有在用的{label}。请先停用旧号码再登记新号码。", label=label)


def _group(roots: Iterable[UUID]) -> list[UUID]:
    """Return these persons and all who are merged into them."""
    roots = list(roots)
    return [*roots, *Person.objects.filter(merged_into__in=roots).values_list("id", flat=True)]


def _below(top: UUID, county: str) -> list[UUID]:
    """Return all that the standing merges put, directly or not, into ``top``."""
    pairs = Merge.objects.filter(county=county, undone_at=None).values_list("kept_id", "gone_id")
    children: dict[UUID, list[UUID]] = {}
    for kept, gone in pairs:
        children.setdefault(kept, []).append(gone)
    found: list[UUID] = []
    waiting = [top]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found
