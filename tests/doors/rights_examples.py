"""What to put into addresses that name something, and who sees it: for ``test_rights``, which walks them all.

Whoever adds such an address adds its line to ``EXAMPLES``.  An object whose sight the guard alone decides needs no
``seen_by``; where the rooms look again, give one example of one's own and one of somebody else's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from tests.county import County
from tongban.hall.rights import ROLES

PEOPLE = frozenset(role.code for role in ROLES if role.person)
STAFF = frozenset(role.code for role in ROLES if role.post)


@dataclass(frozen=True)
class Example:
    """One object in an address."""

    #: Whose it is, in words.
    whose: str
    arguments: dict[str, Any]
    #: Roles that see it; None: all whom the guard lets pass.  To the others it is refused (403) or unknown (404).
    seen_by: frozenset[str] | None = None


@dataclass
class Objects:
    """Things of the county to point at, made when first asked for."""

    county: County

    @cached_property
    def case(self) -> UUID:
        """An accepted case of 林示例, with the market department."""
        return self.county.accepted("small-food-shop")

    @cached_property
    def draft(self) -> UUID:
        """A draft of 林示例 with one paper."""
        return self._begun()

    def _begun(self) -> UUID:
        from dataclasses import replace

        from tongban.rooms.casework import actions as casework
        from tongban.rooms.casework.queries.wishes import Wishes
        from tongban.rooms.files.sheets import Sheet

        filing = self.county.filing(leave_out=("application", "health"))
        me = self.county.citizen()
        made = casework.save_draft(replace(filing, answers={"shop_name": "示例"}), me)
        pages = {"layout": (Sheet(filing.offers["layout"].file_id),)}
        casework.fill_draft(made, me, casework.Piece(wishes=Wishes(sheets=pages)))
        return made

    @cached_property
    def prereview(self) -> UUID:
        """A look that 林示例 asked for at her draft, with the market department."""
        from tongban.rooms.casework import actions as casework

        return casework.ask_prereview(self._begun(), self.county.citizen()).case_id

    @cached_property
    def filed(self) -> UUID:
        """What 林示例 filed from home."""
        return self.county.filed("small-food-shop")

    @cached_property
    def delivered(self) -> UUID:
        """A finished case of 林示例, its documents sealed."""
        from tongban.rooms.licences import actions as licences

        case_id = self.county.delivered("small-food-shop")
        licences.seal_now(case_id)
        return case_id

    @cached_property
    def proposed_year(self) -> UUID:
        """The year that comes next, proposed."""
        from tongban.rooms import clock
        from tongban.rooms.people import actions, queries

        officer = self.county.staff("system-officer")
        actor = queries.actor_of(officer.id, officer.post_id, clock.today())
        content = 'year = 2027\nnotice = "测试"\n[[holiday]]\nname = "元旦"\nfirst = 2027-01-01\nlast = 2027-01-03\n'
        return actions.propose("calendar", {"content": content, "year": 2027}, by=actor)

    @cached_property
    def handed_in(self) -> UUID:
        """A table of units with one mistake, tried by the postman."""
        from tongban.hall import postman
        from tongban.rooms import clock
        from tongban.rooms.importing import actions as importing
        from tongban.rooms.people import queries

        officer = self.county.staff("system-officer")
        actor = queries.actor_of(officer.id, officer.post_id, clock.today())
        content = "单位代码,单位名称,文号简称,统一社会信用代码\nslj,示例县水利局,示例水利,1\n".encode()
        made = importing.hand_in("orgs", "单位.csv", content, by=actor)
        postman.drain()
        return made

    @cached_property
    def licence(self) -> UUID:
        from tongban.rooms.licences import queries as licences

        return licences.of_case(self.delivered)[0].id

    @cached_property
    def signed(self) -> str:
        """The end of an address at which a file lies for two minutes."""
        from tongban.doors.look.signed import sent_on
        from tongban.rooms.files import queries as files

        return sent_on(files.file(self.county.upload()), "x.png").url.rpartition("/")[2]

    @cached_property
    def document(self) -> UUID:
        from tongban.rooms.licences import queries as licences

        return licences.documents_of(self.delivered)[0].id

    @cached_property
    def mandate(self) -> UUID:
        """What 林示例 gave to 租演示."""
        from datetime import date

        from tongban.rooms.people import actions as people

        giver, agent = self.county.citizen(), self.county.citizen("租演示")
        until = date(2035, 12, 31)
        return people.give_mandate(
            giver.id, agent.id, items=["elderly-card"], powers=["collect"], valid_until=until, actor="x", confirmed=True
        )

    @cached_property
    def seat(self) -> UUID:
        """An appointment of 林示例."""
        from datetime import timedelta

        from tongban.rooms import clock
        from tongban.rooms.people import queries as people
        from tongban.rooms.waiting import actions as waiting

        site, at = people.site_coded(self.county.code, "hall").id, clock.now() + timedelta(days=1)
        session = waiting.open_session(site, at, at + timedelta(hours=1), 5, actor="x")
        return waiting.book(session, self.county.citizen().id, actor="x", key="seat").seat.id

    @cached_property
    def material(self) -> str:
        """A material of that case of which a file is here."""
        from tongban.rooms.casework.queries.reading import read

        return next(code for code, row in sorted(read(self.case).materials.items()) if row["file_id"])

    @cached_property
    def paper(self) -> UUID:
        """A sealed document of that case."""
        from tongban.rooms.licences import actions as sealing
        from tongban.rooms.licences import queries as licences

        sealing.seal_now(self.case)
        return licences.documents_of(self.case)[-1].id

    @cached_property
    def question(self) -> UUID:
        """What somebody asked about an item of the market department."""
        from tongban.rooms.casework import actions as casework

        asked = casework.ask_about(
            self.county.code, "small-food-shop", self.county.citizen(), question="二楼的店能不能办？", key="question"
        )
        return asked.case_id

    @cached_property
    def issue(self) -> dict[str, int]:
        """The first issue of published results."""
        from tongban.rooms.publication import actions, queries

        self.county.granted("small-food-shop")
        actions.issue_results(self.county.code, self.county.staff("jcs-officer"))
        (one,) = queries.issues(self.county.code)
        return {"year": one.year, "number": one.number}

    @cached_property
    def foreign(self) -> UUID:
        """An accepted case of 房示例, with another department."""
        return self.county.accepted("drainage-permit", applicant=self.county.citizen("房示例"))

    @cached_property
    def proposal(self) -> UUID:
        """What the system officer proposed: one more power for the post that hands out."""
        from tongban.rooms import clock
        from tongban.rooms.people import actions as people
        from tongban.rooms.people import queries

        who = self.county.staff("system-officer")
        body = {"post": "exit", "items": ["*"], "powers": ["receive"], "order": "测试授权书"}
        body |= {"basis_kind": "local", "basis": "测试授权书"}
        return people.propose("grant_authority", body, by=queries.actor_of(who.id, who.post_id, clock.today()))

    @cached_property
    def at_window(self) -> UUID:
        """What 林示例 filed from home and a window of the hall accepts."""
        return self.county.filed("elderly-card")

    @cached_property
    def order(self) -> UUID:
        """A change order that is nobody's any more: its page only takes forms."""
        return UUID(int=0)

    @cached_property
    def ticket(self) -> UUID:
        from tongban.rooms.people import queries as people
        from tongban.rooms.waiting import actions as waiting

        hall = people.site_coded(self.county.code, "hall")
        return waiting.take_ticket(hall.id, "general").id


