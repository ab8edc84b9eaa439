"""Registering, identifying, relating and merging persons."""

import threading
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.rooms.people.sample import COUNTY, TODAY, citizen, firm_code
from tongban.rooms.ids import uuid7
from tongban.rooms.people import actions, queries
from tongban.rooms.people.models import Guardian, Identifier, Person, Relation
from tongban.rulebook.errors import Refused

BORN = date(1979, 11, 23)


def _register(name="测试甲", identifiers=(), **rest):
    return actions.register_person(name, county=COUNTY, actor="house", identifiers=identifiers, **rest)


def _journal(subject):
    with connection.cursor() as cursor:
        cursor.execute("SELECT step, body::text FROM ledger_entry WHERE subject_id = %s ORDER BY seq", [subject])
        return cursor.fetchall()


def test_person_is_found_by_her_number_however_it_is_typed(clock_held):
    number = citizen(BORN, 5)
    made = _register("荀𫖮测", [("citizen_id", number, "")])

    found = queries.who_is(COUNTY, "citizen_id", f" {number[:6]} {number[6:].lower()} ")

    assert found == queries.PersonView(made, COUNTY, "natural", "荀𫖮测", BORN, None, None)
    assert queries.who_is(COUNTY, "citizen_id", citizen(BORN, 6)) is None
    assert queries.who_is("990128", "citizen_id", number) is None


@pytest.mark.parametrize("name", ["荀𫖮测", "䶮示例", "堃喆示", "Jean EXEMPLE", "买买提·示例", "\U00031350示"])
def test_name_with_rare_characters_is_kept_as_it_is(clock_held, name):
    made = _register(name)
    assert queries.person(made).name == name
    assert queries.named(COUNTY, name) == (queries.person(made),)


def test_number_and_phone_lie_sealed_in_the_table_and_never_in_the_journal(clock_held):
    number = citizen(BORN, 5)
    made = _register(identifiers=[("citizen_id", number, "")], phone="10000000001")

    row = Identifier.objects.get(person_id=made)
    person = Person.objects.get(id=made)
    for column in (row.value_sealed, row.value_hash, person.phone_sealed, person.phone_hash):
        assert number.encode() not in bytes(column)
        assert b"10000000001" not in bytes(column)
    assert row.tail == number[-4:]
    ((step, body),) = _journal(made)
    assert step == "register_person"
    assert number not in body
    assert "测试甲" not in body
    assert "10000000001" not in body


