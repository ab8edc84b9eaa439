"""依据: why a step, limit, material or fee exists.  A rule without one says ``design``."""

from dataclasses import dataclass
from enum import StrEnum


class BasisKind(StrEnum):
    """What kind of authority stands behind a rule."""

    LAW = "law"  # an article of a statute, regulation or rule
    DOCUMENT = "document"  # a published document of a government body
    LOCAL = "local"  # local policy of the county
    DESIGN = "design"  # no law says so: our own choice


@dataclass(frozen=True, slots=True)
class Basis:
    """One typed basis."""

    #: What stands behind the rule.
    kind: BasisKind
    #: Short citation people read, e.g. ``行政许可法 第三十二条``.
    text: str
    #: Where the text was read (document number, publisher); empty for design.
    source: str = ""
    #: False shows 待核 and does not publish outside a demo.
    verified: bool = False

    def __str__(self) -> str:
        return self.text if self.verified or self.kind is BasisKind.DESIGN else f"{self.text}(待核)"


def law(text: str) -> Basis:
    """Return a verified article of law (checked in the statute's text)."""
    return Basis(BasisKind.LAW, text, "法律法规文本", verified=True)


def unchecked(text: str, kind: BasisKind = BasisKind.LAW) -> Basis:
    """Return a basis that still has to be checked: shown as 待核."""
    return Basis(kind, text)


def design(text: str) -> Basis:
    """Return a choice of this system that no law prescribes."""
    return Basis(BasisKind.DESIGN, f"设计:{text}", verified=True)
