"""亮证: the holder shows a licence on her screen by a code that changes every minute."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from tongban.rooms import clock
from tongban.rooms.licences import keyring
from tongban.rooms.licences.models import Licence
from tongban.rooms.licences.paper import qr, showing
from tongban.rooms.licences.queries.licences import of_person, state_on
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Showing:
    """A code for the screen."""

    #: What the symbol holds: the address of the verification page with the code.
    address: str
    #: The symbol as SVG.
    symbol: str
    #: Seconds it is still good.
    seconds: int


def show(licence_id: UUID, holder_id: UUID) -> Showing:
    """Return a code that is good from now for a minute, by the machine's clock.  Two queries.

    Raises ``Refused``: ``licence_unknown`` (there is none, or it is not hers), ``licence_not_valid``.
    """
    row = of_person(holder_id).filter(id=licence_id).first()
    if row is None:
        raise Refused("licence_unknown", "证照库里没有这份证照。请核对证照编号。")
    if state_on(row, clock.today()) != "valid":
        raise Refused("licence_not_valid", "这份证照现在不是有效状态，不能亮证。请到“我的证照”查看原因和办法。")
    until = clock.machine_milliseconds() // 1000 + showing.LASTS
    code = showing.make_showing(keyring.code_key(row.county), row.id, until)
    address = qr.address(settings.TONGBAN_VERIFY_PAGE, code)
    return Showing(address, qr.symbol(address), showing.LASTS)


def shown_licence(code: str) -> Licence | str:
    """Return the licence that a scanned code shows, else ``forged`` or ``over``.  One query at most."""
    said = showing.read_showing(code, keyring.public_keys())
    if said is None:
        return "forged"
    left = said.until - clock.machine_milliseconds() // 1000
    # One from the future was not made by an honest clock.
    if left < -showing.GRACE or left > showing.LASTS + showing.GRACE:
        return "over"
    return Licence.objects.filter(id=said.licence_id).first() or "forged"
