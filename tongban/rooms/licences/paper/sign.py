"""Sealing: PAdES B-B, certified so that nothing may be changed afterwards (DocMDP 1), with the key kept loaded.

A seal has its own EC P-256 key and certificate; the demo's are issued by an authority of its own and carry 测试章 in
their name.  A software key is not a seal of the national unified e-seal system (国务院令第716号 第九条): production
puts another ``pyhanko`` signer behind ``SealKey``.
"""

import asyncio
import io
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import keys, pem, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tongban.rooms.licences.paper.fields import BEIJING
from tongban.rulebook.errors import Refused

#: The one signature field of a document.
FIELD = "Seal"
#: Hexadecimal digits kept free for the signature; about 2,000 are used.
RESERVED = 6144


class _KeptKeySigner(SimpleSigner):
    """A signer that parses its key once, not at every signature."""

    kept: ec.EllipticCurvePrivateKey

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError(digest_algorithm)
        return self.kept.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True, slots=True)
class Authority:
    """Who issues seals: the demo's own."""

    certificate_pem: bytes
    #: Unencrypted PKCS #8; the caller stores it encrypted or forgets it.
    key_pem: bytes


class SealKey:
    """One seal, ready to sign.  Safe to share between threads; load it once and keep it."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        if _public_info(key.public_key()).dump() != certificate.public_key.dump():
            raise Refused("seal_key_mismatch", "印章私钥与印章证书不是一对，请重新导入印章。")
        self._key = key
        # asn1crypto reads lazily, which is not safe between threads: what is asked for is read here, once
        self._certificate_der = certificate.dump()
        #: The seal's name (common name of its certificate).
        self.name = str(certificate.subject.native["common_name"])
        #: The certificate's serial number in lower hexadecimal: what a withdrawal names.
        self.serial = f"{certificate.serial_number:x}"
        #: First and last moment at which it may sign.
        self.valid_from: datetime = certificate.not_valid_before
        self.valid_until: datetime = certificate.not_valid_after
        der = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        # only the seal's own certificate travels along: every byte of the signature is then covered or checked
        self._signer = _KeptKeySigner(certificate, keys.PrivateKeyInfo.load(der), SimpleCertificateStore())
        self._signer.kept = key
        self._signing = threading.Lock()

    @classmethod
    def from_pem(cls, key_pem: bytes, certificate_pem: bytes, password: bytes | None = None) -> "SealKey":
        """Load a seal; refuse what cannot be read or is not P-256."""
        try:
            key = serialization.load_pem_private_key(key_pem, password)
            certificate = x509.Certificate.load(pem.unarmor(certificate_pem)[2], strict=True)
        except (ValueError, TypeError):
            raise Refused("seal_key_unreadable", "印章密钥或者证书读不出来，请核对口令和文件后重新导入。") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise Refused("seal_key_kind", "印章密钥应为P-256椭圆曲线密钥，请重新导入。")
        return cls(key, certificate)

    @property
    def certificate_pem(self) -> bytes:
        return bytes(pem.armor("CERTIFICATE", self._certificate_der))

    def key_pem(self, password: bytes | None = None) -> bytes:
        """Return the private key as PKCS #8 PEM, encrypted when a password is given."""
        return _key_pem(self._key, password)

    def sign(self, pdf: bytes, *, at: datetime, reason: str, location: str) -> bytes:
        """Return the sealed file.

        ``at`` is an aware moment (``rooms.clock.now()``), within the certificate's validity or it is refused
        (``seal_not_in_force``).  ``reason`` says what the seal stands for (the document's title and number),
        ``location`` which county.  Not to be called inside a running event loop: our workers are synchronous.
        """
        if at.tzinfo is None:
            raise ValueError("the moment of sealing must be aware")
        if not self.valid_from <= at <= self.valid_until:
            raise Refused(
                "seal_not_in_force",
                "印章“{name}”的证书在签章时不在有效期内，请换用有效的印章或者先更换证书。",
                name=self.name,
            )
        signer = PdfSigner(
            PdfSignatureMetadata(
                field_name=FIELD,
                name=self.name,
                reason=reason,
                location=location,
                md_algorithm="sha256",
                subfilter=SigSeedSubFilter.PADES,
                certify=True,
                docmdp_permissions=MDPPerm.NO_CHANGES,
            ),
            self._signer,
            new_field_spec=SigFieldSpec(FIELD),
        )
        with self._signing:
            return asyncio.run(_sign(signer, pdf, at.astimezone(BEIJING).replace(microsecond=0)))


