"""Somebody who works in the county, over the actions or over HTTP, until he is killed; then somebody takes his place.

``python -m tongban.hall.faults.acting PLACE NUMBER``: PLACE is a JSON file the county wrote (``county``), NUMBER tells
this actor from the others and names his diary.  What he asked for and was not answered he asks again with the same key,
as a careful caller does; now and then he asks again for what was answered, as an impatient one does, or uses an old key
for something else, as a careless one does.
"""

import http.client
import json
import os
import signal
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from tongban.hall.faults.diary import Diary, read

#: What becomes of a case of each item: the steps after its filing.  Some stop half-way, for the law to act on.
COURSES = {
    "small-food-shop": (
        ("accept", "pass_on", "grant", "issue", "deliver"),
        ("accept", "pass_on", "pause", "resume", "grant", "issue"),
        ("ask_correction", "supply", "accept", "pass_on"),
        ("ask_correction",),
        ("accept", "withdraw"),
        ("accept",),
        (),
    ),
    "prepackaged-food-filing": (("put_on_record", "issue", "deliver"), ("put_on_record",), ()),
    "deed-tax": (("accept", "hand_over"),),
}
#: Seconds between two tries at something that does not answer, and at most between two requests.
PATIENCE = 0.3
THINKING = 0.8


class Unanswered(Exception):
    """It may have been done or not: ask again."""


class Actor(ABC):
    """One of those who work."""

    def __init__(self, place: dict[str, Any], number: int) -> None:
        self.place, self.number = place, number
        self.stopping = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: self.stopping.set())
        path = Path(place["diaries"]) / f"{number}.jsonl"
        self.told = read([path] if path.exists() else [])
        self.diary = Diary(path)
        #: Goes on after the greatest number the diary names: a key is for one request only.
        self.turn = max((one["turn"] for one in self.told.asked.values()), default=0)
        #: Case -> item and steps still to come.
        self.cases: dict[str, tuple[str, list[str]]] = {}
        for key, (case, _) in self.told.done.items():
            self._note(self.told.asked[key], case)
        for key in self.told.refused:
            self.cases.pop(self.told.asked[key].get("case", ""), None)

    def work(self) -> None:
        """Work until killed, or until asked to stop; then everything asked has its answer."""
        for one in self.told.open:
            self._ask(one)
        while not self.stopping.is_set():
            luck = Random(f"{self.place['seed']}:{self.number}:{self.turn}")
            self.turn += 1
            time.sleep(luck.random() * THINKING)
            chance = luck.random()
            if self.told.done and chance < 0.08:
                self._again(luck)
            elif self.told.done and chance < 0.12:
                self._astray(luck)
            else:
                self._ask(self._wish(luck))

    def _wish(self, luck: Random) -> dict[str, Any]:
        wish = {"key": f"faults-{self.place['seed']}-{self.number}-{self.turn}", "turn": self.turn}
        ready = [case for case, (_, steps) in self.cases.items() if steps]
        if ready and luck.random() < 0.75:
            case = luck.choice(ready)
            item, steps = self.cases[case]
            return wish | {"step": steps[0], "case": case, "item": item, "course": steps}
        item = luck.choice(sorted(self.place["items"]))
        course = list(luck.choice(COURSES[item])) if not self.place.get("web") else []
        person = luck.choice(self.place["persons"])
        return wish | {"step": "file", "item": item, "person": person, "course": ["file", *course]}

    def _ask(self, wish: dict[str, Any]) -> None:
        """Ask until there is an answer, and write down which."""
        if wish["key"] not in self.told.asked:
            self.diary.write("asked", **wish)
            self.told.asked[wish["key"]] = wish
        case, seq, code = self._answered(wish)
        if code:
            self.diary.write("refused", wish["key"], code=code)
            self.cases.pop(wish.get("case", ""), None)
            return
        self.diary.write("done", wish["key"], case=case, seq=seq)
        self.told.done[wish["key"]] = (case, seq)
        self._note(wish, case)

    def _again(self, luck: Random) -> None:
        """Ask once more for what was done: the answer must be the same."""
        key = luck.choice(sorted(self.told.done))
        case, seq, code = self._answered(self.told.asked[key])
        self.diary.write("done", key, case=case, seq=seq if not code else -1)

    def _astray(self, luck: Random) -> None:
        """Use the key of a filing for another one that is good but for that: refused, or it would be a step."""
        filed = [self.told.asked[key] for key in sorted(self.told.done) if self.told.asked[key]["step"] == "file"]
        wish = luck.choice(filed)
        item = self.place["items"][wish["item"]]
        other = {
            **item["answers"],
            item["word"]: f"另一处 {self.turn}",
        }
        self.diary.write("astray", wish["key"], code=self._answered({**wish, "answers": other})[2])

    def _note(self, wish: dict[str, Any], case: str) -> None:
        self.cases[case] = (wish["item"], list(wish["course"])[1:])

    def _answered(self, wish: dict[str, Any]) -> tuple[str, int, str]:
        while True:
            try:
                return self.answer(wish)
            except Unanswered:
                time.sleep(PATIENCE)

    @abstractmethod
    def answer(self, wish: dict[str, Any]) -> tuple[str, int, str]:
        """Return case, number of the entry, and the code of a refusal.  Raises ``Unanswered``."""


