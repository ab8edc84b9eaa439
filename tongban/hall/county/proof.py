"""The proof of ring 1: one case from a village to its archived result, on fixed dates over the National Day of 2026.

A villager files an item of three materials at her village; one paper is missing and is named once; the clock of law
starts, stands for an expert review told in writing, and runs on over the holiday; somebody other than the acceptor
decides; the sealed licence is handed out in the village; she rates; the result is published and archived; and every
figure opens to its rows.  Everything goes through the same actions that pages call.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from tongban.hall import postman
from tongban.hall.county.opening import COUNTY, Desks, citizen
from tongban.hall.county.sheets import sheet
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Filing, Offer, Who
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.files import actions as files
from tongban.rooms.ledger.queries import stream
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people
from tongban.rooms.publication import actions as publication
from tongban.rooms.ratings import actions as ratings
from tongban.rulebook.authority import Power
from tongban.rulebook.clock import Limit
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Grade

ITEM = "small-food-shop"
VILLAGE = "village-001202-agent"
APPLICANT = "林示例"


@dataclass
class Proof:
    """What the proof made."""

    case_id: UUID
    number: str
    #: The last day of the proof, whose figures are opened.
    day: date
    #: The licence as a file.
    licence: Path | None = None
    #: Kind and number of every sealed document.
    documents: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def prove(folder: Path, say: Callable[[str], None] = print) -> Proof:
    """Carry the case, telling each step; leaves the sealed documents in ``folder``."""
    teller = _Teller(say)
    applicant = citizen(APPLICANT)
    assert applicant.id is not None
    with _at(2026, 9, 18, 9, 20):
        agent = _holder(VILLAGE)
        item = catalogue.in_force(COUNTY, ITEM, clock.today()).item
        drawn = {
            code: files.store(sheet(item.material(code).name), county=COUNTY, actor=agent.name)
            for code in ("application", "layout", "health")
        }
        answers = {
            "shop_name": "东示早点铺",
            "owner": APPLICANT,
            "premises": "示范镇东示村 1 组 1 号",
            "area": 24,
            "projects": "面食、粥品",
            "staff_count": 1,
        }
        papers = {code: Offer(file_id=drawn[code]) for code in ("application", "layout")}
        site = people.powers().posts[agent.post_id or UUID(int=0)].site_id
        filing = Filing(COUNTY, ITEM, applicant.id, answers, papers, channel="village", site_id=site)
        filed = casework.file_case(filing, agent)
        proof = Proof(filed.case_id, filed.number, clock.today())
        teller.told(proof, f"村民在东示村便民服务站申请“{item.name}”，交了两项材料，取得收件凭证")
        teller.say(f"　　办件编号 {filed.number}，查询码 {filed.lookup_code}；还缺 {len(filed.missing)} 项")
    with _at(2026, 9, 21, 10, 5):
        desks = Desks(COUNTY, clock.today())
        acceptor = desks.able(Power.ACCEPT, item)
        _refused(teller, lambda: casework.accept(filed.case_id, acceptor), "材料没齐就想受理")
        casework.ask_correction(
            filed.case_id, acceptor, {"health": "没有提交从业人员健康证明。请到县内体检机构办理后，在村里或网上补交。"}
        )
        teller.told(proof, "受理岗一次性告知缺少的材料，全部列明")
    with _at(2026, 9, 22, 8, 40):
        casework.supply(filed.case_id, agent, {"health": Offer(file_id=drawn["health"])})
        teller.told(proof, "村民在村里补齐材料")
    with _at(2026, 9, 22, 15, 30):
        casework.accept(filed.case_id, acceptor)
        teller.told(proof, "受理；受理日为材料齐全之日，法定期限从次日起算")
    with _at(2026, 9, 24, 9, 0):
        reviewer = desks.able(Power.EXAMINE, item)
        casework.pause(filed.case_id, reviewer, proceeding="expert_review", time_needed=Limit.parse("5d"), notice=True)
        teller.told(proof, "启动专家评审并书面告知所需时间，期限停止计算")
    with _at(2026, 9, 29, 16, 0):
        casework.resume(filed.case_id, reviewer, result="passed", opinion="评审通过")
        teller.told(proof, "评审结束，期限继续计算，跨过国庆假期")
    with _at(2026, 10, 9, 10, 0):
        casework.pass_on(filed.case_id, reviewer, opinion="场所、设备和人员符合要求")
        teller.told(proof, "现场核查环节通过，转决定环节")
        _refused(teller, lambda: casework.grant(filed.case_id, acceptor), "受理人想自己作决定")
    with _at(2026, 10, 10, 9, 30):
        decider = desks.able(Power.DECIDE, item, other_than=frozenset({acceptor.id} if acceptor.id else ()))
        casework.grant(filed.case_id, decider, opinion="准予登记")
        teller.told(proof, "首席代表作出准予决定（与受理人不是同一人；10 月 10 日为调休上班的周六）")
        casework.issue(filed.case_id, desks.able(Power.DELIVER, item))
        teller.told(proof, "制证，证照进入证照库")
        postman.drain(60)
    with _at(2026, 10, 10, 15, 10):
        casework.deliver(filed.case_id, agent, collector_id=applicant.id, way="window")
        teller.told(proof, "在村便民服务站打印、核对身份后交付，取得送达回证")
        ratings.rate(filed.case_id, applicant, Grade.VERY_SATISFIED, channel="mobile")
        teller.told(proof, "村民评价：非常满意")
        postman.drain(60)
        publication.issue_results(COUNTY, by=_holder("xzsp-head"))
        teller.told(proof, "结果公示（申请人姓名已遮盖），办件归档")
        proof.day = clock.today()
        _leave(proof, folder, teller)
    return proof


class _Teller:
    """Tells each step with its date, clocks and basis."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.step = 0

    def told(self, proof: Proof, what: str) -> None:
        file = read(proof.case_id)
        self.step += 1
        local = clock.now().astimezone(clock.SHANGHAI)
        line = f"{self.step:>2}. {local:%Y-%m-%d %H:%M}　{what}"
        proof.lines.append(line)
        self.say(line)
        self.say(f"　　状态：{file.facts.kind.states[file.facts.state]}　{_clocks(file)}依据：{_basis(file)}")


