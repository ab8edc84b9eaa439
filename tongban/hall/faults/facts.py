"""Was anything lost, was anything done twice?  Asked of the rows themselves, with all that the actors were told."""

import time
from collections import Counter
from dataclasses import dataclass, field

from django.db import connection

from tongban.hall.faults.diary import Told
from tongban.hall.verifying import journal
from tongban.rooms import clock

#: Each finds nothing, or something is wrong.  What they find is ``lost`` or ``doubled``.
QUESTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "步骤没有请求编号",
        "doubled",
        (
            "SELECT e.subject_id, e.seq, e.step FROM ledger_entry e LEFT JOIN ledger_usedkey k"
            " ON k.subject_id = e.subject_id AND k.seq = e.seq"
            " WHERE e.subject_kind = 'case' AND split_part(e.actor, ':', 1) IN ('person', 'staff') AND k.key IS NULL"
        ),
    ),
    (
        "一个请求编号办了两次",
        "doubled",
        "SELECT key, count(*) FROM ledger_usedkey WHERE key LIKE 'faults-%%' GROUP BY key HAVING count(*) > 1",
    ),
    (
        "应有文书没有承诺",
        "lost",
        (
            "SELECT e.subject_id, e.seq, d FROM ledger_entry e, jsonb_array_elements_text(e.body->'documents') d"
            " WHERE e.subject_kind = 'case' AND NOT EXISTS (SELECT 1 FROM ledger_promise p"
            " WHERE p.key = concat('document:', e.subject_id, ':', e.seq, ':', d))"
        ),
    ),
    (
        "承诺记为办妥，却没有文书",
        "lost",
        (
            "SELECT p.key FROM ledger_promise p WHERE p.kind = 'document' AND p.done_at IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM licences_document d WHERE d.promise_id = p.id)"
        ),
    ),
    (
        "同一文书出了两份",
        "doubled",
        (
            "SELECT case_id, seq, kind, count(*) FROM licences_document WHERE seq IS NOT NULL"
            " GROUP BY case_id, seq, kind HAVING count(*) > 1"
        ),
    ),
    (
        "对方收到两次同一办件",
        "doubled",
        (
            "SELECT system_id, case_number, count(*) FROM exchange_simulatedcase"
            " GROUP BY system_id, case_number HAVING count(*) > 1"
        ),
    ),
    (
        "已移交，对方却没有",
        "lost",
        (
            "SELECT t.number FROM exchange_twin t WHERE t.state NOT IN ('sending', 'rejected')"
            " AND NOT EXISTS (SELECT 1 FROM exchange_simulatedcase s WHERE s.case_number = t.number)"
        ),
    ),
    (
        "对方已有结果，办件却没有",
        "lost",
        (
            "SELECT t.number FROM exchange_twin t WHERE t.state IN ('granted', 'refused') AND NOT EXISTS (SELECT 1"
            " FROM ledger_entry e WHERE e.subject_kind = 'case' AND e.subject_id = t.case_id"
            " AND e.step = concat(t.state, '_elsewhere'))"
        ),
    ),
    (
        "对方的同一结果办了两次",
        "doubled",
        (
            "SELECT subject_id, count(*) FROM ledger_entry WHERE subject_kind = 'case' AND step LIKE '%_elsewhere'"
            " GROUP BY subject_id HAVING count(*) > 1"
        ),
    ),
    (
        "同一超期督办了两次",
        "doubled",
        (
            "SELECT t.target_id, count(*) FROM casework_tie t JOIN casework_case c ON c.id = t.case_id"
            " WHERE t.role = 'arises-from' AND c.item_code = 'late-step-supervision' GROUP BY t.target_id"
            " HAVING count(*) > (SELECT count(*) FROM ledger_promise p"
            " WHERE p.kind = 'matter' AND p.subject_id = t.target_id)"
        ),
    ),
    (
        "督办的承诺记为办妥，却没有督办件",
        "lost",
        (
            "SELECT p.key FROM ledger_promise p WHERE p.kind = 'matter' AND p.done_at IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM ledger_usedkey k WHERE k.key = p.key AND k.actor = 'house')"
        ),
    ),
    (
        "移交的承诺记为办妥，却没有外部办件",
        "lost",
        (
            "SELECT p.key FROM ledger_promise p WHERE p.kind = 'hand_over' AND p.done_at IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM exchange_twin t WHERE t.case_id = p.subject_id)"
        ),
    ),
    (
        "送件的承诺记为办妥，却还在发件箱",
        "lost",
        (
            "SELECT p.key FROM ledger_promise p JOIN exchange_outbox o ON o.key = p.key"
            " WHERE p.kind = 'deliver_outbox' AND p.done_at IS NOT NULL AND o.state = 'queued'"
        ),
    ),
    (
        "通知记为办妥，申请人却没有消息",
        "lost",
        (
            "SELECT p.key FROM ledger_promise p JOIN casework_case c ON c.id = p.subject_id"
            " WHERE p.kind = 'notice' AND p.body->>'to' = 'applicant' AND p.done_at IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM casework_letter l WHERE l.key = p.key AND l.person_id = c.applicant_id)"
        ),
    ),
    (
        "归档的承诺记为办妥，却没有档案包",
        "lost",
        (
            "SELECT p.key FROM ledger_promise p WHERE p.kind = 'archive' AND p.done_at IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM archive_package a WHERE a.case_id = p.subject_id)"
        ),
    ),
    (
        "一件办了两张证照",
        "doubled",
        "SELECT case_id, count(*) FROM licences_licence WHERE case_id IS NOT NULL GROUP BY case_id HAVING count(*) > 1",
    ),
    (
        "同一期限届满处理了两次",
        "doubled",
        (
            "SELECT e.subject_id, n, count(*) FROM ledger_entry e, jsonb_array_elements_text(e.body->'lapsed') n"
            " WHERE e.subject_kind = 'case' AND e.actor = 'law' GROUP BY e.subject_id, n HAVING count(*) >"
            " (SELECT count(*) FROM casework_clock c WHERE c.case_id = e.subject_id AND c.name = n)"
        ),
    ),
)


