"""How the house says no: a code for machines, a sentence for people, the basis if there is one."""

from tongban.rulebook.basis import Basis


class Refused(Exception):
    """A lawful or sensible no.  Nothing was written.

    ``code`` is stable, lower_snake; ``sentence`` is plain Chinese and says what to do next.
    """

    def __init__(self, code: str, sentence: str, basis: Basis | None = None) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.basis = basis
