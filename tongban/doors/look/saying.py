"""What the rooms say, in the language of the page: they speak Chinese, and keep apart what stands in a sentence."""

from typing import Any

from django.utils.translation import gettext as _

from tongban.rulebook.errors import Sentence


def in_words(sentence: str) -> str:
    """Return a sentence of the rooms in the language of the page; one that is in no catalogue stays as it is."""
    if not sentence:
        return ""
    if isinstance(sentence, Sentence):
        return _(sentence.template).format(**{name: _said(value) for name, value in sentence.values.items()})
    return _(sentence)


def _said(value: Any) -> Any:
    """Words of the house that stand in a sentence (a step, a state) are translated as well; names stay."""
    return _(value) if isinstance(value, str) and value else value
