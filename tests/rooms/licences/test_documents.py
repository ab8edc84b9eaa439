"""Every document a step owes is made once, numbered, sealed, stored and found genuine; whatever is altered is not."""

import subprocess
from uuid import UUID

import pytest

from tongban.rulebook.errors import Refused


def queries():
    from tongban.rooms.licences import queries

    return queries


def actions():
    from tongban.rooms.licences import actions

    return actions


def text_of(tmp_path, pdf):
    path = tmp_path / "document.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return "".join(done.stdout.split())


def outstanding(case_id):
    from tongban.rooms.ledger.models import Promise

    return list(Promise.objects.filter(subject_id=case_id, kind="document", done_at=None))


def one(made, kind):
    (found,) = [document for document in made if document.kind == kind]
    return found


def test_receipt_and_acceptance_are_sealed_at_once_and_pass_an_outside_checker(county, tmp_path):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        case_id = county.filed()
        receipt = one(actions().seal_now(case_id), "receipt")
        casework.accept(case_id, county.able("accept", "small-food-shop"))
        notice = one(actions().seal_now(case_id), "acceptance_notice")
        assert outstanding(case_id) == []
        assert [document.kind for document in queries().documents_of(case_id)] == ["receipt", "acceptance_notice"]
        pdf = queries().pdf(notice.id)
        said = text_of(tmp_path, queries().pdf(receipt.id))
    assert receipt.number.startswith("示例市监收〔2026〕第")
    assert notice.number.startswith("示例市监受〔2026〕第")
    assert "示例县行政审批服务局" in said
    assert "不表示申请已经受理" in said
    path = tmp_path / "notice.pdf"
    path.write_bytes(pdf)
    told = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True).stdout
    assert "Signature is Valid." in told
    assert "Total document signed" in told
    assert "示例县市场监督管理局受理专用章（测试章）" in told
    words = text_of(tmp_path, pdf)
    # 20 and 10 working days from 22 September 2026, over the National Day holidays
    assert "法定办理期限为20个工作日，期限至2026年10月27日届满" in words
    assert "2026年9月22日" in words


def test_promise_kept_twice_is_one_document(county):
    from tongban.rooms.ledger import actions as ledger
    from tongban.rooms.ledger.models import Entry
    from tongban.rooms.licences.models import Document, SealUse

    with county.at(2026, 3, 2):
        case_id = county.filed()
        (promise,) = ledger.claim(5, kinds=["document"], subject_id=case_id)
        first = actions().keep_document(promise)
        again = actions().keep_document(promise)
    assert first == again
    assert Document.objects.filter(case_id=case_id).count() == 1
    assert SealUse.objects.filter(case_id=case_id).count() == 1
    assert Entry.objects.filter(subject_id=first.id).count() == 1


def test_late_document_says_what_the_step_decided(county, tmp_path):
    """A notice sealed weeks later bears the day, the limit and the number of its step."""
    with county.at(2026, 9, 22):
        case_id = county.accepted()
    with county.at(2026, 10, 20):
        notice = one(actions().seal_now(case_id), "acceptance_notice")
        words = text_of(tmp_path, queries().pdf(notice.id))
    assert str(notice.dated) == "2026-09-22"
    assert str(notice.sealed_at.date()) == "2026-10-20"
    assert "期限至2026年10月27日届满" in words


def test_correction_notice_lists_everything_with_its_reason(county, tmp_path):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 3, 2):
        case_id = county.filed(leave_out=("application", "layout", "health"))
        reasons = {"application": "没有提交，请填写后签名", "layout": "没有标明洗消位置", "health": "已过有效期"}
        casework.ask_correction(case_id, county.able("accept", "small-food-shop"), reasons)
        words = text_of(tmp_path, queries().pdf(one(actions().seal_now(case_id), "correction_notice").id))
    for said in ("食品小经营店登记申请书", "经营场所平面布局图", "从业人员健康证明", *reasons.values()):
        assert said in words
    assert "2026年4月1日前" in words


def test_non_acceptance_says_ground_and_remedy(county, tmp_path):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 3, 2):
        case_id = county.filed()
        who = county.able("accept", "small-food-shop")
        casework.not_accept(case_id, who, ground="不属于本机关职权范围", reason="经营地在邻县")
        words = text_of(tmp_path, queries().pdf(one(actions().seal_now(case_id), "non_acceptance").id))
    for said in ("经营地在邻县", "不属于本机关职权范围", "示例县人民政府申请行政复议", "六十日", "六个月"):
        assert said in words