@dataclass
class Found:
    """What was checked and what was found wrong."""

    #: Facts checked, by name.
    checked: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    #: What does not agree with the journal, and whatever did not come back.
    wrong: int = 0
    sentences: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)

    def add(self, sort: str, sentence: str, count: int = 1) -> None:
        """Note something ``lost``, ``doubled`` or ``wrong``."""
        setattr(self, sort, getattr(self, sort) + count)
        self.sentences.append(sentence)


def check(told: Told, found: Found) -> None:
    """Check everything that must hold at any moment; ``told`` was read before."""
    _acknowledged(told, found)
    with connection.cursor() as cursor:
        for name, sort, sql in QUESTIONS:
            cursor.execute(sql)
            rows = cursor.fetchall()
            found.checked[name] += 1
            if rows:
                found.add(sort, f"{name}：{rows[:3]}", len(rows))
    report = journal.verify()
    found.checked["台账记录"] += report.counts["台账记录"]
    found.checked["台账、期限、编号、指标"] += 1
    if report.wrong:
        found.add("wrong", "；".join(report.differences[:3]), report.wrong)


def check_at_rest(told: Told, found: Found) -> None:
    """Check what must hold when everybody has been answered and everything owed had its time."""
    for one in told.open:
        found.add("lost", f"请求 {one['key']} 始终没有答复。")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, trouble, count(*), max(attempts), max(claimed_until) FROM ledger_promise"
            " WHERE done_at IS NULL AND due_at <= %s GROUP BY kind, trouble",
            [clock.now()],
        )
        for kind, trouble, count, attempts, until in cursor.fetchall():
            wait = f"最多试过 {attempts} 次，最晚的下次在 {until:%H:%M:%S}" if until else "没有人试过"
            found.add("lost", f"承诺没有兑现：{kind} {count} 件（{trouble or '在投递员手中'}；{wait}）", count)
        cursor.execute("SELECT count(*) FROM ledger_promise WHERE done_at IS NOT NULL")
        found.checked["兑现的承诺"] += cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM casework_case WHERE next_moment <= %s", [clock.now()])
        (late,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE subject_kind = 'case' AND actor = 'law'")
        found.checked["期限届满的处理"] += cursor.fetchone()[0]
        # Of the clocks themselves, whatever the case row says is its next moment.
        cursor.execute(
            "SELECT count(*) FROM casework_clock k JOIN casework_case c ON c.id = k.case_id"
            " WHERE c.closed_at IS NULL AND k.stopped_at IS NULL AND NOT k.noted AND k.due_at <= %s",
            [clock.now()],
        )
        (forgotten,) = cursor.fetchone()
    if late or forgotten:
        found.add("lost", f"期限已经届满，却没有处理：办件 {late} 件，期限 {forgotten} 个。", max(late, forgotten))
    found.checked["请求"] += len(told.asked)
    check(told, found)


def wait_for_the_law(seconds: float) -> bool:
    """Wait until nothing that has lapsed is left to act on."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM casework_case WHERE next_moment <= %s", [clock.now()])
            if cursor.fetchone() == (0,):
                return True
        time.sleep(0.3)
    return False


def _acknowledged(told: Told, found: Found) -> None:
    """Every acknowledged step is in the journal, under its key, once; and no key was used that nobody asked with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.key, k.subject_id::text, k.seq, e.step FROM ledger_usedkey k JOIN ledger_entry e"
            " ON e.subject_kind = 'case' AND e.subject_id = k.subject_id AND e.seq = k.seq WHERE k.key LIKE 'faults-%%'"
        )
        kept = {key: (case, seq, step) for key, case, seq, step in cursor.fetchall()}
    for key, (case, seq) in told.done.items():
        there = kept.get(key)
        if there is None:
            found.add("lost", f"已答复的 {told.asked[key]['step']}（{key}）不在台账中。")
        elif there != (case, seq, told.asked[key]["step"]):
            found.add("wrong", f"已答复 {key}：{case} 第 {seq} 条 {told.asked[key]['step']}，台账中是 {there}。")
    for key in told.refused:
        if key in kept:
            found.add("doubled", f"答复说没有办（{told.refused[key]}），台账中却有：{key} {kept[key]}。")
    for sentence in told.contradictions:
        found.add("doubled", sentence)
    told.contradictions.clear()
    found.checked["已答复的步骤"] += len(told.done)
    found.checked["换了内容的旧编号被拒"] += told.astray
