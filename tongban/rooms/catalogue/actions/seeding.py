"""From TOML to drafts and licence kinds: a starting point and an interchange, never the truth."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F

from tongban.rooms import clock
from tongban.rooms.catalogue.actions.drafts import write, written
from tongban.rooms.catalogue.actions.publishing import publish
from tongban.rooms.catalogue.models import Draft, LicenceKind, UpperName
from tongban.rooms.catalogue.refusals import DraftIncomplete
from tongban.rooms.catalogue.world import world
from tongban.rulebook import catalogue
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import check_catalog_code


@dataclass(frozen=True, slots=True)
class Seeded:
    """What came of loading a folder: codes by outcome."""

    #: (code, ``new`` ``changed`` ``same`` ``kept``), in the order of the files.
    drafts: tuple[tuple[str, str], ...]
    licence_kinds: tuple[tuple[str, str], ...]
    published: tuple[str, ...]
    #: What could not be published, with all it lacks.
    incomplete: tuple[tuple[str, DraftIncomplete], ...]


@transaction.atomic
def load_seed(
    county: str, folder: Path, *, by: str, publish_from: date | None = None, demo: bool | None = None
) -> Seeded:
    """Bring in ``folder/licence_kinds/*.toml`` and ``folder/items/*.toml``; publish what is complete from a day given.

    The same files again change nothing; a draft edited meanwhile is kept, and published by whoever edits it.
    Raises ``Refused("seed_unreadable")``.
    """
    kinds = tuple(_save_kind(path) for path in _files(folder, "licence_kinds"))
    contents = [_toml(path) for path in _files(folder, "items")]
    around = world(county, publish_from or clock.today())
    drafts = tuple(
        (saved.code, saved.outcome) for saved in (write(county, one, by, "toml", around) for one in contents)
    )
    published: list[str] = []
    incomplete: list[tuple[str, DraftIncomplete]] = []
    edited = set(
        Draft.objects.filter(county=county).exclude(content_hash=F("origin_hash")).values_list("code", flat=True)
    )
    for code in [one for one in _needed_first(contents) if one not in edited] if publish_from else ():
        try:
            publish(county, code, by=by, from_day=publish_from, demo=demo)
            published.append(code)
        except DraftIncomplete as refused:
            incomplete.append((code, refused))
    return Seeded(drafts, kinds, tuple(published), tuple(incomplete))


def save_licence_kind(content: Mapping[str, Any]) -> str:
    """Keep a licence kind; returns ``new``, ``changed`` or ``same``.  Raises ``Refused("licence_kind_wrong")``."""
    try:
        kind = catalogue.freeze_licence_kind(content)
    except catalogue.Unreadable as error:
        first = error.complaints[0]
        raise Refused("licence_kind_wrong", "证照种类不对：{what}。{how}。", what=first.what, how=first.how) from error
    text, digest = written(content)
    before = LicenceKind.objects.filter(code=kind.code).values_list("digest", flat=True).first()
    if before == digest:
        return "same"
    LicenceKind.objects.update_or_create(
        code=kind.code, defaults={"name": kind.name, "content": text, "digest": digest, "updated_at": clock.now()}
    )
    return "new" if before is None else "changed"


@transaction.atomic
def load_upper_names(county: str, names: Mapping[str, str], *, source: str) -> int:
    """Take over the list from above: 基本编码 and name; returns how many names it has now.

    Later lists add and correct.  Drafts are held against it when they are saved or published next.
    Raises ``Refused`` for a wrong code or no name.
    """
    for code, name in names.items():
        check_catalog_code(code)
        if not name.strip():
            raise Refused("upper_name_empty", "上级目录中 {code} 没有名称。请补齐后再导入。", code=code)
    UpperName.objects.bulk_create(
        [UpperName(county=county, catalog_code=code, name=name.strip(), source=source) for code, name in names.items()],
        update_conflicts=True,
        unique_fields=["county", "catalog_code"],
        update_fields=["name", "source"],
        batch_size=1000,
    )
    return UpperName.objects.filter(county=county).count()


def _save_kind(path: Path) -> tuple[str, str]:
    content = _toml(path)
    return str(content.get("code", path.stem)), save_licence_kind(content)


def _files(folder: Path, name: str) -> list[Path]:
    return sorted((folder / name).glob("*.toml"))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(
            "seed_unreadable", "文件 {name} 读不懂：{error}。请改正后重新载入。", name=path.name, error=str(error)
        ) from error


def _needed_first(contents: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the codes so that a main item comes before its sub items and a part before its bundle."""
    needs = {
        str(one["code"]): [str(one.get("parent", "")), *(str(part.get("item", "")) for part in one.get("parts", ()))]
        for one in contents
    }
    done: set[str] = set()

    def visit(code: str) -> Iterator[str]:
        if code in done or code not in needs:
            return
        done.add(code)
        for other in needs[code]:
            yield from visit(other)
        yield code

    for code in needs:
        yield from visit(code)
