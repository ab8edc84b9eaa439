"""Ring 1, e. result: the licence store, papers never asked for again, the exit, a case without a visit, progress."""

from datetime import date

import pytest

from tests.journeys.walks import code_of, finish, steps_of

ITEM = "small-food-shop"
DAY = (2026, 9, 22)


def test_a_granted_case_has_its_licence_in_the_store_with_the_same_data(county):
    """S095.  Given a decision to grant, When issued, Then an e-licence is in the store within seconds with the same
    data as the case.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.casework.queries.texts import answers_of
    from tongban.rooms.licences import actions as sealing
    from tongban.rooms.licences import queries as licences

    with county.at(*DAY):
        case_id = county.granted()
        assert licences.of_case(case_id) == ()
        casework.issue(case_id, county.able("deliver", ITEM))
        (licence,) = licences.of_case(case_id)
        facts, answers = licences.facts_of(licence.id), answers_of(read(case_id))
        made = [one.kind for one in sealing.seal_now(case_id)]
    assert {name: facts[name] for name in ("shop_name", "owner", "premises")} == {
        name: answers[name] for name in ("shop_name", "owner", "premises")
    }
    assert (licence.holder_id, licence.state, "licence" in made) == (county.citizen().id, "valid", True)


def test_a_licence_held_is_never_asked_for_again_and_its_use_is_logged(county):
    """S098.  Given the applicant holds a valid e-licence, When the item asks for it, Then no upload or original is
    asked; once it is cancelled it is asked for.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.licences import actions as licences
    from tongban.rooms.licences import queries

    item, left_out = "drainage-permit", ("business-licence",)
    with county.at(*DAY):
        citizen = county.citizen()
        registration = casework.file_case(county.filing("company-registration"), citizen).case_id
        finish(county, registration)
        (licence,) = queries.of_case(registration)
        first = casework.file_case(county.filing(item, leave_out=left_out), citizen)
        casework.accept(first.case_id, county.able("accept", item))
        licences.cancel(licence.id, county.able("decide", "company-registration"), reason="歇业")
        second = casework.file_case(county.filing(item, leave_out=left_out), citizen)
    assert (first.held, first.missing) == (left_out, ())
    assert (second.held, second.missing) == ((), left_out)
    assert [(use.case_id, use.item, use.material) for use in queries.uses_of(licence.id)] == [
        (first.case_id, item, "business-licence")
    ]


def test_a_wrong_collector_gets_nothing_unless_mandated(county):
    """S049.  Given a wrong collector, When identity is checked, Then delivery is refused unless mandated."""
    from tongban.rooms.casework import actions as casework

    item = "elderly-card"
    with county.at(*DAY):
        elder, clerk = county.citizen("寿样本"), county.staff("window-1")
        case_id = casework.file_case(county.filing(item, applicant=elder), elder).case_id
        casework.decide_on_spot(case_id, clerk)
        casework.issue(case_id, county.staff("exit"))
        exit_desk, stranger, mandated = county.staff("exit"), county.citizen(), county.citizen("代示例")
        no = code_of(lambda: casework.deliver(case_id, exit_desk, collector_id=stranger.id))
        assert code_of(lambda: casework.deliver(case_id, exit_desk, collector_id=None))
        casework.deliver(case_id, exit_desk, collector_id=mandated.id)
    assert no == "wrong_collector"
    assert steps_of(case_id) == ["file", "decide_on_spot", "issue", "deliver"]


def test_a_rental_is_filed_recorded_and_downloaded_without_a_visit(county, tmp_path):
    """S022.  Given a rental filing with photos, When approved, Then an SMS goes out and the sealed record downloads
    with a QR.
    """
    from dataclasses import replace

    from tongban.hall import postman
    from tongban.hall.postman.channel import simulated
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Signer
    from tongban.rooms.licences import queries as licences
    from tongban.rooms.waiting import queries as waiting

    item = "rental-filing"
    with county.at(*DAY):
        owner, tenant = county.citizen("房示例"), county.citizen("租演示")
        filing = replace(county.filing(item, applicant=owner), signers=[Signer("other_side", tenant.id)])
        case_id = casework.file_case(filing, owner).case_id
        assert code_of(lambda: casework.put_on_record(case_id, county.able("accept", item))) == "signatures_missing"
        casework.sign(case_id, tenant, role="other_side")
        casework.put_on_record(case_id, county.able("accept", item))
        casework.issue(case_id, county.able("deliver", item))
        postman.drain(60)
        casework.deliver(case_id, county.able("deliver", item), collector_id=None, way="electronic")
        (record,) = [one for one in licences.documents_of(case_id) if one.kind == "licence"]
        pdf = licences.pdf(record.id, who=owner.name, purpose="本人下载")
        by_file, by_code = licences.verify_pdf(pdf), licences.verify(record.number)
    assert (by_file.state, by_code.state) == ("valid", "valid")
    assert b"TB1." in pdf
    assert any(one.key.startswith(f"notice:{case_id}:") for one in simulated().messages())
    assert waiting.visits_of(case_id) == ()


def test_progress_is_told_to_number_and_code_and_to_nobody_else(county):
    """S026.  Given a case number and check code, When queried, Then current step and due date show; a wrong code shows
    nothing.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.progress import progress

    with county.at(*DAY):
        filed = casework.file_case(county.filing(), county.citizen())
        asked = progress(filed.number, filed.lookup_code.lower())
        assert (asked.item, asked.state, asked.desk, asked.limit) == (
            "食品小经营店登记证核发",
            "已收件",
            "",
            "收件告知期限",
        )
        casework.accept(filed.case_id, county.able("accept", ITEM))
    with county.at(2026, 9, 24):
        shown = progress(filed.number, filed.lookup_code)
        wrong = [
            code_of(lambda: progress(filed.number, "00000000")),
            code_of(lambda: progress(filed.number, "")),
            code_of(lambda: progress("990127000000", filed.lookup_code)),
        ]
    assert (shown.state, shown.unit, shown.desk) == ("已受理", "示例县市场监督管理局", "现场核查")
    # The promise of 10wd from 22 September over the National Day.
    assert (shown.limit, shown.due_on, shown.days_left) == ("承诺期限", date(2026, 10, 13), 19)
    assert wrong == ["progress_unknown"] * 3


@pytest.mark.parametrize(("state", "since"), [("valid", None), ("revoked", date(2026, 10, 12))])
def test_the_code_on_a_licence_tells_whether_it_still_holds(county, state, since):
    """S097.  Given a revoked licence's QR, When scanned, Then it says revoked with the date; before, it says valid,
    with the name masked.
    """
    from tongban.hall import postman
    from tongban.rooms.licences import actions as licences
    from tongban.rooms.licences import queries

    with county.at(*DAY):
        case_id = county.delivered()
        postman.drain(60)
        (document,) = [one for one in queries.documents_of(case_id) if one.kind == "licence"]
        (licence,) = queries.of_case(case_id)
    with county.at(2026, 10, 12):
        if state == "revoked":
            licences.revoke(licence.id, county.able("decide", ITEM), reason="测试")
        told = queries.verify(document.number)
    assert (told.state, told.since) == (state, since)
    assert "林示例" not in str(told)
