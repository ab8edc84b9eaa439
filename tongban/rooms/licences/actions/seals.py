"""Seals: made for a demo, registered for real, withdrawn."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from cryptography import x509
from django.conf import settings
from django.db import IntegrityError, transaction

from tongban.rooms import clock
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import keyring
from tongban.rooms.licences.models import Seal
from tongban.rooms.licences.paper import seal_face
from tongban.rooms.licences.paper.seal_face import SealFace
from tongban.rooms.licences.paper.sign import Authority, SealKey, make_demo_authority, make_seal_key
from tongban.rooms.people import queries as people
from tongban.rooms.people.queries import UnitView
from tongban.rulebook.errors import Refused

#: 许可法 32: what is accepted or not is told under a seal of its own.
RECEIVING = "受理专用章"
#: Decisions, licences and everything else the unit answers for.
DECIDING = "行政审批专用章"
USES = (RECEIVING, DECIDING)

#: 国发〔1999〕25号: a township's seal measures 42 mm, a department's at most 45 mm.
DIAMETER_MM = 42


def make_demo_seals(county: str, *, units: Sequence[str] = (), actor: str = "house") -> tuple[UUID, ...]:
    """Give each unit of a county (or only ``units``) its two seals that read 测试章; those in use stay as they are.

    Returns the seals in use of these units.  Raises ``Refused("demo_seals_refused")`` outside a demo.
    """
    if not settings.TONGBAN_DEMO:
        raise Refused("demo_seals_refused", "正式运行的系统不能使用测试章。请登记经批准制发的电子印章。")
    wanted = [unit for unit in people.units(county) if not units or unit.code in units]
    there = {(row.unit, row.use): row.id for row in Seal.objects.filter(county=county, withdrawn_at=None)}
    made = []
    for unit in wanted:
        for use in USES:
            made.append(there.get((unit.code, use)) or _make(county, unit, use, actor))
    return tuple(made)


def register_seal(
    county: str,
    unit: str,
    use: str,
    *,
    key_pem: bytes,
    certificate_pem: bytes,
    authority_pem: bytes,
    password: bytes | None = None,
    actor: str,
) -> UUID:
    """Register a real seal issued by an authority outside; its key goes encrypted into the key folder.

    Raises ``Refused``: ``seal_key_unreadable``, ``seal_key_kind``, ``seal_key_mismatch``, ``seal_authority`` or
    ``seal_in_use``.
    """
    view = people.unit(county, unit)
    key = SealKey.from_pem(key_pem, certificate_pem, password)
    try:
        issuer = x509.load_pem_x509_certificate(authority_pem)
        x509.load_pem_x509_certificate(certificate_pem).verify_directly_issued_by(issuer)
    except (ValueError, TypeError) as wrong:
        raise Refused("seal_authority", "印章证书不是由所给的签发机构签发的。请核对签发机构证书后重新登记。") from wrong
    except Exception as wrong:  # the library raises its own InvalidSignature
        raise Refused("seal_authority", "印章证书上的签发机构签名不符。请向签发机构核实。") from wrong
    face = SealFace(view.full_name, use, DIAMETER_MM, demo=False)
    keyring.trust(f"{county}.{issuer.serial_number:x}", authority_pem)
    return _keep(county, view.code, face, key, actor)


@transaction.atomic
def renew_demo_seals(county: str, *, actor: str = "house") -> tuple[UUID, ...]:
    """Change the keys of a county's 测试章: each in use is withdrawn and a new one takes its place and its keeper.

    What the old ones sealed stays valid.  Returns the new ones.  Raises ``Refused("demo_seals_refused")``.
    """
    if not settings.TONGBAN_DEMO:
        raise Refused("demo_seals_refused", "正式印章的密钥由签发机构更换。请停用原来的印章，再登记新签发的。")
    units = {unit.code: unit for unit in people.units(county)}
    made = []
    for old in Seal.objects.filter(county=county, withdrawn_at=None, demo=True).order_by("id"):
        withdraw_seal(old.id, reason="key_change", actor=actor)
        new = _make(county, units[old.unit], old.use, actor)
        Seal.objects.filter(id=new).update(items=old.items, keeper=old.keeper)
        made.append(new)
    return tuple(made)


@transaction.atomic
def withdraw_seal(seal_id: UUID, *, reason: str, actor: str) -> None:
    """停用印章: from this moment it seals nothing; what it sealed before stays valid.  ``reason`` is a short code.

    Raises ``Refused``: ``seal_unknown``, ``seal_withdrawn``.
    """
    row = _in_use(seal_id)
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    ledger.record("seal", row.id, "withdraw", actor, {"reason": reason[:40]}, county=row.county)


@transaction.atomic
def limit_seal(seal_id: UUID, items: Sequence[str], *, actor: str) -> None:
    """印章使用范围: from now on it seals these items only; none: every item of its unit.

    Raises ``Refused``: ``seal_unknown``, ``seal_withdrawn``.
    """
    row = _in_use(seal_id)
    row.items = sorted(set(items))
    row.save(update_fields=["items"])
    ledger.record("seal", row.id, "limit", actor, {"items": row.items}, county=row.county)


@transaction.atomic
def hand_over_seal(seal_id: UUID, post_code: str, *, actor: str) -> None:
    """印章交接: another post keeps it from now on.  Who kept it before stands in its journal.

    Raises ``Refused``: ``seal_unknown``, ``seal_withdrawn``, ``keeper_unknown``.
    """
    row = _in_use(seal_id)
    post = people.post_coded(row.county, post_code)
    if post is None or post.unit_code != row.unit:
        raise Refused("keeper_unknown", "印章只能由本单位在用的岗位保管。请重新选择保管岗位。")
    before, row.keeper = row.keeper, post_code
    row.save(update_fields=["keeper"])
    ledger.record("seal", row.id, "hand_over", actor, {"from": before, "to": post_code}, county=row.county)


def _in_use(seal_id: UUID) -> Seal:
    row = Seal.objects.select_for_update().filter(id=seal_id).first()
    if row is None:
        raise Refused("seal_unknown", "印章登记里没有这枚印章。请重新选择。")
    if row.withdrawn_at is not None:
        raise Refused("seal_withdrawn", "印章“{name}”已经停用，不用再办。", name=row.name)
    return row


def _make(county: str, unit: UnitView, use: str, actor: str) -> UUID:
    authority = _authority(county)
    # As old as the authority: the demo's clock may show days before today.
    since = x509.load_pem_x509_certificate(authority.certificate_pem).not_valid_before_utc
    face = SealFace(unit.full_name, use, DIAMETER_MM, demo=True)
    key = make_seal_key(authority, seal_face.name_of(face), unit=unit.full_name, valid_from=since, years=12)
    return _keep(county, unit.code, face, key, actor)


def _authority(county: str) -> Authority:
    found = keyring.authority(county)
    if found is None:
        since = clock.at_local(date(clock.today().year - 5, 1, 1))
        found = keyring.keep_authority(
            county, make_demo_authority(f"示例电子印章签发机构{county}(测试)", valid_from=since)
        )
    return found


def _keep(county: str, unit: str, face: SealFace, key: SealKey, actor: str) -> UUID:
    seal_id = uuid7()
    # The key lies in its folder before the row that needs it; one without a row is of no use to anybody.
    keyring.keep_seal(seal_id, key.key_pem())
    try:
        with transaction.atomic():
            Seal.objects.create(
                id=seal_id,
                county=county,
                unit=unit,
                name=key.name,
                use=face.use,
                ring=face.unit,
                diameter_mm=face.diameter_mm,
                demo=face.demo,
                certificate=key.certificate_pem.decode(),
                serial=key.serial,
                valid_from=key.valid_from,
                valid_until=key.valid_until,
                made_at=clock.now(),
            )
            body = {"unit": unit, "serial": key.serial, "until": key.valid_until}
            ledger.record("seal", seal_id, "register", actor, body, county=county)
    except IntegrityError:
        raise Refused(
            "seal_in_use", "“{unit}{use}”已有在用的印章。请先停用原来的印章再登记。", unit=face.unit, use=face.use
        ) from None
    return seal_id
