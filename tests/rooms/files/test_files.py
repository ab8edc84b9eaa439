"""Contents come in whole or not at all, are kept once, and go only when nothing refers to them."""

import errno
import hashlib
import io
import os
import threading
import zipfile
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from tongban.hall.county.sheets import sheet
from tongban.rooms import clock
from tongban.rooms.files import actions, blobs, queries
from tongban.rooms.files.media import LABELS, kind_of
from tongban.rooms.files.models import StoredFile
from tongban.rooms.files.pictures import redrawn
from tongban.rulebook.errors import Refused

COUNTY = "990127"
PDF = b"%PDF-1.7\n" + b"shop" * 300 + b"\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
#: A whole one, as it is kept.
PICTURE = redrawn(sheet("材料"), "png")


def _store(content=PDF, **rest):
    return actions.store(content, **({"county": COUNTY, "actor": "person:test"} | rest))


def _code(call) -> str:
    with pytest.raises(Refused) as no:
        call()
    assert no.value.sentence.endswith("。")
    return no.value.code


def _on_disk(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_content_comes_back_as_it_went_in_and_lies_encrypted(folder):
    made = _store()
    assert actions.read(made, who="staff:T001", purpose="审查材料") == PDF
    known = queries.file(made)
    assert (known.media, known.size, known.sha256) == ("pdf", len(PDF), hashlib.sha256(PDF).hexdigest())
    assert (known.stored_by, known.stored_at, known.provisional) == ("person:test", clock.now(), False)
    (path,) = _on_disk(folder)
    assert b"shop" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"%PDF" not in bytes(StoredFile.objects.get().wrapped_key)


def test_every_read_is_logged_and_a_read_without_purpose_refused(folder):
    made = _store()
    assert _code(lambda: actions.read(made, who="staff:T001", purpose=" ")) == "purpose_missing"
    actions.read(made, who="staff:T001", purpose="审查材料")
    with connection.cursor() as cursor:
        cursor.execute("SELECT who, subject_kind, purpose FROM ledger_access WHERE subject_id = %s", [made])
        assert cursor.fetchall() == [("staff:T001", "file", "审查材料")]
        cursor.execute("SELECT step, body::text FROM ledger_entry WHERE subject_id = %s", [made])
        ((step, body),) = cursor.fetchall()
    assert step == "store"
    assert hashlib.sha256(PDF).hexdigest() not in body


def _zip(*names: str, text: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, text)
    return file.getvalue()


#: First bytes -> kind.  The name of a file is never looked at.
KINDS = [
    (PDF, "pdf"),
    (PNG, "png"),
    (b"\xff\xd8\xff\xe0" + b"\x00" * 20, "jpg"),
    (b"GIF89a" + b"\x00" * 20, "gif"),
    (b"II*\x00" + b"\x00" * 20, "tiff"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
    (b"\x00\x00\x00\x18ftypheic", "heic"),
    (_zip("OFD.xml", "Doc_0/Document.xml"), "ofd"),
    (_zip("word/document.xml"), "docx"),
    (_zip("xl/workbook.xml"), "xlsx"),
    (_zip("holiday.jpg"), "zip"),
    (_zip("notes.txt", text="word/document.xml xl/workbook.xml"), "zip"),
    (_zip(), "zip"),
    (b"PK\x03\x04 cut off", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "office"),
    (b"Rar!\x1a\x07\x00", "rar"),
    (b"MZ\x90\x00", "program"),
    (b"\x7fELF\x02", "program"),
    (b"<!DOCTYPE html><script>", "html"),
    ("只是文字".encode(), "text"),
    ("字".encode() * 2000, "text"),
    (b"\xfe\xfa\x80\x81", "unknown"),
    (b"\x00\x01\x02\x03", "unknown"),
]


@pytest.mark.parametrize(("content", "kind"), KINDS, ids=[f"{kind}-{n}" for n, (_, kind) in enumerate(KINDS)])
def test_kind_is_told_by_content(content, kind):
    assert kind_of(content) == kind
    assert kind in LABELS


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("file_empty", b""),
        ("file_kind", b"MZ\x90\x00 renamed to application.pdf"),
        ("file_kind", _zip("word/document.xml")),
        ("file_kind", b" %PDF-1.7 not at the beginning"),
        ("file_too_large", PDF + b"\x00" * 2048),
    ],
)
def test_bad_upload_is_refused_with_a_sentence_and_nothing_is_kept(folder, settings, code, content):
    settings.TONGBAN_FILE_LIMIT = len(PDF) + 1000
    assert _code(lambda: _store(content)) == code
    assert StoredFile.objects.count() == 0
    assert _on_disk(folder) == []


