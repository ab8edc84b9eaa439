"""What the receiver says of rows: matched to the row that was sent, kept until somebody has mended it.

A mended row goes out again by itself: its content has changed, so the next push sends it as ``U``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from django.db import connection, transaction
from psycopg import sql
from psycopg.rows import dict_row

from tongban.rooms import clock
from tongban.rooms.exchange.national.fields import ERROR_ANSWERS, TABLES
from tongban.rooms.exchange.national.models import NationalHeld, NationalRow
from tongban.rooms.exchange.national.rows import chunks, guid, written
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused, Words

#: Numbers of people in remarks are not kept.
_PERSONAL = re.compile(r"[0-9]{14}([0-9Xx]|[0-9]{3}[0-9Xx])(?![0-9])|(?<![0-9])1[0-9]{10}(?![0-9])")
_MEND = "请按反馈核对并改正；改正后下一批会自动重新报送，不必另外操作。"


@dataclass(slots=True)
class Answers:
    """What came of a list of answers."""

    read: int = 0
    #: Kept beside the row they are about.
    kept: int = 0
    #: About a row that has been sent anew since, or known already.
    past: int = 0
    #: (line, what is wrong): about no row of ours.
    unmatched: list[tuple[int, str]] = field(default_factory=list)


def take_answers(county: str, table: str, rows: Iterator[Mapping[str, str]], *, by: str) -> Answers:
    """Keep what the receiver says of our rows.  The same answer twice is one.

    Raises ``Refused("no_answer_table")`` for a table that holds no answers about rows.
    """
    if table not in ERROR_ANSWERS:
        raise Refused(
            "no_answer_table",
            "“{table}”不是异常反馈表。异常反馈表是：{known}。",
            table=table,
            known=Words(ERROR_ANSWERS),
        )
    report = Answers()
    with transaction.atomic():
        for some in chunks(enumerate(rows, start=2), 500):
            _keep(county, table, some, report)
        body = {"table": table, "read": report.read, "kept": report.kept, "unmatched": len(report.unmatched)}
        ledger.record("national", guid("answers", county), "answers", by, body, county=county)
    return report


def answers_in_database(dsn: str, table: str) -> Iterator[dict[str, str]]:
    """Yield the answers that lie in a database, some at a time.  A table that is not there has none.

    Raises ``Refused("sink_unreachable")``.
    """
    try:
        with psycopg.connect(dsn, row_factory=dict_row) as other:
            if other.execute("SELECT to_regclass(%s) AS found", [table]).fetchone() == {"found": None}:
                return
            with other.cursor("answers") as cursor:
                cursor.execute(sql.SQL("SELECT * FROM {} ORDER BY id").format(sql.Identifier(table)))
                for row in cursor:
                    yield {key: _plain(value) for key, value in row.items()}
    except psycopg.OperationalError as error:
        raise Refused(
            "sink_unreachable", "连不上反馈数据库。请核对 --dsn 里的地址、库名和用户，密码请放进口令文件。"
        ) from error


def _keep(county: str, table: str, some: list[tuple[int, Mapping[str, str]]], report: Answers) -> None:
    named = {line: _named(table, row) for line, row in some}
    known = {
        row.row_guid: row
        for row in NationalRow.objects.filter(
            county=county, row_guid__in=[one for one in named.values() if one]
        ).select_related("batch")
    }
    labels = _labels([row.subject_id for row in known.values()])
    held = []
    for line, row in some:
        report.read += 1
        wanted = named[line]
        found = known.get(wanted) if wanted is not None else None
        if found is None:
            report.unmatched.append((line, "反馈所指的行不是本系统报送的，请核对行标识和县。"))
            continue
        batch = row.get("table_cd_batch") or row.get("cd_batch") or ""
        if batch and batch < found.batch.number:
            report.past += 1
            continue
        kind = row.get("err_type", "") or "证照目录异常"
        remark = row.get("remark", "") or row.get("error_remark", "")
        held.append(
            NationalHeld(
                county=county,
                table=found.table,
                row_guid=found.row_guid,
                subject_kind=_kind(found.table),
                subject_id=found.subject_id,
                label=labels.get(found.subject_id, str((found.content or {}).get("task_code", "")))[:120],
                source="answer",
                code="answer",
                column=_column(found.table, remark),
                sentence=_PERSONAL.sub("***", f"接收方反馈：{kind}。{remark}")[:600],
                mend=_MEND,
                held_at=clock.now(),
            )
        )
    before = NationalHeld.objects.count()
    NationalHeld.objects.bulk_create(held, ignore_conflicts=True)
    added = NationalHeld.objects.count() - before
    report.kept += added
    report.past += len(held) - added


def _named(table: str, row: Mapping[str, str]) -> UUID | None:
    if table == "dn_lic_data_error":
        return guid("up_lic_data", row.get("certificate_source_id", ""))
    try:
        return UUID(row.get("table_row_guid", ""))
    except ValueError:
        return None


def _kind(table: str) -> str:
    return {"up_pro": "case", "up_lic": "licence"}.get(table[:6], "item")


def _column(table: str, remark: str) -> str:
    """Return the column a remark names, by its name or by the word people know it by; empty where it names none."""
    for column in TABLES[table].columns:
        if column.name in remark or column.meaning in remark:
            return column.name
    return ""


def _labels(subjects: list[UUID]) -> dict[UUID, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, number FROM casework_case WHERE id = ANY(%(ids)s)"
            " UNION ALL SELECT id, identifier FROM licences_licence WHERE id = ANY(%(ids)s)",
            {"ids": subjects},
        )
        return dict(cursor.fetchall())


def _plain(value: object) -> str:
    # A moment without a zone is Shanghai's already.
    return str(value) if hasattr(value, "tzinfo") and value.tzinfo is None else written(value)
