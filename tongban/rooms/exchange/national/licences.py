"""Licences as the directory of e-licences wants them.  Only what holds is listed: any other state takes the row away,
since the table has no column that could say so.
"""

from collections.abc import Mapping
from typing import Any

from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.exchange.national.cases import PURPOSE, paper_of
from tongban.rooms.exchange.national.gathering import LicenceRead
from tongban.rooms.exchange.national.rows import Draft, Hold, draft
from tongban.rooms.people import actions as opening
from tongban.rooms.people import queries as people
from tongban.rooms.people.queries import UnitView
from tongban.rulebook.catalogue import LicenceKind

_UNSEALED = Hold(
    "licence_unsealed",
    "证照还没有制作成加盖印章的文件，没有编号。",
    "请等制证完成；一直没有编号的，请看待办的制证任务为什么没有做完。",
)


def drafts(county: str, found: list[LicenceRead], *, by: str) -> list[Draft]:
    """Return the rows of these licences.  Every holder's read is logged."""
    holders = {one.holder_id for one in found}
    persons = people.persons_by_id(holders)
    papers = opening.reveal_many(holders, who=by, purpose=PURPOSE)
    kinds = {one.code: one for one in catalogue.kinds()}
    units = {one.code: one for one in people.units(county)}
    made = []
    for one in found:
        content = _content(county, one, persons[one.holder_id].name, papers[one.holder_id], kinds, units)
        about = ("licence", one.id, one.identifier)
        made.append(draft("up_lic_data", (one.identifier,), about, content, gone=one.state != "valid"))
    return made


def _content(
    county: str,
    one: LicenceRead,
    holder: str,
    papers: Mapping[str, str],
    kinds: Mapping[str, LicenceKind],
    units: Mapping[str, UnitView],
) -> dict[str, Any]:
    kind, unit = kinds[one.kind], units.get(one.issuer)
    paper, number = paper_of(papers)
    return {
        "certificate_name": kind.name,
        "certificate_number": one.number or _UNSEALED,
        "certificate_type": kind.name,
        "certificate_type_code": f"{kind.definer}{kind.serial}",
        "certificate_holder": holder,
        "certificate_holder_code": number,
        "certificate_holder_type": None if isinstance(paper, Hold) else paper,
        "issue_dept": unit.full_name if unit else None,
        "issue_dept_code": unit.credit_code if unit else None,
        "issue_date": f"{one.issued_on:%Y%m%d}",
        "certificate_area_code": county,
        "certificate_source_id": one.identifier,
    }
