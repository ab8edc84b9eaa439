"""Code structures 12, 31, 33 (GB/T 39554.1-2020), and how they agree with the item."""

from collections.abc import Callable, Iterator

from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item, ItemClass
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers.items import TASK_TYPES, check_catalog_code, check_handle_code, check_task_code

_WHY = "编码结构见 GB/T 39554.1-2020(据实际编码还原)"

#: 事项类型 that fit a class; classes not named here are not held to one.
TYPES_OF_CLASS = {
    ItemClass.PERMIT: {"01"},
    ItemClass.BENEFIT: {"05"},
    ItemClass.CONFIRMATION: {"07"},
    ItemClass.REGISTRATION: {"01", "07", "10"},
    ItemClass.FILING: {"10", "20"},
    ItemClass.SERVICE: {"20"},
}


def structure(item: Item, known: Known) -> Iterator[Complaint]:
    """Each code has the right length, characters and check digit; items for the public have one."""
    checks: tuple[tuple[str, str, Callable[[str], object]], ...] = (
        ("catalog_code", item.catalog_code, check_catalog_code),
        ("task_code", item.task_code, check_task_code),
        ("handle_code", item.handle_code, check_handle_code),
    )
    public = item.item_class in PUBLIC_CLASSES and item.kind != "bundle"
    for where, text, check in checks:
        if text:
            try:
                check(text)
            except Refused as refused:
                yield Complaint(where, refused.sentence.rstrip("。"), _WHY, "按上述说明改正编码", rule=where)
        elif public and where != "handle_code":
            word = "基本编码" if where == "catalog_code" else "实施编码"
            yield Complaint(where, f"没有{word}", _WHY, f"填写{word}", rule=where)
    if len(item.local_code) > 50:
        yield Complaint(
            "local_code",
            f"地方编码有 {len(item.local_code)} 个字符，国家交换库只收 50 个",
            _WHY,
            "编码照旧保留；上报前与上级核对缩短的办法",
            "warns",
            rule="local_code",
        )


def agreement(item: Item, known: Known) -> Iterator[Complaint]:
    """实施编码 = credit code of the unit + level + 基本编码; 业务办理项编码 begins with it."""
    task, catalog = item.task_code, item.catalog_code
    if len(task) == 31:
        owner = known.units.get(item.unit, "")
        if owner and task[:18] != owner:
            yield Complaint(
                "task_code",
                f"前18位 {task[:18]} 不是实施主体 {item.unit} 的统一社会信用代码",
                _WHY,
                f"改为 {owner}",
                rule="task_code_unit",
            )
        if task[18] != str(item.level):
            yield Complaint(
                "task_code",
                f"第19位行使层级 {task[18]} 与本事项层级 {item.level} 不一致",
                _WHY,
                f"改为 {item.level}",
                rule="task_code_level",
            )
        if catalog and task[19:] != catalog:
            yield Complaint(
                "task_code",
                f"后12位 {task[19:]} 与基本编码 {catalog} 不一致",
                _WHY,
                f"改为 {catalog}",
                rule="task_code_catalog",
            )
    if item.handle_code and task and not item.handle_code.startswith(task):
        yield Complaint("handle_code", "前31位与实施编码不一致", _WHY, f"以 {task} 开头", rule="handle_code_task")


def task_type(item: Item, known: Known) -> Iterator[Complaint]:
    """事项类型 (digits 3-4 of the 基本编码) fits the class."""
    given = item.catalog_code[2:4]
    allowed = TYPES_OF_CLASS.get(item.item_class, set())
    if given in TASK_TYPES and allowed and given not in allowed and item.kind != "bundle":
        words = "、".join(f"{code} {TASK_TYPES[code]}" for code in sorted(allowed))
        yield Complaint(
            "catalog_code",
            f"第3至4位 {given}({TASK_TYPES[given]})与事项类别“{item.item_class}”不一致",
            "GB/T 39046-2020 事项类型",
            f"改为 {words}，或改正事项类别",
            rule="task_type",
        )


def siblings(item: Item, known: Known) -> Iterator[Complaint]:
    """子项 stand under a main item that ends in 000; no 基本编码 is used twice by the same unit's leaves."""
    code = item.catalog_code
    if len(code) != 12:
        return
    others = {one.catalog_code: one for one in known.items.values() if one.code != item.code}
    if not code.endswith("000") and f"{code[:9]}000" not in others:
        yield Complaint(
            "catalog_code",
            f"目录里没有主项 {code[:9]}000",
            "有子项的主项自身编为 000",
            "先登记主项",
            "warns",
            rule="main_missing",
        )
    same = others.get(code)
    if same is not None and not item.handle_code:
        yield Complaint(
            "handle_code",
            f"与“{same.name}”的基本编码相同，却没有业务办理项编码",
            "同一事项分作几个业务办理项时以33位编码区分",
            "填写业务办理项编码，末两位为顺序号",
            rule="handle_code_needed",
        )


RULES = (structure, agreement, task_type, siblings)