def test_revealing_numbers_is_logged_with_its_purpose(clock_held):
    number = citizen(BORN, 5)
    made = _register(identifiers=[("citizen_id", number, "")], phone="10000000001")

    plain = actions.reveal(made, who="staff:T001", purpose="核对身份")

    assert plain == {"citizen_id": number, "phone": "10000000001"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT who, subject_kind, purpose FROM ledger_access WHERE subject_id = %s", [made])
        assert cursor.fetchall() == [("staff:T001", "person", "核对身份")]


def test_revealing_without_a_purpose_is_refused_and_reads_nothing(adult):
    with pytest.raises(Refused) as no:
        actions.reveal(adult, who="staff:T001", purpose=" ")
    assert no.value.code == "purpose_missing"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_access")
        assert cursor.fetchone() == (0,)


def test_foreigner_by_passport_is_an_ordinary_case(clock_held):
    made = _register("Jean EXEMPLE", [("passport", "99test001", "FRA")], born=date(1985, 7, 14))
    assert queries.who_is(COUNTY, "passport", "99TEST001", "FRA") == queries.person(made)
    assert queries.who_is(COUNTY, "passport", "99TEST001", "DEU") is None
    assert queries.standing(made, None, "elderly-card", TODAY).capacity == "self"


@pytest.mark.parametrize("number", ["H00000000", "M00000000", "00000000", "810000199001010009"])
def test_resident_of_hmt_is_registered_or_told_what_is_wrong(clock_held, number):
    # The last is a residence permit: it has a check character, and this one does not hold.
    if len(number) == 18:
        with pytest.raises(Refused) as no:
            _register(identifiers=[("hmt", number, "")])
        assert no.value.code == "citizen_id_check"
    else:
        made = _register(identifiers=[("hmt", number, "")])
        assert queries.who_is(COUNTY, "hmt", number).id == made


BAD_PERSONS = [
    ("name_missing", {"name": "  "}),
    ("name_too_long", {"name": "示" * 201}),
    ("name_unreadable", {"name": "王\ufffd例"}),
    ("name_unreadable", {"name": "王\n例"}),
    ("name_private_character", {"name": "王\ue001例"}),
    ("citizen_id_check", {"identifiers": [("citizen_id", "370827199003078882", "")]}),
    ("citizen_id_birth", {"identifiers": [("citizen_id", "370827199002300011", "")]}),
    ("citizen_id_future", {"identifiers": [("citizen_id", citizen(date(2026, 3, 3), 1), "")]}),
    ("passport_issuer", {"identifiers": [("passport", "99TEST001", "")]}),
    ("certificate_form", {"identifiers": [("passport", "9?", "FRA")]}),
    ("identifier_scheme", {"identifiers": [("driver", "1", "")]}),
    ("identifier_of_organisation", {"identifiers": [("credit_code", firm_code(2), "")]}),
    ("born_differs", {"identifiers": [("citizen_id", citizen(BORN, 1), "")], "born": date(1979, 11, 24)}),
    ("born_in_future", {"born": date(2026, 3, 3)}),
    ("died_in_future", {"died": date(2026, 3, 3)}),
    ("died_before_birth", {"born": date(1950, 1, 1), "died": date(1949, 12, 31)}),
    ("phone_format", {"phone": "没有"}),
]


@pytest.mark.parametrize(("code", "given"), BAD_PERSONS)
def test_bad_person_is_refused_with_a_sentence_and_nothing_is_written(clock_held, code, given):
    with pytest.raises(Refused) as no:
        _register(**given)
    assert no.value.code == code
    assert no.value.sentence.endswith("。")
    assert Person.objects.count() == 0
    assert Identifier.objects.count() == 0


def test_bad_county_is_refused(clock_held):
    with pytest.raises(Refused) as no:
        actions.register_person("测试甲", county="99012", actor="house")
    assert no.value.code == "county_code"


def test_number_in_use_is_refused_until_withdrawn(adult, clock_held):
    number = citizen(date(1988, 5, 6), 1)
    with pytest.raises(Refused) as no:
        _register("冒用示例", [("citizen_id", number, "")])
    assert no.value.code == "identifier_taken"
    assert queries.named(COUNTY, "冒用示例") == ()

    (mine,) = queries.identifiers_of(adult)
    actions.withdraw_identifier(mine.id, actor="house")

    again = _register("林示例", [("citizen_id", number, "")])
    assert queries.who_is(COUNTY, "citizen_id", number).id == again
    with pytest.raises(Refused) as no:
        actions.withdraw_identifier(mine.id, actor="house")
    assert no.value.code == "identifier_unknown"


def test_second_citizen_id_is_refused_and_a_passport_is_added(adult):
    with pytest.raises(Refused) as no:
        actions.add_identifier(adult, "citizen_id", citizen(date(1988, 5, 6), 7), actor="house")
    assert no.value.code == "identifier_second"
    with pytest.raises(Refused) as no:
        actions.add_identifier(adult, "credit_code", firm_code(5), actor="house")
    assert no.value.code == "identifier_of_other_kind"

    actions.add_identifier(adult, "passport", "E00000000", issuer="CHN", actor="house")

    assert [row.scheme for row in queries.identifiers_of(adult)] == ["citizen_id", "passport"]


def test_added_citizen_id_tells_the_birth_that_was_unknown(clock_held):
    made = _register("无证示例")
    actions.add_identifier(made, "citizen_id", citizen(BORN, 1), actor="house")
    assert queries.person(made).born == BORN


@pytest.mark.parametrize(
    ("code", "credit_code"),
    [
        ("credit_code_check", firm_code(2)[:-1] + "0"),
        ("credit_code_length", "9199"),
    ],
)
def test_organisation_with_a_bad_code_is_refused(clock_held, code, credit_code):
    with pytest.raises(Refused) as no:
        actions.register_organisation("示例公司", county=COUNTY, actor="house", credit_code=credit_code)
    assert no.value.code == code
    assert Person.objects.count() == 0


def test_organisation_of_unknown_kind_is_refused(clock_held):
    with pytest.raises(Refused) as no:
        actions.register_organisation("示例", county=COUNTY, actor="house", credit_code=firm_code(2), kind="club")
    assert no.value.code == "organisation_kind"


def test_phone_leads_to_its_person(adult):
    assert queries.holder_of_phone(COUNTY, "1000 0000 001") == (queries.person(adult),)
    assert queries.holder_of_phone(COUNTY, "10000000009") == ()


def test_unknown_person_is_refused(clock_held):
    for ask in (lambda: queries.person(uuid4()), lambda: actions.note_death(uuid4(), TODAY, actor="house")):
        with pytest.raises(Refused) as no:
            ask()
        assert no.value.code == "person_unknown"


def test_merged_record_answers_as_the_kept_one_and_apart_again_after_undoing(clock_held, adult, firm):
    second = _register("林示例", [("passport", "E00000001", "CHN")], born=date(1988, 5, 6))
    tie = actions.declare_relation(second, firm, kind="represents", actor="house")

    merge = actions.merge(adult, second, ground="same_papers", actor="staff:T001")

    assert queries.person(second).id == adult
    assert queries.who_is(COUNTY, "passport", "E00000001", "CHN").id == adult
    assert [row.scheme for row in queries.identifiers_of(adult)] == ["citizen_id", "passport"]
    assert queries.identifiers_of(second) == queries.identifiers_of(adult)
    assert queries.standing(firm, adult, "x", TODAY).ground_id == tie
    assert queries.named(COUNTY, "林示例") == (queries.person(adult),)
    with pytest.raises(Refused) as no:
        actions.add_identifier(adult, "citizen_id", citizen(date(1988, 5, 6), 8), actor="house")
    assert no.value.code == "identifier_second"

    actions.unmerge(merge, actor="staff:T001")

    assert queries.person(second).id == second
    assert queries.who_is(COUNTY, "passport", "E00000001", "CHN").id == second
    assert [row.scheme for row in queries.identifiers_of(adult)] == ["citizen_id"]
    assert [step for step, _ in _journal(second)] == [
        "register_person",
        "declare_relation",
        "merged_away",
        "set_apart",
    ]
    with pytest.raises(Refused) as no:
        actions.unmerge(merge, actor="staff:T001")
    assert no.value.code == "merge_unknown"


def test_undoing_a_merge_gives_back_what_was_merged_before(clock_held):
    one, two, three, four = (_register("同名示例") for _ in range(4))
    actions.merge(three, four, ground="same_papers", actor="house")
    low = actions.merge(two, three, ground="same_papers", actor="house")
    high = actions.merge(one, two, ground="own_statement", actor="house")
    assert {queries.person(each).id for each in (one, two, three, four)} == {one}

    actions.unmerge(low, actor="house")
    assert [queries.person(each).id for each in (one, two, three, four)] == [one, one, three, three]

    actions.unmerge(high, actor="house")
    assert [queries.person(each).id for each in (one, two, three, four)] == [one, two, three, three]


def test_merges_that_cannot_be_right_are_refused(clock_held, adult, other, firm):
    nobody = _register("林示例")
    gone = _register("林示例")
    actions.merge(adult, gone, ground="same_papers", actor="house")
    table = [
        ("merge_with_itself", adult, adult, "same_papers"),
        ("merge_ground", adult, nobody, "looks_alike"),
        ("person_unknown", adult, uuid4(), "same_papers"),
        ("already_merged", nobody, gone, "same_papers"),
        ("already_merged", gone, nobody, "same_papers"),
        ("merge_kinds_differ", adult, firm, "same_papers"),
        ("merge_born_differs", adult, other, "same_papers"),
    ]
    for code, kept, lost, ground in table:
        with pytest.raises(Refused) as no:
            actions.merge(kept, lost, ground=ground, actor="house")
        assert (code, no.value.code) == (code, code)


def test_two_people_with_a_citizen_id_each_are_not_merged(clock_held):
    one = _register(identifiers=[("citizen_id", citizen(BORN, 1), "")])
    two = _register(identifiers=[("citizen_id", citizen(BORN, 2), "")])
    with pytest.raises(Refused) as no:
        actions.merge(one, two, ground="same_papers", actor="house")
    assert no.value.code == "merge_two_numbers"


def test_relations_that_cannot_be_are_refused(adult, other, firm):
    table = [
        ("relation_kind", adult, other, "friend"),
        ("relation_to_oneself", adult, adult, "close"),
        ("representative_kind", firm, adult, "represents"),
        ("representative_kind", adult, other, "represents"),
        ("relation_of_natural", adult, firm, "spouse"),
    ]
    for code, first, second, kind in table:
        with pytest.raises(Refused) as no:
            actions.declare_relation(first, second, kind=kind, actor="house")
        assert (code, no.value.code) == (code, code)
    actions.declare_relation(adult, other, kind="spouse", actor="house")
    with pytest.raises(Refused) as no:
        actions.declare_relation(adult, other, kind="spouse", actor="house")
    assert no.value.code == "relation_known"


def test_range_turned_round_is_refused(adult, other):
    with pytest.raises(Refused) as no:
        actions.declare_relation(
            adult, other, kind="kin", actor="house", valid_from=TODAY, valid_until=date(2026, 3, 1)
        )
    assert no.value.code == "range_reversed"


BAD_ROWS = [
    ("person_kind", lambda a, b: Person.objects.filter(id=a).update(kind="robot")),
    ("person_has_name", lambda a, b: Person.objects.filter(id=a).update(name="")),
    ("person_dies_after_birth", lambda a, b: Person.objects.filter(id=a).update(died=date(1900, 1, 1))),
    ("person_not_merged_into_itself", lambda a, b: Person.objects.filter(id=a).update(merged_into=a)),
    ("person_phone_with_hash", lambda a, b: Person.objects.filter(id=a).update(phone_hash=None)),
    ("person_only_natural_born", lambda a, b: Person.objects.filter(id=a).update(kind="legal")),
    ("relation_of_two", lambda a, b: _relation(a, a)),
    ("relation_kind", lambda a, b: _relation(a, b, kind="x")),
    ("relation_range", lambda a, b: _relation(a, b, valid_until=date(2020, 1, 1))),
    ("guardian_of_another", lambda a, b: _guardian(a, a)),
    ("guardian_ground", lambda a, b: _guardian(a, b, ground="x")),
    ("guardian_range", lambda a, b: _guardian(a, b, valid_until=date(2020, 1, 1))),
    ("identifier_scheme", lambda a, b: Identifier.objects.filter(person_id=a).update(scheme="x")),
]


def _relation(first, second, **rest):
    given = {"kind": "kin", "valid_from": TODAY, "county": COUNTY} | rest
    Relation.objects.create(id=uuid7(), first_id=first, second_id=second, **given)


def _guardian(ward, guardian, **rest):
    given = {"ground": "court", "valid_from": TODAY, "county": COUNTY} | rest
    Guardian.objects.create(id=uuid7(), ward_id=ward, guardian_id=guardian, **given)


@pytest.mark.parametrize(("constraint", "write"), BAD_ROWS, ids=[name for name, _ in BAD_ROWS])
def test_database_itself_refuses_what_cannot_be(adult, other, constraint, write):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write(adult, other)


@pytest.mark.parametrize("how_many", [1, 3])
def test_questions_take_one_query_for_one_person_and_for_three(clock_held, django_assert_num_queries, how_many):
    made = [_register("同名示例", [("citizen_id", citizen(BORN, n), "")]) for n in range(how_many)]
    with django_assert_num_queries(1):
        assert len(queries.named(COUNTY, "同名示例")) == how_many
    with django_assert_num_queries(1):
        assert len(queries.persons_by_id(made)) == how_many
    with django_assert_num_queries(1):
        queries.who_is(COUNTY, "citizen_id", citizen(BORN, 0))
    with django_assert_num_queries(1):
        queries.identifiers_of(made[0])
    with django_assert_num_queries(1):
        queries.is_related(made, made, TODAY)


def test_same_number_at_the_same_moment_becomes_one_person(own_database):
    number = citizen(BORN, 5)
    start = threading.Barrier(4)
    outcomes = []

    def register():
        start.wait()
        try:
            _register(identifiers=[("citizen_id", number, "")])
            outcomes.append("made")
        except Refused as no:
            outcomes.append(no.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["identifier_taken", "identifier_taken", "identifier_taken", "made"]
    assert Person.objects.count() == 1
