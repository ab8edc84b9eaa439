"""文书和证照的版式: which kinds there are, and a sample of each.  No case and no person stands behind a sample."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.licences.paper import county_words, fields, sample
from tongban.rooms.licences.paper.typeset import title_of
from tongban.rooms.licences.paper.wording import KINDS


@dataclass(frozen=True, slots=True)
class LayoutView:
    """One kind of document."""

    kind: str
    #: Its heading as a licence would have it, e.g. 准予行政许可决定书.
    title: str
    #: What has to be known before it can be made, in words.
    required: tuple[str, ...]
    #: Its own basis; that of the item is added on paper.
    bases: tuple[str, ...]
    #: Whether it says how to appeal, and whether a seal stands on it.
    remedy: bool
    sealed: bool


def layouts() -> tuple[LayoutView, ...]:
    """Return every kind of document but the licence, in the order of a case.  No query."""
    return tuple(
        LayoutView(
            kind,
            title_of(kind, {}),
            tuple(fields.label(name) for name in wording.required),
            tuple(fields.cited(basis) for basis in (*wording.bases, *wording.permit_bases)),
            wording.remedy,
            wording.sealed,
        )
        for kind, wording in KINDS.items()
        if kind != "licence"
    )


def sample_of(kind: str, words: Mapping[str, str] | None = None) -> bytes:
    """Return a made-up document of this kind as PDF, 样张 across it; ``words``: the county's own.  No query.

    Raises ``Refused("document_kind")``.
    """
    return sample.sample(kind, county_words.told(kind, words or {}))


def sample_of_licence(code: str) -> bytes:
    """Return a made-up licence of this kind as PDF, 样张 across it.  One query.

    Raises ``Refused("licence_kind_unknown")``.
    """
    return sample.sample_licence(catalogue.kind(code))
