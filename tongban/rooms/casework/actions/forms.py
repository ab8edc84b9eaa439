"""Answers are checked against the item's form: JSON Schema 2020-12, every fault named at once, in Chinese."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tongban.rulebook import money
from tongban.rulebook.basis import law
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused, Sentence, Words

_VALIDATORS: dict[int, tuple[Item, Draft202012Validator]] = {}


def check_answers(item: Item, answers: Mapping[str, Any]) -> None:
    """Raise ``Refused("form_invalid")`` naming every wrong field, or return."""
    if not item.form:
        return
    faults = [_sentence(item, error) for error in _validator(item).iter_errors(dict(answers))]
    if faults:
        raise Refused(
            "form_invalid",
            "表单有需要改正的地方：{faults}。已填内容不会丢失。",
            law("行政许可法 第三十一条"),
            faults=Words(dict.fromkeys(faults), "；"),
        )


def faults_of(item: Item, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with each answer in plain words, by the question's name; empty: the form is whole."""
    if not item.form:
        return {}
    found: dict[str, str] = {}
    for error in _validator(item).iter_errors(dict(answers)):
        if error.validator == "required":
            found.update({name: Sentence("没有填") for name in error.validator_value if name not in error.instance})
        else:
            name = str(error.path[0]) if error.path else ""
            found.setdefault(name, _fault(item, name, error))
    return found


def _validator(item: Item) -> Draft202012Validator:
    # Items are frozen and kept for the life of the process, so identity is a safe key while the item is held here.
    found = _VALIDATORS.get(id(item))
    if found is None or found[0] is not item:
        found = _VALIDATORS[id(item)] = (item, Draft202012Validator(dict(item.form)))
    return found[1]


def _sentence(item: Item, error: ValidationError) -> str:
    properties = item.form.get("properties", {})
    if error.validator == "required":
        wanted = [name for name in error.validator_value if name not in error.instance]
        return Words(Sentence("“{title}”没有填", title=_title(properties, name)) for name in wanted)
    name = str(error.path[0]) if error.path else ""
    return Sentence("“{title}”{fault}", title=_title(properties, name), fault=_fault(item, name, error))


def _title(properties: Mapping[str, Any], name: str) -> str:
    return money.label(name, str(properties.get(name, {}).get("title", name)))


def _fault(item: Item, name: str, error: ValidationError) -> str:
    told = item.form.get("properties", {}).get(name, {}).get("x-message")
    return told or Sentence(
        _WORDS.get(str(error.validator), _WORDS["other"]), value=money.in_yuan(name, error.validator_value)
    )


_WORDS = {
    "other": "填写不符合要求",
    "type": "填写的类型不对",
    "enum": "要从给出的选项里选",
    "minLength": "至少要 {value} 个字",
    "maxLength": "最多 {value} 个字",
    "minimum": "不能小于 {value}",
    "maximum": "不能大于 {value}",
    "pattern": "格式不对",
    "format": "格式不对",
    "const": "要确认同意",
    "additionalProperties": "不在表单里",
}
