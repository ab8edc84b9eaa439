"""Which one of a list somebody chose: its id, as it comes back in a form or an address."""

from uuid import UUID

from tongban.rulebook.errors import Refused


def id_in(text: object) -> UUID | None:
    """Return the id that stands there; None: nothing, or no id."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def chosen_id(text: object) -> UUID:
    """Return the id of what was chosen.  Raises ``Refused("choice_missing")``."""
    found = id_in(text)
    if found is None:
        raise Refused("choice_missing", "还没有选择，或没有这个选项。请从页面上选择，再提交。")
    return found
