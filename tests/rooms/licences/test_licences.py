"""Licences enter the store with the decision, live, are used instead of paper, and die."""

import pytest

from tongban.rulebook.errors import Refused

RESTAURANT = "示例县示例餐饮有限公司"


def queries():
    from tongban.rooms.licences import queries

    return queries


def issued(county, code="small-food-shop", **more):
    """Carry a case to its licence, sealed; returns the case."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.licences import actions

    case_id = county.granted(code, **more)
    casework.issue(case_id, county.able("deliver", code))
    actions.seal_now(case_id)
    return case_id


def shop(county):
    """A licence just issued, and its case."""
    case_id = issued(county)
    (licence,) = queries().of_case(case_id)
    return licence, case_id


def test_issue_enters_the_licence_with_the_data_of_the_case(county):
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.casework.queries.texts import answers_of
    from tongban.rulebook.numbers import check_document_number, check_licence_identifier

    with county.at(2026, 3, 2):
        licence, case_id = shop(county)
        answers = answers_of(read(case_id))
        facts = queries().facts_of(licence.id)
    assert facts == {name: answers[name] for name in ("shop_name", "owner", "premises", "projects")}
    assert (licence.state, licence.version, licence.origin, licence.case_id) == ("valid", 1, "case", case_id)
    assert (str(licence.issued_on), str(licence.valid_until)) == ("2026-03-02", "2029-03-01")
    identifier = check_licence_identifier(licence.identifier)
    assert identifier.serial == licence.id.hex.upper()
    assert identifier.kind == "11990127MB0000019Q002"
    assert check_document_number(licence.number).prefix == "示例市监证"


def test_licence_is_in_the_store_before_any_postman_came(county):
    """The row stands with the step's own statement; only number and page follow."""
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 3, 2):
        case_id = county.granted()
        assert queries().of_case(case_id) == ()
        casework.issue(case_id, county.able("deliver", "small-food-shop"))
        (licence,) = queries().of_case(case_id)
    assert licence.state == "valid"
    assert licence.number == ""


def test_facts_given_at_the_desk_override_the_answers(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 3, 2):
        case_id = county.granted()
        casework.issue(case_id, county.able("deliver", "small-food-shop"), facts={"shop_name": "更正后的店名"})
        (licence,) = queries().of_case(case_id)
        assert queries().facts_of(licence.id)["shop_name"] == "更正后的店名"