#: Who has to do with that case, and which of them may read what stands in it: who only supervises reads no papers.
AT_THE_CASE = frozenset({"clerk", "reviewer", "decider", "head", "supervisor"})
READS_IT = AT_THE_CASE - {"supervisor"}
#: Who has to do with a case of any department.
ANYWHERE = frozenset({"clerk", "supervisor"})


def _desk_case(seen_by: frozenset[str], **more: Callable[[Objects], Any]) -> Callable[[Objects], list[Example]]:
    def examples(objects: Objects) -> list[Example]:
        arguments = {"case_id": objects.case, **{name: ask(objects) for name, ask in more.items()}}
        found = [Example("市场监督管理局的办件", arguments, seen_by)]
        if set(more) <= {"name"}:
            found.append(Example("水务局的办件", arguments | {"case_id": objects.foreign}, ANYWHERE))
        return found

    return examples


def _item(objects: Objects) -> list[Example]:
    return [Example("事项", {"code": "small-food-shop"})]


def _guide(objects: Objects) -> list[Example]:
    return [Example("事项", {"county": "990127", "code": "small-food-shop"})]


def _hall(objects: Objects) -> list[Example]:
    return [Example("大厅", {"code": "hall"})]


#: Who sees a case handed in from home: those above all sites of the county, with a power over its item.
_AT_THE_HALL = frozenset({"clerk", "exit", "supervisor"})


