"""归档 (S193): a finished case becomes a fixed package; one changed byte or file in it is found."""

import io
import json
import zipfile

import pytest

from tests.rooms.archive.conftest import DAY, promised, seal
from tongban.rulebook.errors import Refused


def rebuilt(content, change):
    """Return a ZIP with the same files but for what ``change`` does to the mapping of path to content."""
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        files = {name: box.read(name) for name in box.namelist()}
    change(files)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as box:
        for name, data in files.items():
            box.writestr(name, data)
    return made.getvalue()


def inside(content):
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        return {name: box.read(name) for name in box.namelist()}


def test_case_waits_until_its_documents_are_sealed(county, finished):
    from tongban.rooms.archive import actions
    from tongban.rooms.archive.models import Package
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.ledger.models import Register

    with county.at(*DAY, 12), pytest.raises(Refused) as no:
        actions.keep_archive(promised(finished))

    assert no.value.code == "documents_outstanding"
    assert (Package.objects.count(), read(finished).row["state"]) == (0, "delivered")
    assert not Register.objects.filter(kind__startswith="archive_").exists()


def test_package_holds_form_materials_opinions_documents_and_journal(county, packed):
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.ledger.models import Entry
    from tongban.rooms.licences import queries as licences

    files = inside(packed.content)
    file = read(packed.case)
    materials = {name.split("/")[1].split(".")[0] for name in files if name.startswith("materials/")}
    wanted = file.facts.item.materials_for(frozenset(file.row["situation"]))
    assert materials == {m.code for m in wanted if m.source != "made"}
    documents = licences.documents_of(packed.case)
    assert len(documents) >= 3
    assert sum(name.startswith("documents/") for name in files) == len(documents)
    assert json.loads(files["form.json"])["answers"]
    assert {one["text"] for one in json.loads(files["opinions.json"])["notes"]} >= {"准予"}
    assert json.loads(files["parties.json"])["applicant"] == "林示例"
    steps = [json.loads(line)["step"] for line in files["journal.jsonl"].decode().splitlines()]
    assert steps == list(
        Entry.objects.filter(subject_id=packed.case).order_by("seq").values_list("step", flat=True)[: len(steps)]
    )
    assert (steps[0], steps[-1]) == ("file", "deliver")


def test_step_and_package_are_one_and_the_journal_vouches_for_it(county, packed):
    from tongban.rooms.archive import queries
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.ledger.models import Entry

    view = queries.package(packed.id)
    entry = Entry.objects.get(subject_id=packed.case, step="archive")
    assert read(packed.case).row["state"] == "archived"
    assert (entry.body["package"], entry.body["number"]) == (str(packed.id), view.number)
    assert view.number == "990127-XK-2026-000001"
    assert view.sound
    assert {check["nature"] for check in view.checks} == {"真实性", "完整性", "可用性", "安全性"}


def test_manifest_names_nobody(packed):
    from tongban.rooms.archive.models import Package

    manifest = Package.objects.get(id=packed.id).manifest
    assert "林示例" not in json.dumps(manifest, ensure_ascii=False)
    assert json.loads(inside(packed.content)["manifest.json"]) == manifest


def test_kept_twice_is_one_package(county, packed):
    from tongban.rooms.archive import actions
    from tongban.rooms.archive.models import Package

    with county.at(*DAY, 13):
        assert actions.keep_archive(promised(packed.case)) == packed.id
    assert Package.objects.count() == 1


def test_untouched_package_verifies(county, packed):
    from tongban.rooms.archive import actions

    with county.at(*DAY, 13):
        report = actions.verify_package(packed.id)
        copy = actions.verify_package(packed.id, content=packed.content)

    assert (report.ok, report.failed, copy.failed) == (True, (), ())
    assert len(report.checks) == 18


def change_material(files):
    name = next(one for one in files if one.startswith("materials/"))
    files[name] = files[name][:-20] + bytes([files[name][-20] ^ 1]) + files[name][-19:]


def drop_document(files):
    del files[next(one for one in files if one.startswith("documents/"))]


def add_file(files):
    files["documents/99-extra.pdf"] = b"%PDF-1.7 %%EOF"


def rewrite_journal(files):
    lines = files["journal.jsonl"].decode().splitlines()
    files["journal.jsonl"] = "\n".join([*lines[:1], lines[1].replace("|staff:", "|staff:0"), *lines[2:]]).encode()