def _clocks(file: CaseFile) -> str:
    shown = []
    for running in file.facts.clocks:
        if running.is_running:
            rule = file.facts.kind.clock_by_name[running.name]
            days = sum((e.last - e.first).days + 1 for e in running.excluded)
            pause = f"（其间停止计算 {days} 日）" if days else ""
            shown.append(f"{rule.label} {running.limit.label}，至 {running.due.on}{pause}")
    return "；".join(shown) + "　" if shown else ""


def _basis(file: CaseFile) -> str:
    last = stream(file.id)[-1]
    return str(file.facts.kind.by_name[last.step].basis)


def _refused(teller: _Teller, act: Callable[[], object], what: str) -> None:
    """Show that the house says no, and why."""
    try:
        act()
    except Refused as no:
        teller.say(f"　　（{what}：被拒绝——{no.sentence}）")
    else:
        raise AssertionError(what)


def _leave(proof: Proof, folder: Path, teller: _Teller) -> None:
    """Leave the case's sealed documents in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, document in enumerate(licences.documents_of(proof.case_id), 1):
        is_licence = document.kind == "licence"
        path = folder / ("licence.pdf" if is_licence else f"{place:02d}-{document.kind}.pdf")
        path.write_bytes(licences.pdf(document.id))
        proof.documents.append(f"{document.kind} {document.number}")
        if is_licence:
            proof.licence = path
    teller.say(f"　　加盖印章的文书 {len(proof.documents)} 份已放在 {folder}")


def _holder(post_code: str) -> Who:
    post = people.post_coded(COUNTY, post_code)
    if post is None or (holder := people.powers().holder(post.id, clock.today())) is None:
        raise LookupError(post_code)
    return casework.staff(holder.id, post.id)


@contextmanager
def _at(year: int, month: int, day: int, hour: int, minute: int) -> Iterator[None]:
    with clock.held(clock.at_local(date(year, month, day), hour, minute)):
        yield