def test_wrong_kind_is_named_and_what_is_wanted_too(folder):
    with pytest.raises(Refused) as no:
        _store(_zip("word/document.xml"), allowed=("pdf",))
    assert no.value.sentence == "按内容看这是Word 文档，这里只收 pdf。请另存为 pdf 后重新上传，只改文件名没有用。"


def test_content_at_the_limit_is_taken_and_one_byte_more_is_not(folder, settings):
    settings.TONGBAN_FILE_LIMIT = len(PDF)
    _store()
    assert _code(lambda: _store(PDF + b"\n")) == "file_too_large"


def test_who_stores_may_set_another_limit(folder):
    assert _code(lambda: _store(limit=len(PDF) - 1)) == "file_too_large"
    assert queries.file(_store(limit=len(PDF))).size == len(PDF)


def test_limit_is_twenty_megabytes_unless_set(settings):
    assert actions.limit_bytes() == 20 * 1024 * 1024


def test_same_content_is_kept_once_per_county(folder):
    first = _store()
    assert _store(actor="person:other") == first
    other = _store(county="990128")
    assert other != first
    assert len(_on_disk(folder)) == 2
    assert queries.by_content(COUNTY, hashlib.sha256(PDF).hexdigest()) == queries.file(first)
    assert queries.by_content("990129", hashlib.sha256(PDF).hexdigest()) is None


@pytest.mark.parametrize("place", ["write", "fsync", "rename"])
def test_full_disk_is_told_and_leaves_nothing_behind(folder, monkeypatch, place):
    """Given a full disk, When a file is uploaded, Then it is refused, nothing is half-written, the next one works."""

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        if place == "rename":
            patched.setattr("pathlib.Path.rename", full)
        else:
            patched.setattr(os, place, full)
        assert _code(_store) == "disk_full"
    assert StoredFile.objects.count() == 0
    assert _on_disk(folder) == []

    made = _store()
    assert actions.read(made, who="house", purpose="test") == PDF


def test_disk_full_half_way_leaves_nothing_behind(folder, monkeypatch):
    plain, calls = os.write, []

    def half(handle, data):
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return plain(handle, bytes(data)[:100])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half)
        assert _code(_store) == "disk_full"
    assert len(calls) == 2
    assert _on_disk(folder) == []


def test_short_writes_are_continued(folder, monkeypatch):
    plain = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda handle, data: plain(handle, bytes(data)[:7]))
        made = _store()
    assert actions.read(made, who="house", purpose="test") == PDF


def test_other_trouble_of_the_disk_has_its_own_code(folder, monkeypatch):
    def broken(handle):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", broken)
        assert _code(_store) == "disk_trouble"
    assert _on_disk(folder) == []