async def _sign(signer: PdfSigner, pdf: bytes, at: datetime) -> bytes:
    """Sign in memory.  Step by step, because the one-call form reads the machine's clock."""
    session = signer.init_signing_session(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    session.system_time = at
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=RESERVED)
    output = io.BytesIO()
    prepared, _ = document.digest_tbs_document(output=output)
    await document.perform_signature(prepared.document_digest, PdfCMSSignedAttributes(signing_time=at))
    return output.getvalue()


def make_demo_authority(name: str, *, valid_from: datetime, years: int = 20) -> Authority:
    """Make an authority of the demo's own, called ``name``; its key is random."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(name, name)
    return Authority(
        _pem(_certificate(subject, key.public_key(), subject, key, valid_from, years, ca=True)), _key_pem(key)
    )


def make_seal_key(authority: Authority, name: str, *, unit: str, valid_from: datetime, years: int = 5) -> SealKey:
    """Make a seal's key and certificate.  ``name`` is ``seal_face.name_of(face)``; ``unit`` its full name."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Certificate.load(pem.unarmor(authority.certificate_pem)[2]).subject
    issuer_key = serialization.load_pem_private_key(authority.key_pem, None)
    if not isinstance(issuer_key, ec.EllipticCurvePrivateKey):
        raise Refused("seal_key_kind", "签发印章的机构密钥应为椭圆曲线密钥，请重新导入。")
    subject = _subject(name, unit)
    return SealKey(key, _certificate(subject, key.public_key(), issuer, issuer_key, valid_from, years, ca=False))


def _certificate(
    subject: x509.Name,
    public: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    valid_from: datetime,
    years: int,
    *,
    ca: bool,
) -> x509.Certificate:
    """Issue a certificate (RFC 5280).

    By asn1crypto: cryptography allows a name 64 bytes, 21 Chinese characters, where X.520 allows 64 characters.
    """
    own, signer = _public_info(public), _public_info(issuer_key.public_key())
    ends = valid_from + timedelta(days=round(365.25 * years))
    usage = {"key_cert_sign", "crl_sign"} if ca else {"digital_signature", "non_repudiation"}
    content = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(secrets.token_bytes(16)) | 1,
            "signature": {"algorithm": "sha256_ecdsa"},
            "issuer": issuer,
            "validity": {"not_before": _time(valid_from), "not_after": _time(ends)},
            "subject": subject,
            "subject_public_key_info": own,
            "extensions": [
                {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": ca}},
                {"extn_id": "key_usage", "critical": True, "extn_value": usage},
                {"extn_id": "key_identifier", "extn_value": own.sha1},
                {"extn_id": "authority_key_identifier", "extn_value": {"key_identifier": signer.sha1}},
            ],
        }
    )
    signature = issuer_key.sign(content.dump(), ec.ECDSA(hashes.SHA256()))
    return x509.Certificate(
        {
            "tbs_certificate": content,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature_value": signature,
        }
    )


def _time(moment: datetime) -> x509.Time:
    """RFC 5280 4.1.2.5: UTCTime up to 2049, GeneralizedTime from then on."""
    whole = moment.astimezone(UTC).replace(microsecond=0)
    return x509.Time({"utc_time": whole} if whole.year < 2050 else {"general_time": whole})


def _subject(name: str, unit: str) -> x509.Name:
    """Return a subject; X.520 allows 64 characters a part."""
    if not name.strip() or not unit.strip() or len(name) > 64 or len(unit) > 64:
        raise Refused("seal_name", "印章名称或者单位名称为空，或者超过64个字，请使用规范名称。")
    return x509.Name.build({"country_name": "CN", "organization_name": unit, "common_name": name})


def _public_info(key: ec.EllipticCurvePublicKey) -> keys.PublicKeyInfo:
    return keys.PublicKeyInfo.load(
        key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return bytes(pem.armor("CERTIFICATE", certificate.dump()))


def _key_pem(key: ec.EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
    protection: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
