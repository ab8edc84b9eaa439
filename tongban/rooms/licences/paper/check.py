"""Is this file a document of ours, unchanged and in force?  Any bytes are answered with a verdict, never with a trace.

Our sealed files have one form: one signature, made by a seal of a known authority, certified against any change,
covering the whole file; nothing before, nothing after.  Whatever differs was not left so by us.
"""

import asyncio
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from asn1crypto import cms
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from tongban.rooms.licences.paper import qr
from tongban.rooms.licences.paper.fields import written
from tongban.rulebook.errors import Sentence

#: Larger files are refused unread: our documents are some ten to a few hundred kilobytes.
LARGEST = 30 * 1024 * 1024

_SENTENCES = {
    "altered": Sentence("文件在加盖电子印章之后被改动过或者已经损坏，不能作为凭证使用；请向出具单位索取原件。"),
    "not_ours": Sentence("这不是本平台加盖电子印章的文件，不能确认真伪；请向声称出具它的单位核实。"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer about one file."""

    #: ``valid``, ``altered``, ``revoked``, ``not_ours`` or ``seal_withdrawn``.
    state: str
    #: Plain Chinese: what it means and what to do.
    sentence: str
    #: Name of the seal, when its certificate is of a known authority.
    signer: str = ""
    #: Serial number of the seal's certificate (lower hexadecimal).
    seal_serial: str = ""
    #: When it was sealed, as the sealing machine wrote it.
    signed_at: datetime | None = None
    #: The document's id, when the file is unchanged.
    document_id: str = ""
    #: The code printed on it, when it is there and its signature holds.
    code: qr.Code | None = None
    #: What was found, for the technician: pairs of label and value.
    details: tuple[tuple[str, str], ...] = ()


def check(
    pdf: bytes,
    roots: Sequence[bytes],
    now: datetime,
    revoked: Callable[[str], date | datetime | None] | None = None,
    public_keys: Sequence[Ed25519PublicKey] = (),
    withdrawn: Callable[[str], datetime | None] | None = None,
) -> Verdict:
    """Say what a file is.

    ``roots``: certificates (PEM) of the authorities whose seals count as ours.  ``now``: aware, only to remark on a
    seal dated later than this.  ``revoked``: document id -> day it lost force, or None.  ``withdrawn``: serial number
    of a seal -> moment from which it no longer counts, or None; what it sealed before stays valid.  ``public_keys``:
    of the printed code.
    """
    if not pdf:
        return _verdict("not_ours", Sentence("文件是空的（0字节），请重新选择文件。"))
    if len(pdf) > LARGEST:
        return _verdict("not_ours", Sentence("文件超过30兆字节，不是本平台出具的文书；请确认选对了文件。"))
    if not pdf.startswith(b"%PDF-"):
        if b"%PDF-" in pdf[:1024] and _traces(pdf):
            return _verdict("altered", problem="文件开头被加入内容")
        return _verdict("not_ours", Sentence("这不是PDF文件，本平台的文书都是PDF；请确认选对了文件。"))
    try:
        return _checked(pdf, roots, now, revoked, public_keys, withdrawn)
    except Exception:  # a hostile file may break any reader in any way; it is still only a bad file
        if _traces(pdf):
            return _verdict("altered", problem="文件结构被破坏，读不下去")
        return _verdict("not_ours", Sentence("文件已损坏或者不是完整的PDF，也没有本平台的印章；请重新下载后再查验。"))


def _name_of(issuer: asn1_x509.Name) -> str:
    """Return what an authority is called, not how its certificate writes it."""
    return str(issuer.native.get("common_name") or issuer.human_friendly)


def _checked(
    pdf: bytes,
    roots: Sequence[bytes],
    now: datetime,
    revoked: Callable[[str], date | datetime | None] | None,
    public_keys: Sequence[Ed25519PublicKey],
    withdrawn: Callable[[str], datetime | None] | None,
) -> Verdict:
    reader = PdfFileReader(io.BytesIO(pdf))
    signatures = list(reader.embedded_signatures)
    if not signatures:
        if b"/ByteRange" in pdf and _traces(pdf):
            return _verdict("altered", problem="印章签名无法读出")
        return _verdict("not_ours", Sentence("文件没有电子印章，不能确认真伪；请向声称出具它的单位核实。"))
    seal = signatures[0]
    authorities = _authorities(tuple(roots))
    certificate = seal.signer_cert
    if not any(_names_as_issuer(certificate, root) for root in authorities):
        return _verdict("not_ours", problem=f"签名证书由其他机构签发：{_name_of(certificate.issuer)}")
    signed_at = seal.self_reported_timestamp
    if signed_at is None:
        return _verdict("altered", problem="没有签章时间")
    problem = _form(pdf, signatures) or _signature(seal, authorities, signed_at)
    if problem:
        return _verdict("altered", problem=problem)

    text = f"{reader.trailer_view['/Info']['/Keywords']}"
    document = re.search(r"document:([0-9a-fA-F-]{36})", text)
    printed = qr.check_code(text, public_keys=public_keys).code if public_keys else None
    serial = f"{certificate.serial_number:x}"
    first, last = written(certificate.not_valid_before), written(certificate.not_valid_after)
    details: list[tuple[str, str]] = [
        ("印章证书序列号", serial),
        ("印章证书有效期", Sentence("{first}至{last}", first=first, last=last)),
        ("印章证书签发机构", certificate.issuer.human_friendly),
        ("签名算法", f"{seal.md_algorithm} / PAdES B-B"),
    ]
    if public_keys:
        details.append(("印刷二维码", "属实" if printed else "未能验证"))
    if signed_at > now:
        details.append(("签章时间", "晚于本次查验时间，请核对查验所用电脑的时钟"))

    def answer(state: str, sentence: str) -> Verdict:
        return Verdict(
            state,
            sentence,
            str(certificate.subject.native["common_name"]),
            serial,
            signed_at,
            document.group(1).lower() if document else "",
            printed,
            tuple(details),
        )

    name = certificate.subject.native["common_name"]
    from_then = withdrawn(serial) if withdrawn else None
    if from_then is not None and signed_at >= from_then:
        return answer(
            "seal_withdrawn",
            Sentence(
                "印章“{name}”已于{day}停用，本文件是在此之后加盖的，无效；请向出具单位核实。",
                name=name,
                day=written(from_then),
            ),
        )
    if not certificate.not_valid_before <= signed_at <= certificate.not_valid_after:
        said = Sentence("加盖时印章“{name}”的证书不在有效期内，本文件无效；请向出具单位核实。", name=name)
        return answer("seal_withdrawn", said)
    lost = revoked(document.group(1).lower()) if revoked and document else None
    if lost is not None:
        said = Sentence("文件属实，未被改动，但已于{day}失效，不能再作为凭证使用。", day=written(lost))
        return answer("revoked", said)
    said = Sentence("文件属实：由“{name}”于{day}加盖，此后未被改动。", name=name, day=written(signed_at))
    return answer("valid", said)


def _form(pdf: bytes, signatures: Sequence[EmbeddedPdfSignature]) -> str:
    """Return what differs from the one form of our sealed files, or nothing."""
    seal = signatures[0]
    if len(signatures) > 1:
        return "加盖之后又被添加签名"
    first, before, after, rest = (int(number) for number in seal.byte_range)
    if first != 0 or after + rest != len(pdf):
        return "加盖之后又被添加内容"
    # the gap holds nothing but the signature in upper hexadecimal, filled up with zeros
    try:
        own = _rebuilt(seal)
    except (ValueError, TypeError, KeyError, IndexError):
        return "签名数据被改动"
    if pdf[before:after] != b"<" + own.hex().upper().encode() + b"0" * (after - before - 2 - 2 * len(own)) + b">":
        return "签名数据被改动"
    return ""


def _rebuilt(seal: EmbeddedPdfSignature) -> bytes:
    """Write the signature anew from what is signed in it; some of its other bytes no verification looks at."""
    said = seal.signed_data["signer_infos"][0]
    certificate = seal.signer_cert
    sha256 = {"algorithm": "sha256"}
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}}
            ),
            "digest_algorithm": sha256,
            "signed_attrs": said["signed_attrs"],
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": said["signature"].native,
        }
    )
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate],
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def _signature(seal: EmbeddedPdfSignature, authorities: Sequence[asn1_x509.Certificate], at: datetime) -> str:
    """Return what is wrong with the signature itself, or nothing.  Validity in time is judged by the caller."""
    certificate = seal.signer_cert
    moment = min(max(at, certificate.not_valid_before), certificate.not_valid_after)
    context = ValidationContext(
        trust_roots=list(authorities), moment=moment, best_signature_time=moment, allow_fetching=False
    )
    status = asyncio.run(async_validate_pdf_signature(seal, context))
    if not status.intact:
        return "内容摘要不符"
    if not status.valid:
        return "签名值不符"
    if not status.trusted:
        return "印章证书被改动或者是仿造的"
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE or status.modification_level != ModificationLevel.NONE:
        return "加盖之后又被添加内容"
    if seal.docmdp_level != MDPPerm.NO_CHANGES or not status.docmdp_ok:
        return "签名没有锁定文件"
    return ""


@lru_cache(maxsize=16)
def _authorities(roots: tuple[bytes, ...]) -> tuple[asn1_x509.Certificate, ...]:
    return tuple(asn1_x509.Certificate.load(asn1_pem.unarmor(root)[2]) for root in roots)


def _names_as_issuer(certificate: asn1_x509.Certificate, root: asn1_x509.Certificate) -> bool:
    """Say whether a certificate claims to come from this authority: by name and key.  The claim is proved later."""
    return bool(certificate.issuer == root.subject and certificate.authority_key_identifier == root.key_identifier)


def _traces(pdf: bytes) -> bool:
    """Say whether broken bytes once were a sealed file of ours: our mark is among its keywords."""
    return b"document:" in pdf and b"tongban" in pdf


def _verdict(state: str, sentence: str = "", *, problem: str = "") -> Verdict:
    return Verdict(state, sentence or _SENTENCES[state], details=(("发现", problem),) if problem else ())
