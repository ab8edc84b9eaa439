"""How the house says no: a code for machines, a sentence for people, the basis if there is one."""

from collections.abc import Mapping
from typing import Any

from tongban.rulebook.basis import Basis


class Sentence(str):
    """A sentence with values in it that remembers both, so that a page can say it in another language."""

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, values: Mapping[str, Any]) -> "Sentence":
        """Return the sentence of a template as ``str.format`` takes it."""
        made = super().__new__(cls, template.format(**values))
        made.template, made.values = template, values
        return made


class Refused(Exception):
    """A lawful or sensible no.  Nothing was written.

    ``code`` is stable, lower_snake; ``sentence`` is plain Chinese and says what to do next.  Where something of the
    case stands in it, it is a template and ``values`` are what stands there (``{most} MB``, ``most=20``).
    """

    def __init__(self, code: str, sentence: str, basis: Basis | None = None, **values: Any) -> None:
        self.sentence: str = Sentence(sentence, values) if values else sentence
        super().__init__(f"{code}: {self.sentence}")
        self.code = code
        self.basis = basis
