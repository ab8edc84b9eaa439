"""一数一源 (S105): a form does not ask for what another department answers for."""

from collections.abc import Collection, Iterator, Mapping

from tongban.rulebook.catalogue.complaint import Complaint, Known, OwnedField
from tongban.rulebook.catalogue.item import Item


def typed_again(item: Item, owned: Collection[OwnedField]) -> Iterator[tuple[str, str, OwnedField]]:
    """Yield (name of the field, its title, the datum) for what the form asks though another unit answers for it."""
    by_name = {one.code: one for one in owned}
    by_title = {title: one for one in owned for title in one.titles}
    properties = item.form.get("properties", {})
    for name, node in properties.items() if isinstance(properties, Mapping) else ():
        title = str(node.get("title", "")) if isinstance(node, Mapping) else ""
        # What stands in brackets is a unit or a hint: 经营面积(平方米).
        plain = title.partition("(")[0].partition("（")[0].strip()
        found = by_title.get(plain) or by_name.get(str(name))
        if found is not None and found.owner != item.unit:
            yield str(name), title, found


def fields(item: Item, known: Known) -> Iterator[Complaint]:
    """A field that another department owns is read from it; typing it again is only warned of."""
    for name, title, datum in typed_again(item, known.owned_fields):
        source = f"从共享资源 {datum.resource} 读取" if datum.resource else "向该单位读取"
        yield Complaint(
            f"form.properties.{name}",
            f"“{title}”由{datum.owner_name}负责，不用申请人再填",
            "一数一源：一项数据由一个部门采集，其他表单共用",
            f"{source}，或删去这个字段",
            "warns",
            rule="field_owned",
        )


RULES = (fields,)
