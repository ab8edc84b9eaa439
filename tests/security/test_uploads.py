"""What people upload: told by its content, drawn anew, shown in a box, never opened where it need not be."""

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.doors.browsing import paper_of, signed_in
from tongban.rooms.files.pictures import POINTS, redrawn
from tongban.rulebook.errors import Refused


def photograph(kind="JPEG", size=(40, 20), **more):
    made = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(made, kind, **more)
    return made.getvalue()


def with_place(**more):
    """Return a photograph that says where and with what it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "CameraOfSomebody"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (28.0, 13.0, 1.0)
    return photograph(exif=exif, comment=b"behind the picture", **more)


def test_a_photograph_loses_its_place_and_stands_upright():
    before = with_place()
    assert b"CameraOfSomebody" in before
    after = redrawn(before, "jpg")
    assert b"CameraOfSomebody" not in after
    assert b"behind" not in after
    with Image.open(io.BytesIO(after)) as picture:
        assert dict(picture.getexif()) == {}
        assert picture.size == (20, 40)


def test_what_is_hidden_behind_a_picture_is_gone():
    for kind, media in (("PNG", "png"), ("JPEG", "jpg")):
        content = photograph(kind) + b"<script>alert(1)</script>PK\x03\x04"
        assert b"script" not in redrawn(content, media)


def test_text_within_a_png_is_gone_and_its_points_stay():
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("Author", "somebody")
    before = photograph("PNG", pnginfo=told)
    after = redrawn(before, "png")
    assert b"somebody" not in after
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as other:
        assert one.tobytes() == other.tobytes()


def bomb(width, height):
    """Return a PNG of a few bytes that says it is huge."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(POINTS // 1000 + 1, 1000), (60_000, 60_000)])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked(size):
    with pytest.raises(Refused) as no:
        redrawn(bomb(*size), "png")
    assert no.value.code == "picture_too_large"


@pytest.mark.parametrize("content", [photograph()[:300], b"\xff\xd8\xff" + b"no picture", photograph("GIF")])
def test_what_is_no_whole_picture_is_refused(content):
    with pytest.raises(Refused) as no:
        redrawn(content, "jpg")
    assert no.value.code == "file_damaged"


def test_a_pdf_is_kept_as_it_is_and_not_opened():
    content = b"%PDF-1.7\n" + b"not a real one"
    assert redrawn(content, "pdf") is content


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=200).map(lambda tail: photograph()[:200] + tail),
        st.binary(max_size=200).map(lambda tail: photograph("PNG")[:60] + tail),
        st.tuples(st.integers(0, 600), st.integers(0, 255)).map(
            lambda hit: bytes(hit[1] if at == hit[0] else byte for at, byte in enumerate(photograph()))
        ),
    )
)
def test_whatever_is_sent_as_a_picture_is_drawn_or_refused(content):
    for media in ("jpg", "png"):
        with contextlib.suppress(Refused):  # anything else that is raised fails the test
            Image.open(io.BytesIO(redrawn(content, media))).load()


def test_what_was_uploaded_is_what_is_kept_without_its_place(county):
    from tongban.rooms.files import actions as files

    kept = files.store(with_place(), county=county.code, actor="house")
    content = files.read(kept, who="house", purpose="test")
    assert b"CameraOfSomebody" not in content
    assert files.store(with_place(), county=county.code, actor="house") == kept


@pytest.mark.parametrize("media", ["jpg", "pdf"])
def test_a_paper_is_shown_in_a_box(county, media):
    from dataclasses import replace

    from django.urls import reverse

    from tongban.rooms.casework import actions as casework
    from tongban.rooms.files import actions as files

    content = with_place() if media == "jpg" else b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"
    file_id = files.store(content, county=county.code, actor=county.citizen().name)
    filing = county.filing(leave_out=("layout",))
    offers = {**filing.offers, "layout": casework.Offer(file_id=file_id)}
    draft = casework.save_draft(replace(filing, offers=offers), county.citizen())
    answer = paper_of(signed_in(county.citizen()), reverse("file-look", args=[draft, "layout"]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == {"jpg": "image/jpeg", "pdf": "application/pdf"}[media]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("inline;")
    assert not answer.cookies


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>alert(1)</script>", "a.jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.png"),
        (b"MZ\x90\x00" + bytes(60), "a.pdf"),
        (b"PK\x03\x04" + bytes(60), "a.pdf"),
        (b"", "empty.png"),
    ],
)
def test_a_name_and_a_type_that_lie_open_nothing(county, content, name):
    from dataclasses import replace

    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.urls import reverse

    from tongban.rooms.casework import actions as casework

    draft = casework.save_draft(replace(county.filing(leave_out=("layout",)), answers={}), county.citizen())
    upload = SimpleUploadedFile(name, content, content_type="image/png")
    where = reverse("file-paper", args=[draft, "layout"])
    answer = signed_in(county.citizen()).post(where, {"file": upload, "key": "some-key-of-the-test"})
    assert answer.status_code in (200, 422)
    assert signed_in(county.citizen()).get(reverse("file-look", args=[draft, "layout"])).status_code == 404


def test_a_workbook_whose_words_unfold_without_end_is_refused(tmp_path):
    """Entities within entities (a billion laughs): refused when it is read, not when the memory is full."""
    import zipfile

    from tests.hall.importing.conftest import write_xlsx
    from tongban.rooms.importing import tables

    whole = write_xlsx(tmp_path / "t.xlsx", [{"code": "a", "name": "b"}])
    deep = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{deep}]>'
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(bad, "w") as after:
        for one in before.namelist():
            content = before.read(one)
            if one.endswith("sheet1.xml"):
                text = content.decode().partition("?>")[2] or content.decode()
                content = (head + text.replace("<t>b</t>", "<t>&e11;</t>").replace(">b<", ">&e11;<")).encode()
                assert b"&e11;<" in content
            after.writestr(one, content)
    with pytest.raises(Refused):
        tables.read_rows(bad)