def change_answers(files):
    files["form.json"] = files["form.json"].replace(b'"answers"', b'"anSwers"')


def change_manifest(files):
    files["manifest.json"] = files["manifest.json"].replace(b"granted", b"refused")


def forge_consistently(files):
    """Change a file and mend the manifest to match, as somebody who knows the format would."""
    import hashlib

    change_answers(files)
    manifest = json.loads(files["manifest.json"])
    for one in manifest["files"]:
        if one["path"] == "form.json":
            one["sha256"] = hashlib.sha256(files["form.json"]).hexdigest()
    files["manifest.json"] = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1).encode()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (change_material, "files_same"),
        (drop_document, "files_present"),
        (add_file, "nothing_added"),
        (rewrite_journal, "journal_chained"),
        (change_answers, "files_same"),
        (change_manifest, "manifest_known"),
        (forge_consistently, "manifest_signed"),
    ],
)
def test_package_with_one_changed_file_fails(county, packed, change, found):
    """S193: given an archived pack with one changed file, when verified, then it fails."""
    from tongban.rooms.archive import actions

    with county.at(*DAY, 13):
        report = actions.verify_package(packed.id, content=rebuilt(packed.content, change))

    assert not report.ok
    assert found in report.failed
    assert "package_same" in report.failed


def test_every_single_flipped_byte_is_found(county, packed):
    """Any byte of the package, at places spread over the whole of it."""
    from tongban.rooms.archive import actions

    size = len(packed.content)
    with county.at(*DAY, 13):
        for place in range(0, size, max(1, size // 40)):
            broken = bytearray(packed.content)
            broken[place] ^= 0x40
            assert not actions.verify_package(packed.id, content=bytes(broken)).ok, place


def test_package_damaged_on_disk_is_a_finding(county, packed):
    from django.conf import settings

    from tongban.rooms.archive import actions
    from tongban.rooms.archive.models import Package
    from tongban.rooms.files.models import StoredFile

    row = StoredFile.objects.get(id=Package.objects.get(id=packed.id).file_id)
    path = settings.TONGBAN_FILES / row.blob
    whole = path.read_bytes()
    with county.at(*DAY, 13):
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        damaged = actions.verify_package(packed.id)
        path.unlink()
        lost = actions.verify_package(packed.id)

    assert (damaged.failed, lost.failed) == (("package_readable",), ("package_readable",))


def test_row_of_a_package_cannot_be_changed(packed):
    from django.db import InternalError, ProgrammingError, transaction

    from tongban.rooms.archive.models import Package

    for change in (lambda rows: rows.update(sound=False), lambda rows: rows.delete()):
        with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
            change(Package.objects.filter(id=packed.id))


def test_numbers_run_without_gap_within_category_and_year(county):
    from tongban.rooms.archive import actions, queries
    from tongban.rooms.casework import actions as casework

    numbers = []
    for day in ((2026, 9, 22), (2026, 9, 23), (2026, 12, 31)):
        with county.at(*day):
            case = county.delivered()
            seal(case)
            numbers.append(queries.package(actions.keep_archive(promised(case))).number)
    with county.at(2026, 12, 31, 11):
        case = county.filed()
        casework.withdraw(case, county.citizen())
        seal(case)
    with county.at(2027, 1, 4):  # it ended in 2026, so it is of 2026
        numbers.append(queries.package(actions.keep_archive(promised(case))).number)

    assert numbers == [f"990127-XK-2026-00000{n}" for n in (1, 2, 3, 4)]


def test_appeal_without_form_and_papers_is_archived_too(county):
    from tongban.rooms.archive import actions, queries
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions.taking import Plan
    from tongban.rulebook.facts import Given

    def because(reason):
        return Plan(given=Given(reason=reason))

    with county.at(*DAY):
        chief, supervisor = county.able("decide", "bad-rating-repair", unit="scjg"), county.staff("jcs-officer")
        case = casework.open_case(
            county.code, "bad-rating-repair", supervisor, unit="scjg", holder=chief.post_id
        ).case_id
        for step, who, plan in (
            ("take", chief, None),
            ("answer", chief, because("已整改")),
            ("call_back", supervisor, because("已回访")),
            ("close", supervisor, None),
        ):
            casework.take(case, step, who, plan)
        seal(case)
        made = actions.keep_archive(promised(case))
        assert actions.verify_package(made).ok

    assert queries.package(made).number == "990127-SQ-2026-000001"


def test_two_postmen_make_one_package_and_one_number(own_county):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from tongban.rooms.archive import actions
    from tongban.rooms.archive.models import Package
    from tongban.rooms.ledger.models import Number

    def keep(promise):
        try:
            return actions.keep_archive(promise)
        finally:
            connection.close()

    with own_county.at(*DAY):
        case = own_county.delivered()
        seal(case)
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(keep, [promised(case)] * 4))

    assert set(made) == {Package.objects.get().id}
    assert list(Number.objects.filter(kind="archive_XK").values_list("n", flat=True)) == [1]


def test_case_whose_key_was_dropped_is_archived_without_its_words(county, sealed):
    from tongban.rooms.archive import actions
    from tongban.rooms.archive.models import Package
    from tongban.rooms.casework.models import CaseKey

    CaseKey.objects.filter(case_id=sealed).delete()
    with county.at(*DAY, 12):
        made = actions.keep_archive(promised(sealed))
        files = inside(actions.read_package(made, who="house", purpose="测试"))
        assert actions.verify_package(made).ok

    assert Package.objects.get(id=made).manifest["erased"]
    assert not {"form.json", "opinions.json"} & set(files)


def test_damaged_material_stops_the_archive_and_says_so(county, sealed):
    from django.conf import settings

    from tongban.rooms.archive import actions
    from tongban.rooms.archive.models import Package
    from tongban.rooms.casework.models import Material
    from tongban.rooms.files.models import StoredFile

    file_id = Material.objects.filter(case_id=sealed, file_id__isnull=False).values_list("file_id", flat=True).first()
    path = settings.TONGBAN_FILES / StoredFile.objects.get(id=file_id).blob
    whole = path.read_bytes()
    try:
        path.write_bytes(b"\x01" + bytes(40))
        with county.at(*DAY, 12), pytest.raises(Refused) as no:
            actions.keep_archive(promised(sealed))
    finally:
        path.write_bytes(whole)
    assert no.value.code == "file_damaged"
    assert Package.objects.count() == 0


def test_reading_a_package_is_logged_with_its_purpose(county, packed):
    from tongban.rooms.archive import actions
    from tongban.rooms.archive.models import Package
    from tongban.rooms.ledger.models import Access

    with county.at(*DAY, 14):
        actions.read_package(packed.id, who="staff:T008", purpose="查阅本人档案")
        with pytest.raises(Refused) as no:
            actions.read_package(packed.id, who="staff:T008", purpose=" ")

    file_id = Package.objects.get(id=packed.id).file_id
    assert Access.objects.filter(subject_id=file_id, who="staff:T008", purpose="查阅本人档案").count() == 1
    assert no.value.code == "purpose_missing"


# ---- finding ----


def test_package_is_found_by_number_case_and_person_in_few_queries(county, packed):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tongban.rooms.archive import queries
    from tongban.rooms.casework.queries.reading import read

    number, person = read(packed.case).row["number"], county.citizen().id
    asked = []
    found = []
    for ask in (
        lambda: queries.find("990127-xk-2026-000001", county.code),
        lambda: queries.find(number, county.code),
        lambda: queries.of_case(packed.case),
        lambda: queries.of_person(person)[0],
    ):
        with CaptureQueriesContext(connection) as seen:
            found.append(ask().id)
        asked.append(len(seen))

    assert (found, asked) == ([packed.id] * 4, [1, 1, 1, 3])
    assert queries.of_person(county.citizen("房示例").id) == ()
    assert queries.find("990127-XK-2026-000002", county.code) is None


def test_person_finds_the_packages_of_merged_records(county, packed):
    from tongban.rooms.archive import queries
    from tongban.rooms.people.models import Person

    mine, other = county.citizen().id, county.citizen("房示例").id
    Person.objects.filter(id=mine).update(merged_into=other)
    assert [one.id for one in queries.of_person(other)] == [packed.id]
    assert [one.id for one in queries.of_person(mine)] == [packed.id]


def test_share_of_finished_cases_that_are_archived_opens_to_its_rows(county, packed):
    from datetime import date

    from tongban.rooms.archive import queries

    with county.at(*DAY, 15):
        open_one = county.delivered()
        county.delivered(rehearsal=True)

    share = queries.share_archived(county.code, date(*DAY), date(*DAY))
    assert (set(share.finished), share.archived) == ({packed.case, open_one}, (packed.case,))
