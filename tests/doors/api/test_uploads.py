"""Uploads go on where the line broke, and are what they are by content."""


def code(response):
    return response.status_code, response.told["code"]


def piece(speaker, upload, content, offset):
    return speaker.ask(
        "PATCH", f"/uploads/{upload}", content, media="application/octet-stream", query=f"offset={offset}"
    )


def test_a_broken_upload_is_gone_on_with(office, tokens):
    person, content = tokens.person(), office.png
    upload = person.post("/uploads", {"size": len(content)}, key="upload-of-lin").told["id"]
    assert person.post("/uploads", {"size": len(content)}, key="upload-of-lin").told["id"] == upload
    assert piece(person, upload, content[:10], 0).told["received"] == 10
    assert piece(person, upload, content[:10], 0).told["received"] == 10
    gap = piece(person, upload, content[20:], 20)
    assert code(gap) == (409, "upload_gap")
    assert "第 10 字节" in gap.told["message"]
    assert code(person.post(f"/uploads/{upload}/finish")) == (409, "upload_unfinished")
    assert person.get(f"/uploads/{upload}").told == {
        "id": upload,
        "size": len(content),
        "received": 10,
        "finished": False,
    }
    piece(person, upload, content[10:], 10)
    assert person.post(f"/uploads/{upload}/finish").told["finished"] is True
    assert person.post(f"/uploads/{upload}/finish").told["finished"] is True


def test_what_is_no_picture_and_no_pdf_is_refused_whatever_it_is_called(office, tokens):
    person, content = tokens.person(), b"MZ\x90\x00 a program"
    upload = person.post("/uploads", {"size": len(content)}).told["id"]
    assert code(piece(person, upload, content + b"more", 0)) == (422, "upload_too_long")
    piece(person, upload, content, 0)
    assert code(person.post(f"/uploads/{upload}/finish")) == (422, "file_kind")


def test_pieces_are_sealed_and_go_when_nobody_goes_on(office, tokens):
    from tongban.rooms.files import uploads
    from tongban.rooms.files.models import Piece, Upload

    person = tokens.person()
    upload = person.post("/uploads", {"size": 100}).told["id"]
    piece(person, upload, b"%PDF-1.4 secret", 0)
    assert b"secret" not in bytes(Piece.objects.get(upload_id=upload).sealed)
    assert uploads.sweep_uploads() == 0
    with office.at(2026, 10, 16):
        assert uploads.sweep_uploads() == 1
    assert not Upload.objects.filter(id=upload).exists()
    assert not Piece.objects.exists()