class Inside(Actor):
    """Works over the actions, with a connection of his own."""

    def answer(self, wish: dict[str, Any]) -> tuple[str, int, str]:
        from django.db import InterfaceError, OperationalError, connection

        from tongban.rulebook.errors import Refused

        try:
            case, seq = self._step(wish)
            return str(case), seq, ""
        except Refused as no:
            return "", 0, no.code
        except (OperationalError, InterfaceError) as away:
            connection.close()
            raise Unanswered from away

    def _step(self, wish: dict[str, Any]) -> tuple[UUID, int]:
        from tongban.rooms.casework import actions as casework
        from tongban.rulebook.clock import Limit

        place, key, step = self.place, wish["key"], wish["step"]
        if step == "file":
            return self._file(wish), 1
        case = UUID(wish["case"])
        staff = {power: casework.staff(*map(UUID, ids)) for power, ids in place["staff"][wish["item"]].items()}
        asked = next(one for one in self.told.asked.values() if self.told.done.get(one["key"]) == (wish["case"], 1))
        applicant = casework.person(UUID(asked["person"]))
        late = place["items"][wish["item"]]["late"]
        steps: dict[str, Callable[[], casework.Done]] = {
            "accept": lambda: casework.accept(case, staff["accept"], key=key),
            "ask_correction": lambda: casework.ask_correction(case, staff["accept"], {late: "看不清，请重交"}, key=key),
            "supply": lambda: casework.supply(case, applicant, {late: self._offer()}, key=key),
            "pass_on": lambda: casework.pass_on(case, staff["examine"], opinion="符合", key=key),
            "pause": lambda: casework.pause(
                case, staff["examine"], proceeding="testing", time_needed=Limit.parse("3wd"), notice=True, key=key
            ),
            "resume": lambda: casework.resume(case, staff["examine"], result="passed", key=key),
            "grant": lambda: casework.grant(case, staff["decide"], opinion="准予", key=key),
            "put_on_record": lambda: casework.put_on_record(case, staff["accept"], key=key),
            "issue": lambda: casework.issue(case, staff["deliver"], key=key),
            "deliver": lambda: casework.deliver(case, staff["deliver"], collector_id=applicant.id, key=key),
            "withdraw": lambda: casework.withdraw(case, applicant, key=key),
            "hand_over": lambda: casework.hand_over(
                case, staff["examine"], system=place["items"][wish["item"]]["system"], key=key
            ),
        }
        done = steps[step]()
        return done.case_id, done.seq

    def _offer(self) -> Any:
        from tongban.rooms.casework.actions import Offer

        return Offer(file_id=UUID(self.place["file"]))

    def _file(self, wish: dict[str, Any]) -> UUID:
        from tongban.rooms.casework import actions as casework
        from tongban.rooms.casework.actions import Filing

        item, person = self.place["items"][wish["item"]], UUID(wish["person"])
        answers, offers = wish.get("answers", item["answers"]), {code: self._offer() for code in item["materials"]}
        filing = Filing(self.place["county"], wish["item"], person, answers, offers, options=frozenset(item["options"]))
        return casework.file_case(filing, casework.person(person), key=wish["key"]).case_id


class Outside(Actor):
    """Files over HTTP with a token, from outside."""

    def answer(self, wish: dict[str, Any]) -> tuple[str, int, str]:
        web, item = self.place["web"], self.place["items"][wish["item"]]
        body = {
            "item": wish["item"],
            "applicant": wish["person"],
            "answers": wish.get("answers", item["answers"]),
            "options": item["options"],
            "materials": {},
        }
        headers = {
            "Authorization": f"Bearer {web['token']}",
            "Idempotency-Key": wish["key"],
            "Content-Type": "application/json",
        }
        line = http.client.HTTPConnection("127.0.0.1", web["port"], timeout=20)
        try:
            line.request("POST", "/api/v1/cases", json.dumps(body), headers)
            answer = line.getresponse()
            told = json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError) as silent:
            raise Unanswered from silent
        finally:
            line.close()
        if answer.status >= 500 or answer.status == 429:
            raise Unanswered(answer.status)
        if answer.status >= 300:
            return "", 0, str(told.get("code", answer.status))
        return str(told["case_id"]), 1, ""


def main() -> None:
    """Work in the place that the county wrote."""
    place, number = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), int(sys.argv[2])
    if number == place["outside"]:
        shop = {"small-food-shop": place["items"]["small-food-shop"]}
        Outside({**place, "persons": [place["web"]["person"]], "items": shop}, number).work()
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.hall.settings")
    import django

    django.setup()
    Inside({**place, "web": None}, number).work()


if __name__ == "__main__":
    main()