def test_file_and_its_folder_are_synced_before_the_row_is_written(folder, monkeypatch):
    order = []
    plain = os.fsync

    def noted(handle):
        order.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        plain(handle)

    def watched(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "files_storedfile"'):
            order.append("row")
        return execute(sql, params, many, context)

    monkeypatch.setattr(os, "fsync", noted)
    with connection.execute_wrapper(watched):
        _store()
    # The two new folders are entered above them, then the content, then its own folder, then the row.
    assert order == ["folder", "folder", "file", "folder", "row"]


def test_lost_and_damaged_contents_are_told(folder):
    made = _store()
    (path,) = _on_disk(folder)
    sealed = bytearray(path.read_bytes())
    sealed[-20] ^= 1
    path.write_bytes(sealed)
    assert _code(lambda: actions.read(made, who="house", purpose="test")) == "file_damaged"
    path.unlink()
    assert _code(lambda: actions.read(made, who="house", purpose="test")) == "file_lost"

    assert _store() == made
    assert actions.read(made, who="house", purpose="test") == PDF


def test_unknown_file_is_refused(folder):
    assert _code(lambda: actions.read(uuid4(), who="house", purpose="test")) == "file_unknown"
    assert _code(lambda: queries.file(uuid4())) == "file_unknown"
    assert _code(lambda: actions.keep([uuid4()])) == "file_unknown"


def _age(folder, hours):
    for path in _on_disk(folder):
        then = path.stat().st_mtime - hours * 3600
        os.utime(path, (then, then))


def test_upload_that_nobody_files_is_swept_after_its_time(folder, django_capture_on_commit_callbacks):
    made = _store(provisional=True)
    kept = _store(PICTURE)
    _age(folder, 100)
    assert actions.sweep() == actions.Swept(0, 0)
    with clock.held(clock.now() + actions.GRACE):
        assert actions.sweep() == actions.Swept(0, 0)
    later = clock.held(clock.now() + actions.GRACE + timedelta(seconds=1))
    with later, django_capture_on_commit_callbacks(execute=True):
        assert actions.sweep() == actions.Swept(1, 0)
    assert _code(lambda: queries.file(made)) == "file_unknown"
    assert actions.read(kept, who="house", purpose="test") == PICTURE
    assert len(_on_disk(folder)) == 1


def test_upload_that_was_filed_or_handed_in_again_is_not_swept(folder):
    filed, again = _store(provisional=True), _store(PICTURE, provisional=True)
    actions.keep([filed])
    with clock.held(clock.now() + actions.GRACE):
        assert _store(PICTURE, provisional=True) == again
    with clock.held(clock.now() + actions.GRACE + timedelta(days=1)):
        assert actions.sweep() == actions.Swept(0, 0)
    assert [queries.file(each).provisional for each in (filed, again)] == [False, True]
    assert _store(PICTURE) == again
    assert queries.file(again).provisional is False


def test_content_of_a_rolled_back_row_is_swept_after_its_time(folder, django_capture_on_commit_callbacks):
    with pytest.raises(RuntimeError), transaction.atomic():
        _store()
        raise RuntimeError
    assert StoredFile.objects.count() == 0
    assert len(_on_disk(folder)) == 1
    assert actions.sweep() == actions.Swept(0, 0)
    _age(folder, 49)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.sweep() == actions.Swept(0, 1)
    assert _on_disk(folder) == []


def test_unfinished_content_of_a_crash_is_swept_too(folder, django_capture_on_commit_callbacks):
    made = _store()
    half = folder / COUNTY / "00" / "halfway.part"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half")
    _age(folder, 49)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.sweep() == actions.Swept(0, 1)
    assert actions.read(made, who="house", purpose="test") == PDF


def test_file_that_another_table_refers_to_is_never_swept(own_database, settings, tmp_path):
    settings.TONGBAN_FILES = tmp_path
    made = _store(provisional=True)
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute(
            "CREATE TABLE paper (file_id uuid REFERENCES files_storedfile (id) DEFERRABLE INITIALLY DEFERRED)"
        )
        owner.execute("INSERT INTO paper VALUES (%s)", [made])
    with clock.held(clock.now() + actions.GRACE + timedelta(days=1)):
        assert actions.sweep() == actions.Swept(0, 0)
        with transaction.atomic():
            assert actions.sweep() == actions.Swept(0, 0)
    assert actions.read(made, who="house", purpose="test") == PDF


@pytest.mark.parametrize("how_many", [1, 3])
def test_files_are_described_in_one_query(folder, django_assert_num_queries, how_many):
    made = [_store(PDF + bytes([n])) for n in range(how_many)]
    with django_assert_num_queries(1):
        assert set(queries.files_by_id(made)) == set(made)


@pytest.mark.parametrize(
    ("constraint", "change"), [("file_not_empty", {"size": 0}), ("file_sha256", {"sha256": "x" * 64})]
)
def test_database_itself_refuses_a_file_that_cannot_be(folder, constraint, change):
    made = _store()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        StoredFile.objects.filter(id=made).update(**change)


def test_same_content_at_the_same_moment_becomes_one_file(own_database, settings, tmp_path):
    settings.TONGBAN_FILES = tmp_path
    start = threading.Barrier(6)
    made, troubles = [], []

    def upload():
        try:
            start.wait()
            made.append(_store())
        except Exception as error:
            troubles.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=upload) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert troubles == []
    assert len(made) == 6
    assert len(set(made)) == 1
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    assert blobs.exists(StoredFile.objects.get().blob)