#: Papers are not for who only supervises.
READS_AT_THE_HALL = _AT_THE_HALL - {"supervisor"}


def _of_case(roles: frozenset[str] = _AT_THE_HALL, **more: Any) -> Callable[[Objects], list[Example]]:
    return lambda objects: [
        Example("市场监督管理局的办件", {"case_id": objects.case, **more}, roles),
        *([] if more else [Example("水务局的办件", {"case_id": objects.foreign}, roles)]),
    ]


def _form(**more: Any) -> Callable[[Objects], list[Example]]:
    """A form without a page: whoever comes to read is told so; who may send it, ``FORMS`` says."""
    return lambda objects: [Example("办件", {"case_id": objects.case, **more})]


def _agents(**more: Any) -> Callable[[Objects], list[Example]]:
    return lambda objects: [Example("别人的办件", {"case_id": objects.case, **more}, frozenset())]


def _figure(objects: Objects) -> list[Example]:
    from tongban.rulebook.indicators import DEFINITIONS

    return [Example("指标", {"code": DEFINITIONS[0].code})]


#: Who sees a question to the market department: its posts, a window that takes in any item, who supervises all.
OF_THE_UNIT = frozenset({"clerk", "reviewer", "decider", "supervisor"})
#: Of what is somebody's own only she herself sees anything.
HERS = frozenset({"citizen"})


def _hers(what: str, of: Callable[[Objects], UUID], name: str, **more: Any) -> Callable[[Objects], list[Example]]:
    return lambda objects: [Example(f"林示例的{what}", {name: of(objects), **more}, HERS)]


def _draft(**more: Any) -> Callable[[Objects], list[Example]]:
    return _hers("草稿", lambda objects: objects.draft, "draft_id", **more)


def _her_case(of: Callable[[Objects], UUID]) -> Callable[[Objects], list[Example]]:
    return _hers("办件", of, "case_id")


