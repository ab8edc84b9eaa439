"""The county that is hurt: opened in a state folder of its own, served, kept going, put back on its feet."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.conf import settings

from tongban.hall import database, state
from tongban.hall.faults.acting import COURSES
from tongban.hall.faults.diary import Told, read

#: Acting processes over the actions; one more works over HTTP.
INSIDE = 2
#: The first day, three working days before the end of the last year whose holidays are known.
START = date(2026, 12, 28)
#: Seconds anything may take to work again; a machine that others use as well is slow to start a site.
RECOVERY = 240
#: Seconds all promises may take when everybody has stopped, and for how many of them none need be kept: one that failed
#: six times, because a system was away, waits for 320 seconds.
DRAINING, QUIET = 3600, 420
#: What the rule of a form's field says where any words will do.
_FREE = {"type", "title", "minLength", "maxLength"}
_POWERS = ("accept", "examine", "decide", "deliver")


class Stuck(Exception):
    """Something did not come back."""


class RunningCounty:
    """Its processes: PostgreSQL, web, postman, actors.  Use it as a context manager."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self.place = folder / "place.json"
        self.diaries = folder / "diaries"
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        #: Its files lie on a disk mounted for them, so that this disk can be full.
        self.own_disk = False
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def __enter__(self) -> "RunningCounty":
        try:
            self._begin()
        except BaseException:  # an interruption too: nothing is left running
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        if self.own_disk:
            subprocess.run(["umount", "--lazy", settings.TONGBAN_FILES], check=True)

    def _begin(self) -> None:
        self.diaries.mkdir(parents=True)
        files = Path(settings.TONGBAN_FILES)
        files.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.own_disk = _mount("-t", "tmpfs", "-o", "size=50%,mode=700", "tmpfs", str(files))
        self._open()
        for name in ("web", "postman", *self.actors):
            self.start(name)
        self.wait_for_web()

    @contextlib.contextmanager
    def no_room(self) -> Iterator[None]:
        """Let the disk with the files have no room left; only with ``own_disk``.  Raises ``Stuck``."""
        try:
            for _ in range(20):  # something may be written between looking and mounting
                disk = os.statvfs(settings.TONGBAN_FILES)
                used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
                if self._resize(str(used)):
                    break
            else:
                raise Stuck("磁盘没有变小")
            yield
        finally:
            self._resize("50%")

    def _resize(self, size: str) -> bool:
        return _mount("-o", f"remount,size={size}", str(settings.TONGBAN_FILES))

    @property
    def actors(self) -> list[str]:
        """Names of the acting processes."""
        return [f"actor {n}" for n in range(1, INSIDE + 2)]

    def told(self) -> Told:
        """Return what all actors were told so far."""
        return read(sorted(self.diaries.glob("*.jsonl")))

    def start(self, name: str) -> None:
        """Start one of the processes, in a group of its own; what it says goes to the log of its kind."""
        if name == "web":
            from tongban.hall.commands.serve import web_command

            command = web_command("127.0.0.1", self.port, 2)
        elif name == "postman":
            command = [sys.executable, "-P", "-m", "tongban.hall", "postman"]
        else:
            number = name.rpartition(" ")[2]
            command = [sys.executable, "-P", "-m", "tongban.hall.faults.acting", str(self.place), number]
        with open(self.folder / f"{name.partition(' ')[0]}.log", "ab") as log:
            self.children[name] = subprocess.Popen(command, stdout=log, stderr=log, process_group=0, cwd=state.ROOT)

    def kill(self, name: str) -> None:
        """Kill one of the processes at once, as a machine does that is out of memory."""
        child = self.children[name]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def tend(self) -> list[str]:
        """Start again whatever ended, as a supervisor of services does; return what had ended by itself."""
        ended = [name for name, child in self.children.items() if child.poll() is not None]
        for name in ended:
            self.start(name)
        return ended

    def wait_until_working(self) -> None:
        """Wait until the database answers and every actor was told something new.  Raises ``Stuck``."""
        end = time.monotonic() + RECOVERY
        self.answering(end)
        before = self._answers()
        while True:
            self.tend()
            now = self._answers()
            if all(now.get(name, 0) > count for name, count in before.items()):
                return
            if time.monotonic() > end:
                raise Stuck(f"{RECOVERY} 秒后还有人得不到答复：{before} → {now}")
            time.sleep(0.1)

    def answering(self, end: float) -> None:
        """Wait until the database answers this process."""
        from django.db import InterfaceError, OperationalError, connection

        while True:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
                return
            except (OperationalError, InterfaceError) as away:
                connection.close()
                if time.monotonic() > end:
                    raise Stuck(f"数据库没有恢复：{away}") from away
                time.sleep(0.1)

    def wait_for_web(self) -> None:
        """Wait until the site answers.  Raises ``Stuck``."""
        end = time.monotonic() + RECOVERY
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        raise Stuck("网站没有起来")

    def finish(self) -> None:
        """Let every actor get his last answer and go.  Raises ``Stuck``."""
        for name in self.actors:
            self.children[name].terminate()
        for name in self.actors:
            try:
                self.children[name].wait(RECOVERY)
            except subprocess.TimeoutExpired:
                raise Stuck(f"{name} 等不到最后的答复") from None
            del self.children[name]  # nobody starts him again

    def drain(self) -> None:
        """Let the postman keep everything that is owed, within ``DRAINING`` and ``QUIET``; the facts tell what stays.

        What a killed postman had in hand is free after a minute of the machine's, what failed while a system was down
        after its own waiting time.  Nothing is hurried: that it is kept at all by waiting is what is to be shown.
        """
        from tongban.hall.postman.keeping import outstanding

        began = moved = time.monotonic()
        before = -1
        while (left := outstanding()) and time.monotonic() < min(began + DRAINING, moved + QUIET):
            if left != before:
                before, moved = left, time.monotonic()
            self.tend()
            time.sleep(1)
        self.children["postman"].terminate()
        self.children["postman"].wait(RECOVERY)

    def _answers(self) -> dict[str, int]:
        found = {}
        for name in self.actors:
            path = self.diaries / f"{name.rpartition(' ')[2]}.jsonl"
            found[name] = path.read_bytes().count(b'{"what":"done"') if path.exists() else 0
        return found

    def _open(self) -> None:
        """Open 示例县 and write down who acts in it."""
        from tongban.hall.county.opening import COUNTY, Desks, open_county
        from tongban.hall.county.sheets import sheet
        from tongban.rooms import clock
        from tongban.rooms.catalogue import queries as catalogue
        from tongban.rooms.files import actions as files
        from tongban.rooms.people import actions as people
        from tongban.rulebook.authority import Power
        from tongban.rulebook.numbers import make_citizen_id

        open_county()
        clock.set_demo(clock.at_local(START, 9), running=True)
        persons = [
            people.register_person(
                f"受试{n}号",
                county=COUNTY,
                actor="house",
                identifiers=[("citizen_id", make_citizen_id("990127", date(1970, 1, 1), n), "")],
            )
            for n in range(1, 21)
        ]
        token = people.make_token(
            COUNTY, "受试", actor="house", scopes=["cases"], person_id=persons[0], per_minute=6000
        )
        items: dict[str, Any] = {}
        staff: dict[str, Any] = {}
        for code in COURSES:
            item = catalogue.in_force(COUNTY, code, START).item
            items[code] = self._item(item)
            desks, taken = Desks(COUNTY, START), frozenset[UUID]()
            staff[code] = {}
            for power in _POWERS:
                with contextlib.suppress(LookupError):
                    who = desks.able(Power(power), item, other_than=taken if power == "decide" else frozenset())
                    staff[code][power] = [str(who.id), str(who.post_id)]
                    taken = frozenset({who.id} if power == "accept" and who.id else taken)
        place = {
            "seed": self.seed,
            "county": COUNTY,
            "diaries": str(self.diaries),
            "persons": [str(one) for one in persons],
            "file": str(files.store(sheet("材料"), county=COUNTY, actor="house")),
            "items": items,
            "staff": staff,
            "outside": INSIDE + 1,
            "web": {"port": self.port, "token": token.secret, "person": str(persons[0])},
        }
        self.place.write_text(json.dumps(place, ensure_ascii=False, default=str), encoding="utf-8")

    def _item(self, item: Any) -> dict[str, Any]:
        from tongban.hall.county.answers import answers_for

        options = frozenset(one.options[-1].code for one in item.situations)
        wanted = [one for one in item.materials_for(options) if one.source != "made"]
        free = (
            name for name, rule in item.form["properties"].items() if rule["type"] == "string" and set(rule) <= _FREE
        )
        return {
            "word": next(free),
            "answers": answers_for({**item.form}, Random(self.seed), START),
            "options": sorted(options),
            "materials": [one.code for one in wanted],
            "late": [one.code for one in wanted if one.source == "applicant"][-1],
            "system": item.elsewhere,
        }


def _mount(*words: str) -> bool:
    """Mount; False where that is not allowed."""
    return subprocess.run(["mount", *words], capture_output=True).returncode == 0


def postmaster() -> int:
    """Return the process id of the embedded PostgreSQL."""
    return int((database.data_folder() / "postmaster.pid").read_text().split()[0])


def children_of(pid: int) -> list[int]:
    """Return the processes that this one started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
    return sorted(found)
