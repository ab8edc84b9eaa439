"""Made-up answers to any form, from its own schema: always valid, always the same for the same seed."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

_WORDS = ("示例", "样例", "演示", "测试", "试用", "模拟")


def answers_for(form: Mapping[str, Any], rng: Random, day: date, *, whole: bool = False) -> dict[str, Any]:
    """Return answers that satisfy ``form`` (the subset of JSON Schema that items use); ``whole``: to every question."""
    wanted = form.get("properties", {})
    required = set(form.get("required", ()))
    return {
        name: _value(rule, rng, day) for name, rule in wanted.items() if whole or name in required or rng.random() < 0.5
    }


def _value(rule: Mapping[str, Any], rng: Random, day: date) -> Any:
    if "const" in rule:
        return rule["const"]
    if "enum" in rule:
        return rng.choice(list(rule["enum"]))
    if "oneOf" in rule:
        return _value(rng.choice(list(rule["oneOf"])), rng, day)
    kind = rule.get("type")
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        low = int(rule.get("minimum", 1))
        return rng.randint(low, int(rule.get("maximum", low + 99)))
    if kind == "array":
        return [_value(rule["items"], rng, day) for _ in range(max(1, int(rule.get("minItems", 1))))]
    if kind == "object":
        return answers_for(rule, rng, day)
    if rule.get("format") == "date":
        return (day + timedelta(days=rng.randint(1, 300))).isoformat()
    if rule.get("pattern"):
        return str(rule.get("examples", ["990127"])[0])
    text = rng.choice(_WORDS) + str(rng.randint(1, 99))
    return text.ljust(int(rule.get("minLength", 1)), "示")[: int(rule.get("maxLength", 60))]
