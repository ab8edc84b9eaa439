"""How the house says no: a code for machines, a sentence for people, the basis if there is one."""

from collections.abc import Iterable
from typing import Any

from tongban.rulebook.basis import Basis


class Sentence(str):
    """A sentence, or a part of one, that remembers what stands in it, so that a page can say it in another language."""

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> "Sentence":
        """Return the sentence of a template as ``str.format`` takes it; without values it is the template."""
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made


class Words(str):
    """Words or sentences one after another that remember where each ends: 甲、乙 is "a, b" on another page."""

    parts: tuple[str, ...]
    mark: str

    def __new__(cls, parts: Iterable[str], mark: str = "、") -> "Words":
        """Return the parts with ``mark`` between them: ``、``, ``；``, ``或``, or nothing where they are sentences."""
        told = tuple(parts)
        made = super().__new__(cls, mark.join(told))
        made.parts, made.mark = told, mark
        return made


class Refused(Exception):
    """A lawful or sensible no.  Nothing was written.

    ``code`` is stable, lower_snake; ``sentence`` is plain Chinese and says what to do next.  Where something of the
    case stands in it, it is a template and ``values`` are what stands there (``{most} MB``, ``most=20``): a value may
    be a ``Sentence`` or ``Words`` again.
    """

    def __init__(self, code: str, sentence: str, basis: Basis | None = None, /, **values: Any) -> None:
        self.sentence: str = Sentence(sentence, **values) if values else sentence
        super().__init__(f"{code}: {self.sentence}")
        self.code = code
        self.basis = basis