def test_facts_do_not_lie_open_in_the_database(county):
    from django.db import connection

    with county.at(2026, 3, 2):
        licence, _ = shop(county)
        name = queries().facts_of(licence.id)["shop_name"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(l)::text FROM licences_licence l WHERE id = %s", [licence.id])
            row = cursor.fetchone()[0]
            cursor.execute("SELECT string_agg(body::text, '') FROM ledger_entry WHERE subject_id = %s", [licence.id])
            journal = cursor.fetchone()[0]
    assert name not in row
    assert name not in journal


def test_item_without_licence_kind_adds_nothing(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 3, 2):
        case_id = county.filed("old-age-confirmation")
        casework.decide_on_spot(case_id, on_the_spot(county, "old-age-confirmation"))
        casework.issue(case_id, county.able("deliver", "old-age-confirmation"))
        assert queries().of_case(case_id) == ()


def on_the_spot(county, code):
    """Somebody who may accept and decide this item."""
    from tongban.rooms import clock
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import queries as people
    from tongban.rulebook.authority import Power, Subject

    item, powers, day = county.item(code), people.powers(), clock.today()
    subject = Subject(item.code, item.unit)
    able = [
        {post.id for post in powers.able(county.code, power, subject, day)} for power in (Power.ACCEPT, Power.DECIDE)
    ]
    post_id = min(able[0] & able[1])
    return casework.staff(powers.holder(post_id, day).id, post_id)


def test_missing_field_is_named_and_nothing_is_written(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read

    with county.at(2026, 3, 2):
        case_id = county.granted()
        with pytest.raises(Refused) as no:
            casework.issue(case_id, county.able("deliver", "small-food-shop"), facts={"premises": " "})
        assert no.value.code == "licence_field_missing"
        assert "经营地址" in no.value.sentence
        assert read(case_id).row["state"] == "granted"
        assert queries().of_case(case_id) == ()


def business_licence(county, holder_id, number="SL-0001"):
    from tongban.rooms.licences import actions

    return actions.import_licence(
        county.code,
        "business-licence",
        county.able("decide", "company-registration"),
        holder_id=holder_id,
        issuer="scjg",
        number=number,
        facts={
            "company_name": RESTAURANT,
            "company_type": "有限责任公司",
            "premises": "示例县示范路 1 号",
            "legal_representative": "房示例",
            "scope": "餐饮服务",
        },
        issued_on=clock_day(2024, 5, 6),
        valid_until=None,
    )


def clock_day(*day):
    from datetime import date

    return date(*day)


def restaurant():
    from tongban.rooms.people import queries as people

    return people.named("990127", RESTAURANT)[0].id


def test_held_licence_serves_instead_of_paper_and_its_use_is_logged(county):
    """S098: nothing is uploaded, no original asked, and the holder sees who used it."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read

    with county.at(2026, 3, 2):
        holder = restaurant()
        licence_id = business_licence(county, holder)
        filing = county.filing("food-business-new", leave_out=("business-licence",), applicant=casework.person(holder))
        filed = casework.file_case(filing, county.citizen("房示例"))
        assert "business-licence" in filed.held
        assert "business-licence" not in filed.missing
        material = read(filed.case_id).materials["business-licence"]
        assert (material["state"], material["licence_id"]) == ("held", str(licence_id))
        (use,) = queries().uses_of(licence_id)
    assert (use.case_id, use.item, use.material, use.consent) == (
        filed.case_id,
        "food-business-new",
        "business-licence",
        "filing",
    )


def test_use_log_cannot_be_rewritten(county):
    from django.db import ProgrammingError, transaction

    from tongban.rooms.licences.models import LicenceUse, SealUse

    with county.at(2026, 3, 2):
        shop(county)
        for table in (LicenceUse, SealUse):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                table.objects.all().delete()


@pytest.mark.parametrize(
    ("day", "kinds", "found"),
    [
        ((2026, 3, 1), ("small-food-shop-certificate",), False),
        ((2026, 3, 2), ("small-food-shop-certificate",), True),
        ((2029, 3, 1), ("small-food-shop-certificate",), True),
        ((2029, 3, 2), ("small-food-shop-certificate",), False),
        ((2026, 3, 2), ("business-licence",), False),
    ],
)
def test_held_only_between_its_days(county, day, kinds, found):
    with county.at(2026, 3, 2):
        licence, _ = shop(county)
        assert queries().held(licence.holder_id, kinds, clock_day(*day)) == ({kinds[0]: licence.id} if found else {})


def test_held_follows_a_merge(county):
    """Two records of one person: either finds the licence."""
    from tongban.rooms.people import actions as people

    with county.at(2026, 3, 2):
        licence, _ = shop(county)
        other = people.register_person("林示例", county=county.code, actor="house")
        people.merge(other, licence.holder_id, ground="same_papers", actor="house")
        for person in (licence.holder_id, other):
            assert queries().held(person, [licence.kind], clock_day(2026, 3, 2)) == {licence.kind: licence.id}
            assert [one.id for one in queries().wallet(person)] == [licence.id]


def test_rehearsed_licence_serves_nobody(county):
    with county.at(2026, 3, 2):
        case_id = issued(county, rehearsal=True)
        (licence,) = queries().of_case(case_id)
        assert licence.rehearsal
        assert licence.number == "演练示例市监证〔2026〕第000001号"
        assert queries().held(licence.holder_id, [licence.kind], clock_day(2026, 3, 2)) == {}
        assert queries().wallet(licence.holder_id) == ()
        assert queries().counts(county.code) == {}


@pytest.mark.parametrize(
    ("day", "kind", "last"),
    [
        ((2026, 3, 2), "small-food-shop-certificate", "2029-03-01"),
        ((2029, 3, 1), "small-food-shop-certificate", "2029-03-01"),
        ((2029, 3, 2), "small-food-shop-certificate", "None"),
        ((2026, 3, 2), "food-business-licence", "None"),
    ],
)
def test_good_until_its_last_day_and_for_its_holder_only(county, day, kind, last):
    with county.at(2026, 3, 2):
        licence, _ = shop(county)
        assert str(queries().good_until(licence.id, licence.holder_id, kind, clock_day(*day))) == last
        assert queries().good_until(licence.id, restaurant(), kind, clock_day(*day)) is None


def test_change_makes_a_new_version_of_the_same_number(county):
    from tongban.rooms.licences import actions
    from tongban.rulebook.numbers import check_licence_identifier

    with county.at(2026, 3, 2):
        licence, _ = shop(county)
    with county.at(2026, 6, 1):
        who = county.able("decide", "small-food-shop")
        made = actions.change(licence.id, who, facts={"shop_name": "新店名"}, reason="店名变更")
        old, new = queries().versions(made)
        assert (old.state, str(old.state_on)) == ("changed", "2026-06-01")
        assert (new.state, new.version, new.number) == ("valid", 2, licence.number)
        assert new.valid_until == licence.valid_until
        before, after = check_licence_identifier(old.identifier), check_licence_identifier(new.identifier)
        assert (after.serial, after.version) == (before.serial, 2)
        assert queries().facts_of(new.id)["shop_name"] == "新店名"
        assert queries().held(new.holder_id, [new.kind], clock_day(2026, 6, 1)) == {new.kind: new.id}


def test_renewal_case_makes_the_next_version(county):
    """许可法 50: the renewed licence keeps its number and runs its whole time from the day it is issued."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.licences import actions

    facts = {
        "shop_name": "示例餐馆",
        "premises": "示范路 1 号",
        "main_business": "餐饮服务经营者",
        "projects": "热食类食品制售",
    }
    with county.at(2026, 3, 2):
        person = county.citizen()
        old = actions.import_licence(
            county.code,
            "food-business-licence",
            county.able("decide", "food-business-renewal"),
            holder_id=person.id,
            issuer="scjg",
            number="JY0001",
            facts=facts,
            issued_on=clock_day(2021, 6, 1),
            valid_until=clock_day(2026, 5, 31),
        )
        case_id = county.granted("food-business-renewal", leave_out=("food-licence",))
        casework.issue(case_id, county.able("deliver", "food-business-renewal"))
        (new,) = queries().of_case(case_id)
        assert (new.former_id, new.version, new.number) == (old, 2, "JY0001")
        assert (str(new.valid_from), str(new.valid_until)) == ("2026-03-02", "2031-03-01")
        assert queries().facts_of(new.id) == facts
        assert queries().licence(old).state == "changed"


@pytest.mark.parametrize(
    ("verbs", "state"),
    [
        (("suspend",), "suspended"),
        (("suspend", "resume"), "valid"),
        (("revoke",), "revoked"),
        (("revoke", "cancel"), "cancelled"),
        (("cancel",), "cancelled"),
        (("suspend", "revoke"), "revoked"),
    ],
)
def test_lifecycle_each_move_is_in_the_licences_own_stream(county, verbs, state):
    from tongban.rooms.ledger.models import Entry
    from tongban.rooms.licences import actions

    with county.at(2026, 3, 2):
        licence, _ = shop(county)
        who = county.able("decide", "small-food-shop")
        for verb in verbs:
            getattr(actions, verb)(licence.id, who, reason="监督检查发现问题")
        assert queries().licence(licence.id).state == state
        steps = list(Entry.objects.filter(subject_id=licence.id).order_by("seq").values_list("step", flat=True))
    assert steps == ["seal", *verbs]


@pytest.mark.parametrize(
    ("verb", "code"), [("resume", "licence_state"), ("suspend", "reason_missing"), ("revoke", "reason_missing")]
)
def test_lifecycle_refused(county, verb, code):
    from tongban.rooms.licences import actions

    with county.at(2026, 3, 2):
        licence, _ = shop(county)
        who = county.able("decide", "small-food-shop")
        with pytest.raises(Refused) as no:
            getattr(actions, verb)(licence.id, who, reason="理由" if code == "licence_state" else " ")
        assert no.value.code == code
        assert queries().licence(licence.id).state == "valid"


def test_post_without_the_power_may_not_revoke(county):
    from tongban.rooms.licences import actions

    with county.at(2026, 3, 2):
        licence, _ = shop(county)
        for who in (county.staff("window-1"), county.citizen()):
            with pytest.raises(Refused) as no:
                actions.revoke(licence.id, who, reason="试一试")
            assert no.value.code in ("authority_none", "authority_item", "post_missing")


def test_lapse_sweep_notes_the_day_after_the_last_once(county):
    from tongban.rooms.licences import actions

    with county.at(2026, 3, 2):
        licence, _ = shop(county)
    with county.at(2029, 3, 1):
        assert actions.sweep_lapsed().lapsed == 0
        assert queries().licence(licence.id).state == "valid"
    with county.at(2029, 3, 2):
        assert queries().licence(licence.id).state == "lapsed"  # whether or not anybody noted it
        assert actions.sweep_lapsed().lapsed == 1
        assert actions.sweep_lapsed().lapsed == 0
        assert queries().licence(licence.id).state == "lapsed"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"number": " "}, "licence_number_missing"),
        ({"facts": {"company_name": "甲"}}, "licence_field_missing"),
        ({"issued_on": clock_day(2026, 3, 3)}, "licence_dates"),
        ({"valid_until": clock_day(2020, 1, 1)}, "licence_dates"),
        ({"kind_code": "no-such-kind"}, "licence_kind_unknown"),
        ({"identifier": "1.2.156.3005.2.1"}, "licence_id_pieces"),
    ],
)
def test_import_checks_an_old_licence_like_a_new_one(county, changed, code):
    from tongban.rooms.licences import actions

    with county.at(2026, 3, 2):
        given = {
            "kind_code": "business-licence",
            "holder_id": restaurant(),
            "issuer": "scjg",
            "number": "SL-0001",
            "facts": dict.fromkeys(
                ("company_name", "company_type", "premises", "legal_representative", "scope"), "示例"
            ),
            "issued_on": clock_day(2024, 5, 6),
            "valid_until": None,
            "identifier": "",
        } | changed
        who = county.able("decide", "company-registration")
        with pytest.raises(Refused) as no:
            actions.import_licence(county.code, given.pop("kind_code"), who, **given)
    assert no.value.code == code


