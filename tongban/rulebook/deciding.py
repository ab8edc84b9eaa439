"""May this actor take this step now, and what follows?  Facts in, outcome out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from tongban.rulebook import clock as time
from tongban.rulebook.basis import design, law
from tongban.rulebook.clock import ARTICLE_45, SHANGHAI, Excluded, Limit, Unit
from tongban.rulebook.errors import Refused, Sentence, Words
from tongban.rulebook.facts import Actor, Facts, Given, Outcome, Proceeding, Running
from tongban.rulebook.guards import GUARDS
from tongban.rulebook.renewing import silence_renews_after
from tongban.rulebook.steps import POST_LABELS, ClockMove, ClockOp, ClockRule, Expiry, Kind, Post, Step
from tongban.rulebook.workdays import Calendar


def decide(facts: Facts, name: str, actor: Actor, given: Given, now: datetime, calendar: Calendar) -> Outcome:
    """Return what follows from ``name``, or raise ``Refused`` with a code, a sentence and the article."""
    step = _step(facts, name)
    post = _post(facts, step, actor)
    if post is Post.LAW and name != "recount" and expire(facts, now) != name:
        raise Refused("nothing_lapsed", "没有期限届满，这一步不会发生。请刷新后查看现在的期限。", step.basis)
    if step.reason and not given.reason.strip():
        raise Refused("reason_missing", "{label}必须书面说明理由。", step.basis, label=step.label)
    _in_time(facts, step, post, now)
    for need in step.needs:
        GUARDS[need](facts, actor, given)
    today = now.astimezone(SHANGHAI).date()
    received_on = _received_on(facts, step, given, today)
    accepted_on = {"receipt": received_on, "today": today}.get(step.accepts, facts.accepted_on)
    state = facts.state if step.target == "=" else step.target
    stage = facts.stage + step.moves
    proceedings = _proceedings(facts, step, given, today, calendar)
    clocks = _clocks(facts, step, given, received_on, accepted_on, now, calendar, proceedings)
    before = set(facts.clocks)
    touched = frozenset((c.name, c.run) for c in clocks if c not in before)
    if not touched and step.only_moves:
        raise _unmoved(facts, step)
    desks = facts.item.desks
    return Outcome(
        step=step,
        post=post,
        state=state,
        stage=stage,
        desk=desks[stage].code if desks and state in DESK_STATES else "",
        received_on=received_on,
        accepted_on=accepted_on,
        decision=step.decision or facts.decision,
        clocks=clocks,
        touched=touched,
        proceedings=proceedings,
        next_moment=_next_moment(clocks),
        flags=facts.flags | _flags(facts, step, given),
        notes=_notes(step, given),
    )


def expire(facts: Facts, now: datetime) -> str | None:
    """Return the step the law takes now because a clock has run out; None: nothing has."""
    due = [c for c in facts.clocks if _expired(c, now)]
    return _at_end(facts, min(due, key=lambda c: (c.due_at, c.name))) if due else None


def lapsed(facts: Facts, name: str, now: datetime) -> tuple[str, ...]:
    """Return the clocks whose end the step ``name`` acts on now; what another one means waits for its own step."""
    return tuple(sorted(c.name for c in facts.clocks if _expired(c, now) and _at_end(facts, c) == name))


def _at_end(facts: Facts, clock: Running) -> str:
    """Return the step that the law takes when this clock has run out."""
    rule = facts.kind.clock_by_name[clock.name]
    if rule.expiry is Expiry.DEEMED_ACCEPTED and facts.item.limits.intake_silence == "none":
        return "note_overdue"
    return rule.step or "note_overdue"


def possible(facts: Facts, actor: Actor) -> tuple[Step, ...]:
    """Return the steps this actor may try from this state: what a page offers."""
    if actor.related and actor.kind == "staff":
        return ()
    return tuple(s for s in facts.kind.steps if facts.state in s.sources and actor.posts.intersection(s.by))


def recount(running: Running, rule: ClockRule, calendar: Calendar) -> Running:
    """Return the clock with its due date counted anew from its own facts."""
    due = time.due(
        running.start,
        running.limit,
        calendar,
        excluded=running.excluded,
        roll=rule.roll,
        extension=running.extension,
    )
    limit = _amber(running.limit)
    warned = time.due(running.start, limit, calendar, excluded=running.excluded, roll=False)
    return replace(running, due=due, amber_from=min(warned.on, due.on))


#: States in which a case lies on a desk of the chain.
DESK_STATES = frozenset({"accepted", "paused", "publicising"})


def _step(facts: Facts, name: str) -> Step:
    step = facts.kind.by_name.get(name)
    if step is None:
        raise Refused(
            "unknown_step", "{label}没有“{name}”这个步骤。", design("步骤表"), label=facts.kind.label, name=name
        )
    if facts.state not in step.sources:
        here = facts.kind.states.get(facts.state) or Sentence("尚未提交")
        # What the law and the house do by themselves is nothing that anybody can do now.
        by_people = (s for s in facts.kind.steps if not s.inner and not {*s.by} <= {Post.LAW, Post.HOUSE})
        can = Words(s.label for s in by_people if facts.state in s.sources) or Sentence("无")
        raise Refused(
            "wrong_state",
            "案件现在是“{here}”，不能办理“{step}”。现在可以：{can}。请刷新后再看。",
            step.basis,
            here=here,
            step=step.label,
            can=can,
        )
    return step


def _post(facts: Facts, step: Step, actor: Actor) -> Post:
    held = [post for post in step.by if post in actor.posts]
    if not held:
        who = Words(POST_LABELS[post] for post in step.by)
        raise Refused(
            "wrong_post", "“{label}”只能由{who}办理。请转给有授权的岗位。", step.basis, label=step.label, who=who
        )
    if actor.related and actor.kind == "staff":
        raise Refused(
            "must_withdraw", "您与当事人是本人或近亲属等关系，应当回避。请转给其他工作人员办理。", design("回避")
        )
    return held[0]


def _in_time(facts: Facts, step: Step, post: Post, now: datetime) -> None:
    spoken = (
        [_at_end(facts, c) for c in facts.clocks if _expired(c, now)] if step.denies and post is not Post.LAW else []
    )
    for said in (facts.kind.by_name[name] for name in spoken if name in ("deem_accepted", "deem_renewed")):
        raise Refused(
            "silence_has_spoken",
            "期限已过，依法已经{label}，不能再{label2}。请刷新后按新状态办理。",
            said.basis,
            label=said.label,
            label2=step.label,
        )
    if step.while_runs and not any(c.name == step.while_runs and c.due_at > now for c in facts.clocks if c.is_running):
        label = facts.kind.clock_by_name[step.while_runs].label
        raise Refused("too_late", "{label}已过，不能再办理“{label2}”。", step.basis, label=label, label2=step.label)


def _received_on(facts: Facts, step: Step, given: Given, today: date) -> date | None:
    """The day on which the papers are complete: filing, or the last supplement (许可法 32).

    A second notice that names what the first left out is a breach of the office, so the day stays.
    """
    if not step.receives or (step.receives == "supplement" and "second_notice" in facts.flags):
        return facts.received_on
    day = given.received_on or today
    if day > today:
        raise Refused(
            "received_in_future", "收件日期不能晚于今天。请核对纸质收件单上的日期。", law("民法典 第二百零一条")
        )
    if step.receives == "supplement" and facts.received_on is not None and day < facts.received_on:
        raise Refused(
            "supplied_before_filing",
            "补正日期不能早于收件日期 {received_on}。请核对纸质收件单上的日期。",
            law("行政许可法 第三十二条第一款第五项"),
            received_on=facts.received_on,
        )
    return day


def _clocks(
    facts: Facts,
    step: Step,
    given: Given,
    received_on: date | None,
    accepted_on: date | None,
    now: datetime,
    calendar: Calendar,
    proceedings: tuple[Proceeding, ...],
) -> tuple[Running, ...]:
    clocks = list(facts.clocks)
    for move in step.clocks:
        if move.op is ClockOp.START:
            started = _start(facts, move, given, received_on, accepted_on, now, calendar, clocks)
            clocks += [started] if started else []
        elif move.op is ClockOp.STOP:
            clocks = [replace(c, stopped_at=now) if c.is_running and move.clock in ("*", c.name) else c for c in clocks]
        elif move.op is ClockOp.EXTEND:
            rule = facts.item.limits.extension
            clocks = [
                recount(replace(c, extension=rule.limit), facts.kind.clock_by_name[c.name], calendar)
                if rule and c.is_running and c.name == move.clock and c.due_at > now
                else c
                for c in clocks
            ]
        else:  # PAUSE and RESUME: what is excluded follows from the proceedings
            excluded = tuple(
                Excluded(p.opened_on, min(p.closed_on or p.due_on, p.due_on)) for p in proceedings if p.pauses
            )
            clocks = [
                recount(replace(c, excluded=excluded), facts.kind.clock_by_name[c.name], calendar)
                if c.is_running and facts.kind.clock_by_name[c.name].pausable
                else c
                for c in clocks
            ]
    if step.lapse:
        late = [c for c in clocks if _expired(c, now) and _at_end(facts, c) == step.name]
        clocks = [replace(c, noted=True) if c in late else c for c in clocks]
        if step.lapse == "again":  # the next post up gets the same time again
            moves = [ClockMove(ClockOp.START, c.name) for c in late if facts.kind.clock_by_name[c.name].again]
            begun = [_start(facts, move, given, received_on, accepted_on, now, calendar, clocks) for move in moves]
            clocks += [c for c in begun if c is not None]
    if step.recounts:
        clocks = [recount(c, facts.kind.clock_by_name[c.name], calendar) if c.is_running else c for c in clocks]
    return tuple(clocks)


def _start(
    facts: Facts,
    move: ClockMove,
    given: Given,
    received_on: date | None,
    accepted_on: date | None,
    now: datetime,
    calendar: Calendar,
    clocks: Iterable[Running],
) -> Running | None:
    rule = facts.kind.clock_by_name[move.clock]
    today = now.astimezone(SHANGHAI).date()
    day = {"receipt": received_on, "accepted": accepted_on, "until_expiry": received_on}.get(move.at) or today
    if rule.told:  # one post up it gets the same time again
        limit = given.time_needed or next((c.limit for c in reversed(facts.clocks) if c.name == rule.name), None)
    else:
        limit = _limit(facts, rule, move, day, calendar)
    if limit is None:
        return None
    run = 1 + sum(1 for c in clocks if c.name == move.clock)
    begin = now.astimezone(SHANGHAI) if limit.unit is Unit.H else day
    blank = Running(move.clock, run, begin, limit, due=time.Due(day, None, False), amber_from=day)
    return recount(blank, rule, calendar)


def _limit(facts: Facts, rule: ClockRule, move: ClockMove, day: date, calendar: Calendar) -> Limit | None:
    """Return how long a clock runs; None: it does not."""
    if move.at == "until_expiry":
        return silence_renews_after(facts.item, day, facts.expires_on, calendar) if facts.expires_on else None
    timed = getattr(facts.item.limits, rule.limit or rule.name, None)
    if timed is not None:
        limit: Limit = timed.limit
        return limit
    silent = rule.expiry is Expiry.DEEMED_ACCEPTED and facts.item.limits.intake_silence == "none"
    return None if silent else rule.default


def _unmoved(facts: Facts, step: Step) -> Refused:
    """Say why no clock moves by a step that is nothing else."""
    if step.recounts:
        return Refused("nothing_moves", "按新日历，这个办件的期限没有变化。", step.basis)
    if facts.item.limits.extension is None:
        return Refused("not_extendable", "本事项没有规定可以延长。请在期限内办理。", step.basis)
    return Refused("extension_too_late", "期限已过，不能再延长。请立即办理并说明逾期原因。", step.basis)


def _proceedings(facts: Facts, step: Step, given: Given, today: date, calendar: Calendar) -> tuple[Proceeding, ...]:
    open_ones = [p for p in facts.proceedings if p.closed_on is None]
    if step.proceeding == "proceeding" and given.time_needed is not None:
        due_on = time.due(today, given.time_needed, calendar, roll=False).on
        pauses = given.notice and given.proceeding in ARTICLE_45
        opened = Proceeding(len(facts.proceedings) + 1, given.proceeding, today, due_on, pauses)
        return (*facts.proceedings, opened)
    if step.proceeding == "publication":
        timed = facts.item.limits.publication
        if timed is None:
            raise Refused("no_publication", "本事项没有规定公示。", step.basis)
        due_on = time.due(today, timed.limit, calendar).on
        return (*facts.proceedings, Proceeding(len(facts.proceedings) + 1, "publication", today, due_on, False))
    if step.proceeding in ("close", "close_when_over"):
        over = open_ones[-1]
        if step.proceeding == "close_when_over" and today <= over.due_on:
            raise Refused(
                "publication_running", "公示到 {due_on} 才期满，期满后再办理。", step.basis, due_on=over.due_on
            )
        closed = replace(over, closed_on=today, result=given.result)
        return tuple(closed if p is over else p for p in facts.proceedings)
    return facts.proceedings


def _flags(facts: Facts, step: Step, given: Given) -> frozenset[str]:
    """Marks that supervision reads: breaches and counted exceptions."""
    flags = {step.mark} if step.mark else set()
    if facts.notices and {lack.code for lack in given.lacking} - facts.told:
        flags.add("second_notice")
    return frozenset(flags)


def _notes(step: Step, given: Given) -> dict[str, object]:
    notes: dict[str, object] = {}
    if given.lacking:
        notes["lacking"] = [lack.code for lack in given.lacking]
    if given.proceeding:
        notes["proceeding"] = given.proceeding
        notes["notice"] = given.notice
    return notes


def _expired(clock: Running, now: datetime) -> bool:
    return clock.is_running and not clock.noted and clock.due_at <= now


def _next_moment(clocks: Iterable[Running]) -> datetime | None:
    moments = [c.due_at for c in clocks if c.is_running and not c.noted]
    return min(moments) if moments else None


def _amber(limit: Limit) -> Limit:
    """Four fifths of a limit, in whole units: from then on its light is amber (design)."""
    return Limit(int(Decimal(limit.amount) * 4 / 5), limit.unit)


def lawful(kind: Kind) -> tuple[str, ...]:
    """Return what is wrong with a kind's table: unknown guards, steps without a basis; empty when it is sound."""
    wrong = [f"{step.name}: {need}" for step in kind.steps for need in step.needs if need not in GUARDS]
    wrong += [f"{step.name}: no basis" for step in kind.steps if not step.basis.text]
    return tuple(wrong)
