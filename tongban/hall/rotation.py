"""更换密钥: values sealed under old master keys are sealed anew, numbers of people hashed anew, batch by batch.

Works on columns, not on objects: what is changed is under which key a value lies, never the value.  So it stands here
and not in the rooms, and no journal entry of a case comes of it; that it was done stands in the house's own journal.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from tongban.hall.progress import Bar
from tongban.rooms import clock, crypto
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused

#: Rows of one batch.
BATCH = 500

#: Columns sealed under the master key, by model: keys of cases, files and licences, and what belongs to no case.
SEALED = {
    "casework.CaseKey": ("wrapped",),
    "files.StoredFile": ("wrapped_key",),
    "files.Upload": ("wrapped_key",),
    "licences.Licence": ("wrapped_key",),
    "people.Account": ("totp_sealed", "totp_next_sealed"),
    "people.Code": ("phone_sealed", "code_sealed"),
    "people.Answered": ("answer_sealed",),
    "people.Attribute": ("value_sealed",),
    "people.Person": ("phone_sealed",),
    "people.Identifier": ("value_sealed",),
    "waiting.Question": ("asked", "answered"),
    "exchange.SimulatedTruth": ("query_sealed", "values_sealed"),
    "exchange.Outbox": ("body_sealed",),
    "exchange.Subscription": ("secret_sealed",),
    "exchange.NationalMirror": ("sealed",),
    "ratings.Doubt": ("evidence",),
}


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One key of the house, as far as it may be told."""

    #: ``field``, ``hash`` or a name without versions.
    name: str
    version: int
    made_at: datetime
    #: It is the one under which new values are kept.
    counts: bool
    #: Values that lie under it; None: not counted.
    values: int | None


def kept() -> tuple[KeyFile, ...]:
    """Return the keys of the house and how much lies under each master key."""
    under = counts()
    found = []
    for name in ("field", "hash"):
        for version in range(1, crypto.latest(name) + 1):
            path = crypto.file_of(name, version)
            if path.exists():
                counted = under.get(version, 0) if name == "field" else None
                found.append(KeyFile(name, version, _age(path), version == crypto.latest(name), counted))
    folder = Path(settings.TONGBAN_KEYS)
    single = [path for path in sorted(folder.glob("*.key")) if path.name.split(".")[0] not in ("field", "hash")]
    return (*found, *(KeyFile(path.stem, 1, _age(path), True, None) for path in single))


def counts() -> dict[int, int]:
    """Return how many values lie under each version of the master key.  One query a column."""
    found: dict[int, int] = {}
    for model, column in _columns():
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT get_byte("{column}", 0), count(*) FROM "{model._meta.db_table}"'
                f' WHERE "{column}" IS NOT NULL GROUP BY 1'
            )
            for version, count in cursor.fetchall():
                found[version] = found.get(version, 0) + count
    for path in _sealed_files():
        version = path.read_bytes()[0]
        found[version] = found.get(version, 0) + 1
    return found


def rotate_field(*, actor: str = "house") -> int:
    """Lay down a fresh master key and seal everything under it; returns how many values were sealed anew.

    What is interrupted is gone on with by ``reseal``; until then all values stay readable.
    """
    version = crypto.add_key("field")
    ledger.record("keys", uuid7(), "rotate_field", actor, {"version": version}, county="")
    return reseal()


def reseal() -> int:
    """Seal under the newest master key what lies under an older one; returns how many values.  May be repeated."""
    newest = crypto.latest("field")
    old = sum(count for version, count in counts().items() if version != newest)
    done = 0
    with Bar("重新加密", old) as bar:
        for model, column in _columns():
            while batch := _batch(model._meta.db_table, column, newest):
                done += batch
                bar.step(batch, model._meta.label)
        for path in _sealed_files():
            if path.read_bytes()[0] != newest:
                _write(path, crypto.seal_bytes(crypto.open_bytes(path.read_bytes())))
                done += 1
                bar.step(1, path.name)
    return done


