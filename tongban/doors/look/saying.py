"""What the rooms say, in the language of the page: they speak Chinese, and keep apart what stands in a sentence."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongban.doors.look.words import word
from tongban.rulebook.errors import Sentence, Words


def in_words(sentence: str) -> str:
    """Return a sentence of the rooms in the language of the page; one that is in no catalogue stays as it is."""
    if not sentence:
        return ""
    if isinstance(sentence, Sentence):
        said = _(sentence.template)
        values = {name: _said(value) for name, value in sentence.values.items()}
        return said.format(**values) if values else said
    if isinstance(sentence, Words):
        return _between(sentence.mark).join(map(in_words, sentence.parts))
    said = _(sentence)
    return word(sentence) if said == sentence else said


def _between(mark: str) -> str:
    """Return what stands between words; sentences stand side by side in Chinese, and with a space elsewhere."""
    if not mark:
        return "" if (get_language() or "zh").startswith("zh") else " "
    return {"、": _("、"), "；": _("；"), "或": _("或")}[mark]


def _said(value: Any) -> Any:
    """Words of the house that stand in a sentence (a step, a state) are translated as well; names stay."""
    return in_words(value) if isinstance(value, str) else value