#: Name of an address -> its examples.
EXAMPLES: dict[str, Callable[[Objects], list[Example]]] = {
    "account-post": lambda objects: [Example("岗位", {}, STAFF)],
    "admin-staff-one": lambda objects: [Example("人员", {"staff_id": objects.county.staff("editor").id})],
    "admin-post": lambda objects: [Example("岗位", {"post_id": objects.county.staff("editor").post_id})],
    "admin-hall": _hall,
    "admin-calendar-year": lambda objects: [Example("一年", {"year": 2026})],
    "admin-calendar-proposed": lambda objects: [Example("提出的一年", {"proposal_id": objects.proposed_year})],
    "admin-notice": lambda objects: [Example("通知", {"whom": "applicant", "step": "accept"})],
    "admin-paper-text": lambda objects: [Example("文书上的话", {"name": "court"})],
    "admin-import": lambda objects: [Example("导入的表", {"import_id": objects.handed_in})],
    "admin-import-report": lambda objects: [Example("导入的表", {"import_id": objects.handed_in})],
    "admin-import-columns": lambda objects: [Example("表的列", {"kind": "staff"})],
    "admin-paper-sample": lambda objects: [Example("文书", {"kind": "receipt"})],
    "admin-licence-sample": lambda objects: [Example("证照", {"code": "business-licence"})],
    "paper": lambda objects: [Example("刚签发的链接", {"signed": objects.signed})],
    "verify-keys": lambda objects: [Example("公钥", {"county": "990127"})],
    "item": _guide,
    "item-qr": _guide,
    "item-check": _guide,
    "item-form": _guide,
    "ask": _guide,
    "prereview": lambda objects: [Example("预审", {"case_id": objects.prereview}, OF_THE_UNIT - {"supervisor"})],
    "prereview-paper": lambda objects: [
        Example("预审", {"case_id": objects.prereview, "code": "layout"}, OF_THE_UNIT - {"supervisor"})
    ],
    "ask-answer": lambda objects: [Example("咨询", {"case_id": objects.question}, OF_THE_UNIT - {"supervisor"})],
    "results-issue": lambda objects: [Example("公示", objects.issue)],
    "list": lambda objects: [Example("清单", {"which": "power"})],
    "place": lambda objects: [Example("场所", {"site": "hall"})],
    "file-start": _item,
    "file-tasks": _draft(),
    "file-drop": _draft(),
    "file-prereview": _draft(),
    "file-situations": _draft(),
    "file-form": _draft(page=1),
    "file-form-paper": _draft(),
    "file-paper": _draft(code="layout"),
    "file-look": _draft(code="layout"),
    "file-sheets": _draft(code="layout"),
    "file-sheet": _draft(code="layout", n=1),
    "file-signers": _draft(),
    "file-delivery": _draft(),
    "file-review": _draft(),
    "file-done": _hers("办件", lambda objects: objects.filed, "draft_id"),
    "file-receipt": _hers("办件", lambda objects: objects.filed, "draft_id"),
    "mine-case": _her_case(lambda objects: objects.filed),
    "mine-supply": _her_case(lambda objects: objects.filed),
    "mine-follow": _her_case(lambda objects: objects.filed),
    "mine-sign": _her_case(lambda objects: objects.filed),
    "mine-withdraw": _her_case(lambda objects: objects.filed),
    "mine-rate": _her_case(lambda objects: objects.delivered),
    "mine-document": _hers("文书", lambda objects: objects.document, "document_id"),
    "mine-licence": _hers("证照", lambda objects: objects.licence, "licence_id"),
    "mine-show": _hers("证照", lambda objects: objects.licence, "licence_id"),
    "mine-mandate-revoke": _hers("委托", lambda objects: objects.mandate, "mandate_id"),
    "mine-appointment-cancel": _hers("预约", lambda objects: objects.seat, "seat_id"),
    "watch-trained": lambda objects: [Example("窗口人员", {"staff_id": objects.county.staff("window-1").id})],
    "kiosk-tickets": _hall,
    "kiosk-find": _hall,
    "kiosk-check-in": _hall,
    "kiosk-calls": _hall,
    "kiosk-board": _hall,
    "kiosk-ticket": lambda objects: [Example("号票", {"code": "hall", "ticket_id": objects.ticket})],
    "office-case": _desk_case(AT_THE_CASE),
    "office-step": _desk_case(AT_THE_CASE, name=lambda objects: "pass_on"),
    "office-material": _desk_case(READS_IT, code=lambda objects: objects.material),
    "office-document": _desk_case(READS_IT, document_id=lambda objects: objects.paper),
    "counter-person": lambda objects: [Example("办事人", {"person_id": objects.county.citizen().id})],
    "counter-phone": lambda objects: [Example("办事人", {"person_id": objects.county.citizen().id})],
    "counter-appointment": lambda objects: [Example("办事人", {"person_id": objects.county.citizen().id})],
    "counter-receive": lambda objects: [
        Example("办事人", {"person_id": objects.county.citizen().id, "code": "small-food-shop"})
    ],
    "counter-case": _of_case(),
    "counter-material": _of_case(READS_AT_THE_HALL, code="layout"),
    "counter-hand-out": lambda objects: [Example("办件", {"case_id": objects.case}, frozenset({"exit"}))],
    "counter-step": _form(name="accept"),
    "counter-original": _form(),
    "counter-document": lambda objects: [Example("受理通知书", {"document_id": objects.document}, READS_AT_THE_HALL)],
    "station-mine": _agents(),
    "station-document": _agents(document_id=UUID(int=0)),
    "station-mandate-paper": lambda objects: [Example("没有的委托书", {"mandate_id": UUID(int=0)}, frozenset())],
    "watch-figure": _figure,
    "watch-figure-rows": _figure,
    "watch-figure-export": _figure,
    "watch-case": lambda objects: [Example("办件", {"case_id": objects.case})],
    "items-order-withdraw": lambda objects: [Example("调整令", {"order_id": objects.order})],
    "items-item": _item,
    "items-publish": _item,
    "items-toml": _item,
    "items-edit": lambda objects: [Example("事项", {"code": "small-food-shop", "section": "basic"})],
    "items-preview": _item,
    "items-replay": _item,
    "items-rehearse": _item,
}

#: Addresses that have nothing to show in the county of the tests, and so answer 404 to everybody who may come.
EMPTY_HERE = frozenset({"sign-in-outside", "sign-in-back"})


