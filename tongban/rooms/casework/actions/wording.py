"""The county's own words in notices, confirmed by two officers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tongban.rooms.casework.notice_words import check_words, shipped
from tongban.rooms.catalogue import actions as catalogue
from tongban.rulebook.errors import Refused


def carry_out(body: Mapping[str, Any], county: str, actor: str) -> UUID:
    """Put the words of a notice in force; an empty text is the way back (``people.actions.register_proposal``)."""
    key, text = str(body["key"]), str(body["text"])
    text = check_words(key, text) if text else ""
    if text == shipped(key):
        raise Refused("wording_same", "这与原来的话相同。要用回原来的话，请按“用回原话”。")
    return catalogue.put_wording(key, text, county=county, actor=actor)
