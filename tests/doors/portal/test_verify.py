"""The page behind every printed code."""

import re
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

ADDRESS = "/verify"


@pytest.fixture
def sealed(county):
    """A licence of 林示例, sealed: its page's row and file."""
    from tongban.rooms.licences import actions, queries

    with county.at(2026, 3, 2):
        case_id = county.delivered()
        (page,) = [made for made in actions.seal_now(case_id) if made.kind == "licence"]
        yield SimpleNamespace(page=page, pdf=queries.pdf(page.id))


def code_on(pdf):
    import io

    from pyhanko.pdf_utils.reader import PdfFileReader

    return re.search(r"TB1\.[\w.-]+", str(PdfFileReader(io.BytesIO(pdf)).trailer_view["/Info"]["/Keywords"])).group()


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_empty_page_asks(county):
    page = text(Client().get(ADDRESS))
    assert "文书和证照查验" in page
    assert 'role="status"' not in page


def test_scanned_code_shows_the_licence_masked(sealed):
    page = text(Client().get(ADDRESS, {"c": code_on(sealed.pdf)}))
    assert "answer good" in page
    assert "林＊＊" in page
    assert "林示例" not in page
    assert sealed.page.number in page


def test_number_alone_tells_neither_whose_nor_what(sealed):
    page = text(Client().get(ADDRESS, {"q": sealed.page.number}))
    assert "answer good" in page
    assert "林" not in page.replace("林业", "")


def test_uploaded_file_and_one_byte_changed(sealed):
    good = text(Client().post(ADDRESS, {"file": SimpleUploadedFile("a.pdf", sealed.pdf)}))
    assert "answer good" in good
    altered = bytearray(sealed.pdf)
    altered[len(altered) // 2] ^= 1
    bad = text(Client().post(ADDRESS, {"file": SimpleUploadedFile("a.pdf", bytes(altered))}))
    assert "answer bad" in bad
    assert "被改动过" in bad


@pytest.mark.parametrize("content", [b"", b"not a pdf", b"%PDF-1.7 broken"])
def test_any_upload_is_answered(county, content):
    page = text(Client().post(ADDRESS, {"file": SimpleUploadedFile("a.pdf", content)}))
    assert "answer bad" in page


@pytest.mark.parametrize("asked", ["TB1.a.b.c.d.e.f", "<script>alert(1)</script>", "1.2.156.3005.2.1", "x" * 5000])
def test_any_question_is_answered(county, asked):
    page = text(Client().get(ADDRESS, {"q": asked}))
    assert "answer bad" in page
    assert "<script>alert" not in page


def test_public_keys_check_without_the_database(sealed, county):
    from tongban.rooms.licences import queries

    answer = Client().get(f"{ADDRESS}/keys/{county.code}.pem")
    assert answer.status_code == 200
    assert b"PRIVATE" not in answer.content
    verdict = queries.verify_pdf_offline(sealed.pdf, answer.content)
    assert verdict.state == "valid"
    assert "不能得知此后是否撤销" in verdict.sentence
    assert queries.verify_code_offline(code_on(sealed.pdf), answer.content).state == "valid"


@pytest.mark.parametrize("county_code", ["000000", "..", "abc"])
def test_unknown_county_has_no_keys(county, county_code):
    assert Client().get(f"{ADDRESS}/keys/{county_code}.pem").status_code == 404
