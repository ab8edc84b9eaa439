"""实名核验: before somebody gets an account, the population register says whether name and number belong together."""

from tongban.rooms.exchange import queries
from tongban.rooms.exchange.actions.asking import check_form
from tongban.rooms.people import actions as people
from tongban.rulebook.errors import Refused

#: The resource asked, and the purpose under which a unit must have been allowed to ask it.
RESOURCE, PURPOSE = "population", "注册账号时核对本人姓名和身份证号码"


def confirm_identity(county: str, secret: str, name: str, scheme: str, number: str, issuer: str = "") -> None:
    """Check name and number of who registers, and tie the registration to its person (``people.tie_person``).

    A citizen id is checked with the population register; other papers only with what a window has registered.
    Raises ``Refused``: as ``people.check_before_asking`` and ``people.tie_person``, and ``identity_differs``,
    ``identity_missing``, ``identity_down``, ``identity_unavailable``.
    """
    number = people.check_before_asking(county, secret, name, scheme, number, issuer)
    confirmed = scheme == "citizen_id"
    if confirmed:
        _ask(county, name, number)
    people.tie_person(county, secret, name, scheme, number, issuer, confirmed=confirmed)


def _ask(county: str, name: str, number: str) -> None:
    unit = _unit(county)
    found = check_form(
        county, RESOURCE, {"citizen_id": number}, {"name": name.strip()}, unit=unit, who="house", purpose=PURPOSE
    )
    if found.state == "paper":
        raise Refused("identity_down", "人口信息系统暂时连不上，核对不了身份。请过一会儿再试，或带证件到窗口办理。")
    if found.state == "missing":
        raise Refused(
            "identity_missing", "人口信息中没有查到这个身份证号码。请核对号码；没有错的，请带证件到窗口办理。"
        )
    if found.mismatches:
        raise Refused("identity_differs", "姓名和证件号码对不上。请按证件核对后重新填写。")


def _unit(county: str) -> str:
    """Return the unit that may ask for this purpose."""
    for one in queries.requests(county, state="approved"):
        if one.resource == RESOURCE and one.purpose == PURPOSE:
            return one.unit
    raise Refused("identity_unavailable", "本县还没有开通网上实名核验。请带身份证到任一窗口办理。")