def test_import_is_marked_numbered_as_it_was_and_sealed(county):
    from tongban.rooms.ledger import actions as ledger
    from tongban.rooms.licences import actions

    with county.at(2026, 3, 2):
        licence_id = business_licence(county, restaurant())
        with pytest.raises(Refused) as no:
            business_licence(county, restaurant())
        assert no.value.code == "licence_known"
        for promise in ledger.claim(5, kinds=["document"], subject_id=licence_id):
            actions.keep_document(promise)
        licence, page = queries().licence(licence_id), queries().document_of_licence(licence_id)
        assert (licence.origin, licence.number, page.number) == ("import", "SL-0001", "SL-0001")
        assert queries().verify_pdf(queries().pdf(page.id)).state == "valid"
        assert queries().uses_without_a_case(county.code) == ()


def test_strike_out_takes_the_proof_back_in_the_same_step(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Signer
    from tongban.rooms.casework.actions.taking import Plan
    from tongban.rooms.ledger import actions as ledger
    from tongban.rooms.ledger.models import Entry
    from tongban.rooms.licences import actions
    from tongban.rulebook.facts import Given

    with county.at(2026, 3, 2):
        tenant = county.citizen("租演示")
        signers = (Signer("other_side", tenant.id),)
        case_id = county.filed("rental-filing", signers=signers, applicant=county.citizen("房示例"))
        casework.sign(case_id, tenant, role="other_side")
        casework.put_on_record(case_id, county.able("accept", "rental-filing"))
        casework.issue(case_id, county.able("deliver", "rental-filing"))
        actions.seal_now(case_id)
        (proof,) = queries().of_case(case_id)
        given = Given(reason="备案内容不实", ground="本县房屋租赁备案规则")
        casework.take(case_id, "strike_out", county.able("decide", "rental-filing"), Plan(given=given))
        struck = queries().licence(proof.id)
        assert (struck.state, str(struck.state_on)) == ("revoked", "2026-03-02")
        (promise,) = ledger.claim(5, kinds=["licence_entry"], subject_id=case_id)
        actions.keep_licence_entry(promise)
        actions.keep_licence_entry(promise)
        steps = list(Entry.objects.filter(subject_id=proof.id).order_by("seq").values_list("step", flat=True))
        assert steps == ["seal", "revoke"]
        kinds = [document.kind for document in actions.seal_now(case_id)]
        assert kinds == ["strike_out_notice"]