def _batch(table: str, column: str, newest: int) -> int:
    """Seal one batch of a column anew in one transaction; returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        # A row stays where it is while it is locked: so it is named by its place, whatever its key is made of.
        cursor.execute(
            f'SELECT ctid::text, "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
            f' AND get_byte("{column}", 0) <> %s LIMIT {BATCH} FOR UPDATE',
            [newest],
        )
        rows = [(crypto.seal_bytes(crypto.open_bytes(sealed)), place) for place, sealed in cursor.fetchall()]
        if rows:
            cursor.executemany(f'UPDATE "{table}" SET "{column}" = %s WHERE ctid = %s::tid', rows)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Rehashed:
    """What a change of the hash key did."""

    version: int
    identifiers: int
    phones: int
    logins: int


def rotate_hash(*, actor: str = "house") -> Rehashed:
    """Lay down a fresh hash key and hash every number of people, phone and login anew: all of it or nothing.

    The new key is put in place as the last thing within the transaction.  Raises ``Refused("logins_unclear")`` when
    what is typed for an account cannot be found out any more.
    """
    from tongban.rooms.people.models import Account, Code, Identifier, Person

    old = crypto.latest("hash")
    total = Identifier.objects.count() + Person.objects.filter(phone_hash__isnull=False).count()
    with Bar("重新计算查找码", total + Account.objects.count()) as bar, transaction.atomic():
        with connection.cursor() as cursor:  # nobody registers or signs in for the first time meanwhile
            cursor.execute("LOCK people_identifier, people_person, people_account IN SHARE ROW EXCLUSIVE MODE")
        version = crypto.add_key("hash")
        try:
            logins = _logins(Account, old, bar)
            identifiers = 0
            for one in Identifier.objects.only("scheme", "value_sealed", "value_hash").iterator(BATCH):
                fresh = crypto.keyed_hash(one.scheme, crypto.open_text(one.value_sealed))
                _follow(bytes(one.value_hash), fresh)
                identifiers += Identifier.objects.filter(pk=one.pk).update(value_hash=fresh)
                bar.step(1, "证件号码")
            phones = sum(_phones(model, bar) for model in (Person, Code))
            ledger.record("keys", uuid7(), "rotate_hash", actor, {"version": version}, county="")
        except BaseException:
            crypto.file_of("hash", version).unlink()
            raise
    return Rehashed(version, identifiers, phones, logins)


def _phones(model: type[models.Model], bar: Bar) -> int:
    done = 0
    for one in model._default_manager.filter(phone_hash__isnull=False).iterator(BATCH):
        fresh = crypto.keyed_hash("phone", crypto.open_text(one.phone_sealed))  # type: ignore[attr-defined]
        done += model._default_manager.filter(pk=one.pk).update(phone_hash=fresh)
        bar.step(1, "手机号码")
    return done


def _follow(before: bytes, after: bytes) -> None:
    """What was asked of other agencies is found by the number of whom it was about: it follows."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE exchange_calllog SET about = %s WHERE about = %s", [after, before])


def _logins(accounts: type[models.Model], old: int, bar: Bar) -> int:
    unclear, done = 0, 0
    for one in accounts._default_manager.select_related("person", "staff").iterator(BATCH):
        typed = next((t for t in _typed(one) if crypto.keyed_hash("login", t, old) == bytes(one.login_hash)), None)  # type: ignore[attr-defined]
        if typed is None:
            unclear += 1
            continue
        done += accounts._default_manager.filter(pk=one.pk).update(login_hash=crypto.keyed_hash("login", typed))
        bar.step(1, "登录名")
    if unclear:
        raise Refused(
            "logins_unclear",
            f"有 {unclear} 个账号的登录名推算不出来（登录手机号与登记的手机号不一致），没有更换。"
            "请先请本人在“账号”页核对手机号，或在系统管理页停用这些账号，再更换。",
        )
    return done


def _typed(account: object) -> Iterator[str]:
    """Yield what may be typed at the door for an account."""
    person, staff = getattr(account, "person", None), getattr(account, "staff", None)
    if person is not None:
        if person.phone_sealed is not None:
            yield f"phone:{crypto.open_text(person.phone_sealed)}"
        yield f"demo:{person.id}"
    if staff is not None:
        yield f"staff:{staff.number}"
        yield f"staff:{staff.id}"


def _columns() -> Iterator[tuple[type[models.Model], str]]:
    for label, columns in SEALED.items():
        for column in columns:
            yield apps.get_model(label), column


def _sealed_files() -> list[Path]:
    """Return the files of the key folder that lie under the master key: private keys of seals and printed codes."""
    return sorted((Path(settings.TONGBAN_KEYS) / "licences").rglob("*.key"))


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _age(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, clock.SHANGHAI)
