"""The form: an object of JSON Schema 2020-12 whose every field has a Chinese title.  Structure only."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.item import Item

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object"})
# fmt: off
_KEYWORDS = frozenset({
    "$schema", "$id", "$comment", "type", "title", "description", "properties", "required", "additionalProperties",
    "items", "prefixItems", "enum", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "default",
    "examples", "readOnly", "minProperties", "maxProperties", "dependentRequired", "oneOf", "anyOf", "allOf", "not",
    "if", "then", "else",
    "x-message",  # our own annotation: the sentence a person reads when the answer does not fit
})
# fmt: on
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WHY = "表单用 JSON Schema 2020-12 描述，字段名称给人看"


def form(item: Item, known: Known) -> Iterator[Complaint]:
    """The form is an object with fields; fields are typed, titled and required only when they exist."""
    if not item.leaf:
        return
    if not item.form:
        yield Complaint(
            "form",
            "没有申请表单",
            "行政许可法 第二十九条：格式文本由行政机关提供",
            "用 JSON Schema 写出表单字段",
            rule="form",
        )
        return
    if item.form.get("$schema", DIALECT) != DIALECT:
        yield Complaint("form.$schema", "不是 2020-12 版本", _WHY, f"改为 {DIALECT}", rule="form_dialect")
    if item.form.get("type") != "object":
        yield Complaint("form.type", "表单应为 object", _WHY, '写 type = "object"', rule="form_type")
    yield from _node(item.form, "form", titled=False)


def _node(node: Any, at: str, *, titled: bool = True) -> Iterator[Complaint]:
    if not isinstance(node, Mapping):
        yield Complaint(at, "字段应为一张表", _WHY, "写成 { type = …, title = … }", rule="form_type")
        return
    kind = node.get("type")
    if "enum" not in node and "const" not in node and kind not in _TYPES:
        yield Complaint(
            f"{at}.type", f"字段类型“{kind}”不存在", _WHY, f"从 {'、'.join(sorted(_TYPES))} 中选", rule="form_type"
        )
    title = node.get("title", "")
    if titled and not (isinstance(title, str) and _CHINESE.search(title)):
        yield Complaint(f"{at}.title", "字段没有中文名称", _WHY, "写上中文 title", rule="form_title")
    for word in sorted(set(map(str, node)) - _KEYWORDS):
        yield Complaint(f"{at}.{word}", f"JSON Schema 没有“{word}”", _WHY, "核对关键字的拼写", rule="form_keyword")
    yield from _limits(node, at)
    if kind == "object":
        yield from _object(node, at)
    if kind == "array":
        if "items" in node:
            yield from _node(node["items"], f"{at}.items", titled=False)
        else:
            yield Complaint(f"{at}.items", "列表没有写每一行是什么", _WHY, "补上 items", rule="form_items")


def _object(node: Mapping[str, Any], at: str) -> Iterator[Complaint]:
    properties = node.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        yield Complaint(f"{at}.properties", "没有字段", _WHY, "至少写一个字段", rule="form_properties")
        return
    required = node.get("required", [])
    if not isinstance(required, list | tuple):
        yield Complaint(f"{at}.required", "应为一列字段名", _WHY, "用方括号写成一列", rule="form_required")
        required = []
    strange = [str(name) for name in required if name not in properties]
    if strange:
        yield Complaint(
            f"{at}.required",
            f"必填字段 {'、'.join(strange)} 不存在",
            _WHY,
            "补上字段，或从 required 删去",
            rule="form_required",
        )
    for name, one in properties.items():
        yield from _node(one, f"{at}.properties.{name}")


def _limits(node: Mapping[str, Any], at: str) -> Iterator[Complaint]:
    choices = node.get("enum")
    if choices is not None and (not isinstance(choices, list | tuple) or not choices):
        yield Complaint(f"{at}.enum", "可选值是空的", _WHY, "写出可选值", rule="form_enum")
    pattern = node.get("pattern")
    if pattern is not None:
        try:
            re.compile(pattern)
        except (re.error, TypeError):
            yield Complaint(f"{at}.pattern", f"正则“{pattern}”不成立", _WHY, "改正正则", rule="form_pattern")
    for word in _COUNTS:
        count = node.get(word)
        if count is not None and (type(count) is not int or count < 0):
            yield Complaint(f"{at}.{word}", "应为非负整数", _WHY, "改成整数", rule="form_count")


RULES = (form,)