def test_refusal_is_sealed_with_the_seal_for_deciding(county, tmp_path):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 3, 2):
        case_id = county.accepted()
        for _ in county.item("small-food-shop").desks[:-1]:
            casework.pass_on(case_id, county.able("examine", "small-food-shop"))
        who = county.able("decide", "small-food-shop")
        casework.refuse(case_id, who, ground="示例依据第一条", reason="现场核查不合格")
        refusal = one(actions().seal_now(case_id), "refusal_decision")
        (use,) = [use for use in queries().seal_uses(refusal.seal_id) if use.document_id == refusal.id]
        seal = next(seal for seal in queries().seals(county.code) if seal.id == refusal.seal_id)
        words = text_of(tmp_path, queries().pdf(refusal.id))
    assert "现场核查不合格" in words
    assert "示例依据第一条" in words
    assert (seal.unit, seal.use) == ("scjg", "行政审批专用章")
    assert use.by == who.name
    assert use.case_id == case_id


def test_extension_tells_reason_approver_and_both_days(county, tmp_path):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        case_id = county.accepted()
        casework.extend(case_id, county.able("extend", "small-food-shop"), reason="需要补充核查")
        words = text_of(tmp_path, queries().pdf(one(actions().seal_now(case_id), "extension_notice").id))
    for said in ("2026年10月27日届满", "2026年11月10日届满", "10个工作日", "需要补充核查", "本行政机关负责人"):
        assert said in words


@pytest.mark.parametrize(
    ("proceeding", "notice", "counts"),
    [("testing", True, "不计算在办理期限内"), ("site_check", False, "计算在办理期限内")],
)
def test_proceeding_is_told_in_writing_and_honestly(county, tmp_path, proceeding, notice, counts):
    """许可法 45: only its closed list is not counted; a site check is told too, and counts."""
    from tongban.rooms.casework import actions as casework
    from tongban.rulebook.clock import Limit

    with county.at(2026, 3, 2):
        case_id = county.accepted()
        who = county.able("examine", "small-food-shop")
        casework.pause(case_id, who, proceeding=proceeding, time_needed=Limit.parse("5wd"), notice=notice)
        words = text_of(tmp_path, queries().pdf(one(actions().seal_now(case_id), "special_procedure_notice").id))
    assert "5个工作日" in words
    assert counts in words
    assert ("不计算在办理期限内" in words) is notice


def test_whole_way_from_filing_to_delivery_leaves_no_document_owed(county, tmp_path):
    with county.at(2026, 3, 2):
        case_id = county.delivered()
        made = actions().seal_now(case_id)
        assert outstanding(case_id) == []
        licence = one(made, "licence")
        said = text_of(tmp_path, queries().pdf(one(made, "delivery_receipt").id))
        for document in made:
            assert queries().verify_pdf(queries().pdf(document.id)).state == "valid"
        held = queries().licence(licence.licence_id)
        page = text_of(tmp_path, queries().pdf(licence.id))
    assert {document.kind for document in made} == {
        "receipt",
        "acceptance_notice",
        "grant_decision",
        "licence",
        "delivery_receipt",
    }
    assert held.number == licence.number
    assert held.number in said
    assert held.identifier in page
    assert "林示例" in page
    assert queries().uses_without_a_case("990127") == ()


@pytest.mark.parametrize("code", ["elderly-card", "old-age-confirmation"])
def test_decided_on_the_spot_owes_no_limit_it_has_not(county, tmp_path, code):
    from tests.rooms.licences.test_licences import on_the_spot
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 3, 2):
        case_id = county.filed(code, applicant=county.citizen("寿样本"))
        casework.decide_on_spot(case_id, on_the_spot(county, code))
        made = actions().seal_now(case_id)
        assert outstanding(case_id) == []
        words = text_of(tmp_path, queries().pdf(one(made, "acceptance_notice").id))
    assert {document.kind for document in made} == {"receipt", "acceptance_notice", "grant_decision"}
    assert "法定办理期限为" not in words


