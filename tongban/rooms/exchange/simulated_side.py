"""The other side of a line or a folder, played by the simulator for the demo, rehearsals and tests.

It speaks the same protocol as a real system would, checks our signatures and signs its own, and knows of us only what
comes over the line or lies in the folder.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tongban.rooms import clock, crypto
from tongban.rooms.exchange.adapters import folder_of, secret
from tongban.rooms.exchange.dropping import Unfit, drop, pick_up, refuse, tag, waiting
from tongban.rooms.exchange.folder_adapter import subject_tag
from tongban.rooms.exchange.models import SimulatedCase, SimulatedTruth, System
from tongban.rooms.exchange.port import Down, Holding, Linked, OutsideMessage, Rejected, facts_of
from tongban.rooms.exchange.signing import DATE_HEADER, KEY_HEADER, SIGNATURE_HEADER, verify
from tongban.rooms.exchange.simulator import Simulator
from tongban.rulebook.errors import Refused


def answer(system: System, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
    """Answer one HTTP request: status and JSON.  Raises ``Down`` where it gives no answer at all.

    ``path`` as it was signed, with whatever stands before ``/cases`` or ``/resources``.
    """
    try:
        if headers.get(KEY_HEADER, "") != system.key_id:
            raise Refused("signature_wrong", "密钥编号不对。")
        machine = datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC)
        signature = headers.get(SIGNATURE_HEADER, "")
        moment = headers.get(DATE_HEADER, "")
        verify(secret(system.key_id), method, path, moment, body, signature, now=machine)
    except Refused as refused:
        return 401, {"code": refused.code}
    simulator, split = Simulator.of(system), urlsplit(path)
    try:
        told = json.loads(body) if body else {}
        match [method, *_after(split.path)]:
            case ["POST", "resources", resource]:
                return 200, _resource(simulator, unquote(resource), told)
            case ["POST", "cases"]:
                return 201, {"number": simulator.hand_over(facts_of(told["case"]), str(told["key"])).number}
            case ["GET", "cases"]:
                day = date.fromisoformat(parse_qs(split.query)["day"][0])
                return 200, {"cases": [_line(one) for one in simulator.holdings(day)]}
            case ["GET", "cases", number, "messages"]:
                after = int(parse_qs(split.query).get("after", ["0"])[0])
                linked = Linked(unquote(number), after, clock.now())
                return 200, {"messages": [message_json(one) for one in simulator.poll(linked)]}
    except Rejected as rejected:
        return 422, {"code": rejected.code}
    except (KeyError, ValueError, TypeError):
        return 400, {"code": "request_invalid"}
    return 404, {"code": "not_found"}


def push(system: System, send: Callable[[Mapping[str, Any]], bool]) -> int:
    """Send what happened to each case by itself, in order; ``send`` says whether it was taken.  Returns how many were.

    A system that tells twice sends each twice; what was not taken is sent again the next time.
    """
    simulator, done = Simulator.of(system), 0
    for case in SimulatedCase.objects.filter(system=system).order_by("id"):
        for message in simulator.history(case, clock.today()):
            if message.sequence <= case.pushed:
                continue
            told = {**message_json(message), "outside_number": case.number}
            taken = [send(told) for _ in range(2 if simulator.knobs.twice else 1)]
            if not all(taken):
                break
            SimulatedCase.objects.filter(id=case.id).update(pushed=message.sequence)
            done += 1
    return done


def tend_folder(system: System) -> int:
    """Come for the files of one system: take cases over, give receipts, news, lists and tables.

    Returns how many cases were picked up.  A torn or forged file is put aside with the reason and taken for nothing.
    Raises ``Down`` on a day on which the system does nothing.
    """
    folder, key, simulator = folder_of(system.code, system.name), secret(system.key_id), Simulator.of(system)
    if simulator.knobs.down or clock.today().isoformat() in simulator.knobs.down_on:
        raise Down("unreachable")
    taken = 0
    for path in waiting(folder / "to", "case"):
        try:
            told = pick_up(path, key)
            facts = facts_of(told["case"])
        except Unfit as unfit:
            refuse(path, unfit.code)
            continue
        except (KeyError, ValueError, TypeError):
            refuse(path, "garbled")
            continue
        receipt = {"key": told["key"]}
        try:
            receipt["number"] = simulator.hand_over(facts, str(told["key"])).number
        except Rejected as rejected:
            receipt["rejected"] = rejected.code
        except Down:
            continue  # the receipt was lost: the file stays, and is found again
        drop(folder / "from", f"receipt-{tag(str(told['key']))}.drop", receipt, key)
        path.unlink()
        taken += 1
    _lay_down(system, simulator, key)
    return taken


def tend_folders() -> int:
    """Come for the files of every system that exchanges files, as its department would; returns cases picked up."""
    taken = 0
    for system in System.objects.filter(adapter="folder").order_by("county", "code"):
        with suppress(Down):
            taken += tend_folder(system)
    return taken


def message_json(message: OutsideMessage) -> dict[str, Any]:
    """Return a message as JSON gives it."""
    told = asdict(message)
    return {"id": told["id"], "sequence": told["sequence"], "state": told["state"], "on": message.on.isoformat()}


def _lay_down(system: System, simulator: Simulator, key: bytes) -> None:
    """News of every case, the list of each day that is over, and each table that is shared whole."""
    source, today = folder_of(system.code, system.name) / "from", clock.today()
    cases = list(SimulatedCase.objects.filter(system=system).order_by("id"))
    for case in cases:
        messages, name = simulator.history(case, today), f"news-{tag(case.number)}.drop"
        if messages[-1].sequence > case.pushed or not (source / name).exists():
            told = [message_json(one) for one in messages for _ in range(2 if simulator.knobs.twice else 1)]
            drop(source, name, {"number": case.number, "messages": told}, key)
            SimulatedCase.objects.filter(id=case.id).update(pushed=messages[-1].sequence)
    first = clock.legal_date(cases[0].taken_at) if cases else today
    for day in (today - timedelta(days=n) for n in range(1, 8)):
        name = f"cases-{day:%Y%m%d}.drop"
        if day >= first and not (source / name).exists():
            drop(source, name, {"cases": [_line(one) for one in simulator.holdings(day)]}, key)
    tables: dict[str, dict[str, Any]] = {}
    for known in SimulatedTruth.objects.filter(system=system, query_sealed__isnull=False):
        query = json.loads(crypto.open_text(bytes(known.query_sealed or b"")))
        tables.setdefault(known.resource_code, {})[subject_tag(key, query)] = simulator.told(known)
    for resource, rows in tables.items():
        drop(source, f"table-{tag(resource)}.drop", {"resource": resource, "rows": rows}, key)


def _resource(simulator: Simulator, resource: str, told: Mapping[str, Any]) -> dict[str, Any]:
    found = simulator.ask(
        resource, told["query"], fields=told["fields"], case_id=None, purpose=str(told.get("purpose", ""))
    )
    return {"found": True, "values": dict(found.values)} if found.state == "found" else {"found": False}


def _line(holding: Holding) -> dict[str, Any]:
    return {
        "case": holding.case_number,
        "number": holding.outside_number,
        "state": holding.state,
        "sequence": holding.sequence,
    }


def _after(path: str) -> list[str]:
    """Return the parts of a path from ``cases`` or ``resources`` on."""
    parts = path.strip("/").split("/")
    start = next((at for at, part in enumerate(parts) if part in ("cases", "resources")), len(parts))
    return parts[start:]
