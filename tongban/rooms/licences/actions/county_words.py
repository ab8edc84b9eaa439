"""The county's own words on documents, confirmed by two officers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tongban.rooms.catalogue import actions as catalogue
from tongban.rooms.licences.paper.county_words import check_paper, places
from tongban.rulebook.errors import Refused


def carry_out(body: Mapping[str, Any], county: str, actor: str) -> UUID:
    """Put words on documents in force; an empty text is the way back (``people.actions.register_proposal``)."""
    key, text = str(body["key"]), str(body["text"])
    if key not in places():
        raise Refused("wording_unknown", "文书上没有这个位置。请从列表中选择。")
    return catalogue.put_wording(key, check_paper(key, text) if text else "", county=county, actor=actor)
