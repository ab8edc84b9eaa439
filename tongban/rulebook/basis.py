"""依据: why a step, limit, material or fee exists.  A rule without one says ``design``."""

from collections.abc import Iterable
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

    @property
    def public(self) -> str:
        """The basis as people read it: what no law prescribes is the county's own rule."""
        return OWN_RULE if self.kind is BasisKind.DESIGN else str(self)


#: What people read where no law, document or policy stands behind a rule.
OWN_RULE = "本县规定"


def cited(bases: Iterable[Basis]) -> tuple[str, ...]:
    """Return the bases as people read them: laws, documents and policies; where there are none, the own rule."""
    return tuple(str(one) for one in bases if one.kind is not BasisKind.DESIGN) or (OWN_RULE,)


def law(text: str) -> Basis:
    """Return a verified article of law (checked in the statute's text)."""
    return Basis(BasisKind.LAW, text, "法律法规文本", verified=True)


def unchecked(text: str, kind: BasisKind = BasisKind.LAW) -> Basis:
    """Return a basis that still has to be checked: shown as 待核."""
    return Basis(kind, text)


def design(text: str) -> Basis:
    """Return a choice of this system that no law prescribes."""
    return Basis(BasisKind.DESIGN, f"设计:{text}", verified=True)