def test_registration_and_filing_have_their_documents(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Signer

    with county.at(2026, 3, 2):
        tenant = county.citizen("租演示")
        signers = (Signer("other_side", tenant.id),)
        filing = county.filed("rental-filing", signers=signers, applicant=county.citizen("房示例"))
        casework.sign(filing, tenant, role="other_side")
        casework.put_on_record(filing, county.able("accept", "rental-filing"))
        buyer = county.citizen("代示例")
        signers = (Signer("other_side", buyer.id),)
        transfer = county.filed("estate-transfer", signers=signers, applicant=county.citizen("房示例"))
        casework.sign(transfer, buyer, role="other_side")
        casework.accept(transfer, county.able("accept", "estate-transfer"))
        for desk in county.item("estate-transfer").desks[:-1]:
            casework.pass_on(transfer, county.able(desk.power, "estate-transfer"))
        casework.enter(transfer, county.able("decide", "estate-transfer"))
        assert "filing_record" in {document.kind for document in actions().seal_now(filing)}
        assert "registration_decision" in {document.kind for document in actions().seal_now(transfer)}
        assert outstanding(filing) == outstanding(transfer) == []


def test_withdrawn_and_lapsed_cases_are_told(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 3, 2):
        taken_back = county.filed()
        casework.withdraw(taken_back, county.citizen(), reason="不办了")
        waiting = county.filed(leave_out=("layout",))
        casework.ask_correction(waiting, county.able("accept", "small-food-shop"), {"layout": "没有提交"})
        assert one(actions().seal_now(taken_back), "withdrawal_notice").number.startswith("示例市监撤〔2026〕")
    with county.at(2026, 4, 10):
        casework.act_on_lapse(waiting)
        assert one(actions().seal_now(waiting), "lapse_notice").number.startswith("示例市监退〔2026〕")
        assert outstanding(waiting) == []


def test_draft_withdrawn_owes_no_document(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 3, 2):
        draft = casework.save_draft(county.filing(), county.citizen())
        casework.withdraw(draft, county.citizen())
        assert actions().seal_now(draft) == ()
        assert outstanding(draft) == []


def test_late_step_is_put_to_the_unit_with_an_assignment(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ledger import actions as ledger

    with county.at(2026, 3, 2):
        case_id = county.accepted()
    with county.at(2026, 6, 1):
        casework.act_on_lapse(case_id)
        if promises := ledger.claim(5, kinds=["matter"], subject_id=case_id):
            matter = casework.keep_matter(promises[0]).case_id
            assert [document.kind for document in actions().seal_now(matter)] == ["assignment"]
        assert promises


def test_missing_glyph_stays_visible_and_is_kept_later(county, monkeypatch):
    from tongban.rooms.licences.paper import glyphs

    with county.at(2026, 3, 2):
        case_id = county.filed()
        with monkeypatch.context() as patched:
            patched.setattr(glyphs, "can_draw", lambda character: character != "林")
            assert actions().seal_now(case_id) == ()
        (promise,) = outstanding(case_id)
        assert promise.trouble == "glyph_missing"
        from tongban.rooms.ledger.models import Promise

        Promise.objects.filter(id=promise.id).update(claimed_until=None)
        assert [document.kind for document in actions().seal_now(case_id)] == ["receipt"]


def test_rare_names_are_printed(county, tmp_path):
    with county.at(2026, 3, 2):
        for name in ("荀𫖮测", "䶮示例"):
            case_id = county.filed(applicant=county.citizen(name))
            receipt = one(actions().seal_now(case_id), "receipt")
            assert name in text_of(tmp_path, queries().pdf(receipt.id))


def test_without_a_seal_in_use_the_document_waits(county):
    with county.at(2026, 3, 2):
        seal = next(one for one in queries().seals(county.code) if (one.unit, one.use) == ("scjg", "受理专用章"))
        actions().withdraw_seal(seal.id, reason="lost", actor="house")
        case_id = county.accepted()
        made = actions().seal_now(case_id)
        assert [document.kind for document in made] == ["receipt"]  # sealed by the common window
        (promise,) = outstanding(case_id)
        assert promise.trouble == "seal_missing"
        actions().make_demo_seals(county.code, units=["scjg"])
        from tongban.rooms.ledger.models import Promise

        Promise.objects.filter(id=promise.id).update(claimed_until=None)
        assert [document.kind for document in actions().seal_now(case_id)] == ["acceptance_notice"]


def test_withdrawn_seal_keeps_what_it_sealed_and_nothing_after(county):
    from tongban.rooms import clock
    from tongban.rooms.licences import keyring
    from tongban.rooms.licences.models import Document, Seal

    with county.at(2026, 3, 2):
        case_id = county.accepted()
        before = one(actions().seal_now(case_id), "acceptance_notice")
    with county.at(2026, 3, 3):
        actions().withdraw_seal(before.seal_id, reason="lost", actor="house")
        with pytest.raises(Refused) as no:
            actions().withdraw_seal(before.seal_id, reason="lost", actor="house")
        assert no.value.code == "seal_withdrawn"
        pdf = queries().pdf(before.id)
        assert queries().verify_pdf(pdf).state == "valid"
        assert queries().verify_id(before.id).state == "valid"
    with county.at(2026, 3, 4):
        # Whoever stole the key can still make a signature; it does not count.
        seal = Seal.objects.get(id=before.seal_id)
        from tests.rooms.licences.paper_sample import COMMON, DATA
        from tongban.rooms.licences.paper.typeset import typeset

        data = {**COMMON, **DATA["acceptance_notice"], "document_id": str(before.id)}
        forged = keyring.seal_key(seal.id, seal.certificate).sign(
            typeset("acceptance_notice", data), at=clock.now(), reason="受理", location="示例县"
        )
        assert queries().verify_pdf(forged).state == "seal_withdrawn"
        Document.objects.filter(id=before.id).update(sealed_at=clock.now())
        assert queries().verify_id(before.id).state == "seal_withdrawn"


def test_genuine_seal_on_a_paper_nobody_entered_does_not_count(county):
    from tests.rooms.licences.paper_sample import COMMON, DATA
    from tongban.rooms import clock
    from tongban.rooms.licences import keyring
    from tongban.rooms.licences.models import Seal
    from tongban.rooms.licences.paper.typeset import typeset

    with county.at(2026, 3, 2):
        seal = Seal.objects.filter(unit="scjg").first()
        page = typeset("acceptance_notice", {**COMMON, **DATA["acceptance_notice"]})
        paper = keyring.seal_key(seal.id, seal.certificate).sign(page, at=clock.now(), reason="受理", location="示例县")
        verdict = queries().verify_pdf(paper)
    assert verdict.state == "not_ours"
    assert "没有这份文书" in verdict.sentence


def licence_page(county):
    case_id = county.delivered()
    page = one(actions().seal_now(case_id), "licence")
    return page, queries().pdf(page.id)


def test_altered_byte_fails_for_us_and_for_an_outside_checker(county, tmp_path):
    with county.at(2026, 3, 2):
        _, pdf = licence_page(county)
        for at in (200, len(pdf) // 3, len(pdf) // 2):
            altered = bytearray(pdf)
            altered[at] ^= 1
            assert queries().verify_pdf(bytes(altered)).state == "altered"
    altered = bytearray(pdf)
    altered[len(pdf) // 3] ^= 1
    path = tmp_path / "altered.pdf"
    path.write_bytes(altered)
    told = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True).stdout
    assert "Signature is Valid." not in told


def test_revoked_licence_says_so_with_its_day_by_file_code_and_id(county):
    from tongban.rooms.licences.paper import qr

    with county.at(2026, 3, 2):
        page, pdf = licence_page(county)
        code = queries().verify_pdf(pdf).code
        assert code.document_id == str(page.id)
        scanned = qr.CODE.search(printed(pdf)).group()
        assert queries().verify(f"http://127.0.0.1/verify?c={scanned}").state == "valid"
    with county.at(2026, 5, 6):
        actions().revoke(page.licence_id, county.able("decide", "small-food-shop"), reason="以欺骗手段取得")
        verdict = queries().verify_pdf(pdf)
        assert verdict.state == "revoked"
        assert "2026年5月6日" in verdict.sentence
        for asked in (scanned, str(page.id), str(page.licence_id), page.number):
            found = queries().verify(asked)
            assert (found.state, str(found.since)) == ("revoked", "2026-05-06")
            assert "2026年5月6日" in found.sentence


def printed(pdf):
    """What stands among the keywords of a file: the printed code is there too."""
    import io

    from pyhanko.pdf_utils.reader import PdfFileReader

    return str(PdfFileReader(io.BytesIO(pdf)).trailer_view["/Info"]["/Keywords"])


def test_verification_masks_people_and_finds_neither_strangers_nor_forgeries(county):
    from tongban.rooms.ids import uuid7
    from tongban.rooms.licences.paper import qr

    with county.at(2026, 3, 2):
        page, pdf = licence_page(county)
        found = queries().verify_id(page.id)
        assert found.holder == "林＊＊"
        assert "林示例" not in repr(found)
        by_number = queries().verify(page.number)
        assert (by_number.state, by_number.holder, by_number.lines) == ("valid", "", ())
        assert queries().verify(str(uuid7())).state == "not_found"
        assert queries().verify("").state == "not_found"
        assert queries().verify("示例市监证〔2026〕第999999号").state == "not_found"
        scanned = qr.CODE.search(printed(pdf)).group()
        body, _, signature = scanned.rpartition(".")
        assert queries().verify(f"{body}.{signature[:-4]}AAAA").state == "forged"
        assert queries().verify(found.lines[0][1]).state == "valid"  # by its identifier


def test_document_taken_back_says_so(county):
    with county.at(2026, 3, 2):
        case_id = county.accepted()
        notice = one(actions().seal_now(case_id), "acceptance_notice")
        pdf = queries().pdf(notice.id)
    with county.at(2026, 3, 9):
        actions().revoke_document(notice.id, reason="mistaken", actor="house")
        assert queries().verify_id(notice.id).state == "revoked"
        assert queries().verify_pdf(pdf).state == "revoked"


def test_numbers_of_a_register_run_without_gap(county):
    with county.at(2026, 3, 2):
        numbers = [one(actions().seal_now(county.filed()), "receipt").number for _ in range(3)]
    found = [int(number[-7:-1]) for number in numbers]
    assert found == list(range(found[0], found[0] + 3))


def test_seal_keys_are_not_in_the_database_and_not_open_on_disk(county):
    from django.conf import settings

    from tongban.rooms.licences.models import Seal

    seal = Seal.objects.filter(county=county.code).first()
    key = (settings.TONGBAN_KEYS / "licences" / "seals" / f"{seal.id}.key").read_bytes()
    assert b"PRIVATE" not in key
    assert "PRIVATE" not in seal.certificate


def test_demo_seals_are_refused_in_production(county, settings):
    settings.TONGBAN_DEMO = False
    with pytest.raises(Refused) as no:
        actions().make_demo_seals(county.code)
    assert no.value.code == "demo_seals_refused"


def test_real_seal_is_registered_with_its_authority(county):
    from datetime import UTC, datetime

    from tongban.rooms.licences.paper.sign import make_demo_authority, make_seal_key

    since = datetime(2025, 1, 1, tzinfo=UTC)
    authority = make_demo_authority("另一签发机构(测试)", valid_from=since)
    other = make_demo_authority("冒名签发机构(测试)", valid_from=since)
    key = make_seal_key(authority, "示例县水务局备案专用章（测试章）", unit="示例县水务局", valid_from=since)
    given = {"key_pem": key.key_pem(b"secret"), "certificate_pem": key.certificate_pem, "actor": "house"}
    with county.at(2026, 3, 2):
        for wrong, code in (
            ({"password": b"wrong", "authority_pem": authority.certificate_pem}, "seal_key_unreadable"),
            ({"password": b"secret", "authority_pem": other.certificate_pem}, "seal_authority"),
        ):
            with pytest.raises(Refused) as no:
                actions().register_seal(county.code, "sw", "备案专用章", **given, **wrong)
            assert no.value.code == code
        made = actions().register_seal(
            county.code, "sw", "备案专用章", password=b"secret", authority_pem=authority.certificate_pem, **given
        )
        assert isinstance(made, UUID)
        (seal,) = [seal for seal in queries().seals(county.code) if seal.id == made]
        assert (seal.demo, seal.uses) == (False, 0)


def test_two_postmen_with_the_same_promise_make_one_document(own_county):
    """The promise was claimed twice (a postman thought dead was only slow): one document, one use of the seal."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    from tongban.rooms.ledger import actions as ledger
    from tongban.rooms.licences.models import Document, SealUse

    with own_county.at(2026, 3, 2):
        case_id = own_county.filed()
        (promise,) = ledger.claim(5, kinds=["document"], subject_id=case_id)
        together = Barrier(3)

        def keep(_):
            try:
                together.wait(timeout=10)
                return actions().keep_document(promise).id
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            made = set(pool.map(keep, range(3)))
        assert len(made) == 1
        assert Document.objects.filter(case_id=case_id).count() == 1
        assert SealUse.objects.filter(case_id=case_id).count() == 1


def test_result_pack_lists_every_part_with_its_result(county):
    from dataclasses import replace
    from random import Random

    from tongban.hall.county.answers import answers_for
    from tongban.rooms import clock
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.parts import parts_of
    from tongban.rooms.licences.actions import composing, sources

    with county.at(2026, 3, 2):
        form = county.item("open-restaurant").form
        answers = answers_for({**form, "required": list(form["properties"])}, Random(1), clock.today())
        filing = replace(county.filing("open-restaurant"), answers=answers)
        bundle = casework.file_case(filing, county.citizen()).case_id
        casework.tend_bundle(bundle)
        data = composing.compose("result_pack", sources.source(bundle, 1))
        parts = parts_of(bundle)
    assert [row["number"] for row in data["outcomes"]] == [part.number for part in parts]
    assert {row["result"] for row in data["outcomes"]} == {"已收件"}
    assert len(parts) > 0
    assert data["refused_part"] is False
