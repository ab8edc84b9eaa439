"""Sealed files: found valid by us and by Debian's tools; whatever is changed is found out by both."""

import io
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from tests.rooms.licences.paper_sample import (
    COMMON,
    DOCUMENT,
    FACE,
    FACTS,
    HOLDER,
    LATER,
    PAGE,
    SEALED_AT,
    UNIT,
    authority,
    code_key,
    data,
    licence,
    run_tool,
    seal_key,
    text_of,
)
from tongban.rooms.licences.paper.check import Verdict, check
from tongban.rooms.licences.paper.make import make, measure
from tongban.rooms.licences.paper.seal_face import name_of
from tongban.rooms.licences.paper.sign import SealKey, make_demo_authority, make_seal_key
from tongban.rooms.licences.paper.typeset import typeset
from tongban.rulebook.errors import Refused

ROOTS = (authority().certificate_pem,)
KEYS = (code_key().public_key(),)


def _check(pdf: bytes, **more: object) -> Verdict:
    return check(pdf, ROOTS, LATER, **more)


def _flipped(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


@lru_cache(maxsize=1)
def _bare() -> bytes:
    return typeset("receipt", data("receipt"))


def test_a_sealed_licence_is_valid_and_says_by_whom_and_when():
    verdict = _check(licence().pdf, public_keys=KEYS)
    assert (verdict.state, verdict.signer, verdict.signed_at, verdict.document_id) == (
        "valid",
        name_of(FACE),
        SEALED_AT,
        DOCUMENT,
    )
    assert verdict.seal_serial == seal_key().serial
    assert verdict.code is not None
    assert verdict.code.number == COMMON["number"]
    assert "2026年9月22日09时30分" in verdict.sentence


def test_debian_tools_find_it_well_formed_and_validly_signed(tmp_path: Path):
    path = tmp_path / "licence.pdf"
    path.write_bytes(licence().pdf)
    signed = run_tool("pdfsig", str(path))
    assert ("Signature is Valid." in signed, "Total document signed" in signed) == (True, True)
    assert "ETSI.CAdES.detached" in signed
    assert "No syntax or stream encoding errors found" in run_tool("qpdf", "--check", str(path))
    text = text_of(licence().pdf, tmp_path)
    assert (HOLDER in text, "测试章" in text) == (True, True)


def test_one_changed_byte_is_found_by_us_and_by_pdfsig(tmp_path: Path):
    """S096: Given one byte of a sealed file changed, When verified, Then it fails."""
    pdf = licence().pdf
    gap = pdf.index(b"/Contents <")
    places = [100, 5_000, len(_bare()) // 2, 40_000, gap - 400, pdf.rindex(b"/Reason") + 12, len(pdf) - 60]
    for at in places:
        changed = _flipped(pdf, at)
        (tmp_path / "changed.pdf").write_bytes(changed)
        said = run_tool("pdfsig", str(tmp_path / "changed.pdf"))
        assert (at, _check(changed).state, "Signature is Valid." in said) == (at, "altered", False)


def test_no_byte_anywhere_can_be_changed_unnoticed():
    pdf = licence().pdf
    gap = pdf.index(b"/Contents <") + len(b"/Contents <")
    places = [*range(9, len(pdf), 499), *range(gap, gap + 2_500, 7)]
    states = {at: _check(_flipped(pdf, at)).state for at in places}
    assert {at: state for at, state in states.items() if state != "altered"} == {}


def test_the_case_of_a_hexadecimal_digit_is_a_change_too():
    pdf = licence().pdf
    gap = pdf.index(b"/Contents <") + len(b"/Contents <")
    at = next(at for at in range(gap, gap + 500) if pdf[at : at + 1] in b"ABCDEF")
    assert _check(pdf[:at] + pdf[at : at + 1].lower() + pdf[at + 1 :]).state == "altered"


def test_whatever_is_added_or_cut_off_is_a_change():
    pdf = licence().pdf
    empty_update = b"\n" + pdf[pdf.rindex(b"startxref") :]
    changed = {
        "line": pdf + b"\n",
        "update": pdf + empty_update,
        "front": b"\n" + pdf,
        "tail": pdf[:-1],
        "half of the signature": pdf[: pdf.index(b"/Contents <") + 500],
    }
    assert {name: _check(one).state for name, one in changed.items()} == dict.fromkeys(changed, "altered")


def test_a_second_signature_is_a_change():
    writer = IncrementalPdfFileWriter(io.BytesIO(licence().pdf))
    append_signature_field(writer, SigFieldSpec("Second"))
    out = io.BytesIO()
    writer.write(out)
    assert _check(out.getvalue()).state == "altered"


def test_the_seal_of_another_authority_is_not_ours():
    other = make_demo_authority("示例县印章签发机构（测试）", valid_from=datetime(2026, 1, 1, tzinfo=UTC))
    copy = make_seal_key(other, name_of(FACE), unit=UNIT, valid_from=datetime(2026, 1, 1, tzinfo=UTC))
    pdf = copy.sign(_bare(), at=SEALED_AT, reason="收件凭证", location="示例县")
    assert _check(pdf).state == "not_ours"
    assert check(pdf, (other.certificate_pem,), LATER).state == "valid"
    assert check(licence().pdf, (), LATER).state == "not_ours"


@pytest.mark.parametrize(
    "data_in",
    [
        b"",
        b"x",
        b"%PDF-",
        b"%PDF-1.7\n garbage",
        b"\x00" * 1000,
        b"PK\x03\x04 a zip",
        "一段文字".encode(),
        b"%PDF-1.7" * 2000,
    ],
)
def test_garbage_is_not_ours_and_never_an_exception(data_in: bytes):
    verdict = _check(data_in)
    assert (verdict.state, bool(verdict.sentence)) == ("not_ours", True)


def test_an_unsigned_page_of_ours_is_not_a_document():
    assert _check(_bare()).state == "not_ours"


def test_every_cut_gets_a_verdict_and_none_is_valid():
    pdf = licence().pdf
    states = {_check(pdf[:length]).state for length in range(0, len(pdf), 1_009)}
    assert states == {"not_ours", "altered"}


def test_a_revoked_document_is_unchanged_but_no_longer_good():
    verdict = _check(licence().pdf, revoked={DOCUMENT: date(2026, 10, 12)}.get)
    assert (verdict.state, "2026年10月12日失效" in verdict.sentence) == ("revoked", True)
    assert _check(licence().pdf, revoked={}.get).state == "valid"


def test_a_withdrawn_seal_spoils_only_what_it_sealed_afterwards():
    serial = seal_key().serial
    before, after = SEALED_AT - timedelta(seconds=1), SEALED_AT + timedelta(seconds=1)
    assert _check(licence().pdf, withdrawn={serial: before}.get).state == "seal_withdrawn"
    assert _check(licence().pdf, withdrawn={serial: SEALED_AT}.get).state == "seal_withdrawn"
    assert _check(licence().pdf, withdrawn={serial: after}.get).state == "valid"


def test_a_seal_signs_only_while_its_certificate_is_in_force():
    key = make_seal_key(authority(), name_of(FACE), unit=UNIT, valid_from=datetime(2026, 3, 1, tzinfo=UTC), years=1)
    for at in (datetime(2026, 2, 28, tzinfo=UTC), datetime(2027, 3, 3, tzinfo=UTC)):
        with pytest.raises(Refused) as refused:
            key.sign(_bare(), at=at, reason="收件凭证", location="示例县")
        assert refused.value.code == "seal_not_in_force"


def test_a_file_stays_valid_after_its_seal_has_expired():
    assert check(licence().pdf, ROOTS, datetime(2045, 1, 1, tzinfo=UTC)).state == "valid"


def test_a_signing_time_in_the_future_is_remarked():
    verdict = check(licence().pdf, ROOTS, SEALED_AT - timedelta(days=1))
    assert ("签章时间", "晚于本次查验时间，请核对查验所用电脑的时钟") in verdict.details


def test_a_seal_survives_being_written_down_under_a_password():
    key = seal_key()
    again = SealKey.from_pem(key.key_pem(b"secret"), key.certificate_pem, b"secret")
    pdf = again.sign(_bare(), at=SEALED_AT, reason="收件凭证", location="示例县")
    assert (again.name, again.serial, _check(pdf).state) == (key.name, key.serial, "valid")
    with pytest.raises(Refused) as refused:
        SealKey.from_pem(key.key_pem(b"secret"), key.certificate_pem, b"wrong")
    assert refused.value.code == "seal_key_unreadable"


def test_a_key_that_does_not_belong_to_the_certificate_is_refused():
    other = make_seal_key(authority(), name_of(FACE), unit=UNIT, valid_from=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(Refused) as refused:
        SealKey.from_pem(other.key_pem(), seal_key().certificate_pem)
    assert refused.value.code == "seal_key_mismatch"


def test_a_document_owed_a_seal_is_not_made_without_one():
    common = {"code_key": code_key(), "verify_page": PAGE, "facts": FACTS, "at": SEALED_AT, "location": "示例县"}
    with pytest.raises(Refused) as refused:
        make("receipt", data("receipt"), seal=None, seal_key=None, **common)
    assert (refused.value.code, "印章" in refused.value.sentence) == ("field_missing", True)
    promise = data("promise")
    promise.pop("seal")
    assert make("promise", promise, seal=None, seal_key=None, **common).title == "容缺受理承诺书"


def test_measuring_counts_the_first_apart():
    seen: list[int] = []
    measured = measure(seen.append, 3)
    assert (seen, measured.count) == ([0, 1, 2, 3], 3)