@dataclass(frozen=True)
class Body:
    """A form that stands on no page the walk sees: a script sends it, or its case would have to be in another state."""

    body: dict[str, Any]
    #: What else than in ``EXAMPLES`` stands in the address.
    arguments: dict[str, Any] = field(default_factory=dict)
    #: Whose the object is that the body names, and for whom it is there; for the others nothing changes.
    whose: str = ""
    seen_by: frozenset[str] | None = None


KEY = {"key": "a-key-of-the-walk"}
NOTHING = UUID(int=0)
#: What any step may ask for.
_SAID = KEY | {
    "reason": "理由",
    "ground": "依据",
    "opinion": "意见",
    "state": "paid",
    "voucher": "001",
    "role": "applicant",
}


def _counter_steps(objects: Objects) -> list[Body]:
    from tongban.doors.counter.steps import STEPS

    return [
        Body(_SAID, {"case_id": case_id, "name": name}, whose=whose, seen_by=_AT_THE_HALL)
        for name in STEPS
        for case_id, whose in ((objects.at_window, "窗口受理的办件"), (objects.foreign, "水务局的办件"))
    ]


def _originals(objects: Objects) -> list[Body]:
    """A paper that stays with us, and one that would go back."""
    return [
        Body(KEY | {"material": "layout", "label": "A-1", "place": "柜一"}, {"case_id": case_id}, whose, _AT_THE_HALL)
        for case_id, whose in ((objects.case, "市场监督管理局的办件"), (objects.foreign, "水务局的办件"))
    ]


def _office_steps(objects: Objects) -> list[Body]:
    from tongban.rulebook.kinds import KINDS
    from tongban.rulebook.telling import AT_A_DESK

    steps = [one.name for one in KINDS["permit"].steps if AT_A_DESK.intersection(one.by)]
    return [Body(_SAID, {"name": name}) for name in steps]


def _supervision(objects: Objects) -> list[Body]:
    from tongban.doors.watch.cases import _ACT

    return [Body(_SAID | {"step": name}) for name in _ACT]


def _batch(objects: Objects) -> list[Body]:
    said = _SAID | {"step": "pass_on", "sure": "1"}
    return [
        Body(said | {"case": str(objects.case)}, whose="市场监督管理局的办件", seen_by=AT_THE_CASE),
        Body(said | {"case": str(objects.foreign)}, whose="水务局的办件", seen_by=ANYWHERE),
    ]


def _proposals(objects: Objects) -> list[Body]:
    named = KEY | {"proposal": str(objects.proposal), "reason": "不同意"}
    return [Body(named | {"confirm": "1"}), Body(named | {"decline": "1"})]


def _sent(**body: Any) -> Callable[[Objects], list[Body]]:
    return lambda objects: [Body(KEY | body)]


#: Address -> its forms that the walk does not find on a page.
FORMS: dict[str, Callable[[Objects], list[Body]]] = {
    "account-phone-new": _sent(phone="13900000000"),
    "counter-step": _counter_steps,
    "counter-original": _originals,
    "counter-case": _sent(lack="layout"),
    "counter-person": _sent(),
    "counter-hand-out": _sent(way="window", said="x"),
    "counter-appointment": _sent(session=str(NOTHING)),
    "office-step": _office_steps,
    "office-batch": _batch,
    "station-offline-send": _sent(entry="{}"),
    "items-order-withdraw": _sent(),
    "admin-proposals": _proposals,
    "admin-differences": _sent(difference=str(NOTHING), how="explained", note="已查明"),
    "admin-matching": _sent(),
    "mine-appointments": _sent(session=str(NOTHING)),
    "mine-appointment-cancel": _sent(),
    "mine-follow": _sent(),
    "mine-sign": _sent(agree="true"),
    "mine-supply": _sent(),
    "file-look": _sent(),
    "watch-case": _supervision,
    "watch-questions": _sent(question=str(NOTHING), to=str(NOTHING)),
    "authenticator": _sent(figures="000000"),
    "sign-in-figures": _sent(figures="000000"),
    "code": _sent(code="000000"),
    "identity": _sent(name="林示例", scheme="citizen_id", number="990127198805062019"),
    "new-password": _sent(password="Correct-horse-9", again="Correct-horse-9"),
}
