"""Materials and situations: who brings what, why, and never what the government already holds."""

from collections import Counter
from collections.abc import Iterator

from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item, Material

FORMATS = ("pdf", "jpg", "png")

#: Words in the name of a paper that a shared resource can answer for (第716号令 7).
SHARED_PAPERS = {
    "居民身份证": "population",
    "户口簿": "population",
    "结婚证": "marriage",
    "行驶证": "vehicle",
    "社会保险缴费": "social-security",
    "营业执照": "business-registry",
    "不动产权证书": "estate-registry",
}
_HELD = "国务院令第716号 第七条：能通过共享获取的不得要求申请人提供"


def there_are_some(item: Item, known: Known) -> Iterator[Complaint]:
    """The whole list of materials is public, and one of them is the main one (许可法 30)."""
    if item.item_class not in PUBLIC_CLASSES or not item.leaf or item.kind == "bundle":
        return
    if not item.materials:
        yield Complaint(
            "materials", "没有材料目录", "行政许可法 第三十条：须公示全部材料目录", "逐项列出材料", rule="materials"
        )
    elif not any(one.main for one in item.materials):
        yield Complaint(
            "materials", "没有主审材料", "没有主审材料就无法审查", "至少一项标为 main = true", rule="main_material"
        )


def each(item: Item, known: Known) -> Iterator[Complaint]:
    """Each material by itself."""
    for at, one in enumerate(item.materials):
        yield from _one(one, f"materials[{at}]", known)


def _one(one: Material, at: str, known: Known) -> Iterator[Complaint]:
    if not one.name.strip():
        yield Complaint(f"{at}.name", "没有材料名称", "行政许可法 第三十条", "填写材料名称", rule="material_name")
    if one.main and one.follow_by is not None:
        yield Complaint(
            f"{at}.follow_by",
            f"主审材料《{one.name}》不能容缺后补",
            "容缺只适用于非主审材料",
            "删去 follow_by",
            rule="main_follows",
        )
    if one.follow_by is not None and one.follow_by.amount == 0:
        yield Complaint(f"{at}.follow_by", "补交期限是 0", "容缺须有补交日期", "写明期限，如 5wd", rule="follow_by")
    if one.original and not one.why_original.strip():
        yield Complaint(
            f"{at}.why_original",
            f"《{one.name}》要核验原件却没有说明原因",
            "让人跑一趟须有理由",
            "写明为什么电子件或核验不能代替，或改为不要原件",
            rule="why_original",
        )
    if one.name in known.cancelled_proofs:
        yield Complaint(
            f"{at}.name",
            f"《{one.name}》是已取消的证明",
            "证明事项清单：取消的证明不得再要",
            "删去，或改为告知承诺、共享核验",
            rule="cancelled_proof",
        )
    if one.source == "applicant":
        yield from _from_applicant(one, at, known)
    else:
        yield from _not_from_applicant(one, at, known)


def _from_applicant(one: Material, at: str, known: Known) -> Iterator[Complaint]:
    strange = [name for name in one.formats if name not in FORMATS]
    if strange or not one.formats:
        yield Complaint(
            f"{at}.formats",
            f"电子件格式 {list(one.formats)} 不可收",
            "收件按内容识别格式",
            f"从 {'、'.join(FORMATS)} 中选",
            rule="formats",
        )
    if one.copies < 0:
        yield Complaint(f"{at}.copies", "份数不能是负数", "材料要素：纸质材料份数", "填 0 或正整数", rule="copies")
    if one.licence_kinds or one.resource:
        yield Complaint(
            f"{at}.source",
            f"《{one.name}》能由系统取得，却写成申请人提供",
            _HELD,
            "有证照的改为 licence，有共享的改为 shared",
            rule="held_already",
        )
    elif one.name in known.licence_kinds.values():
        yield Complaint(
            f"{at}.source",
            f"《{one.name}》由本平台发证，不得再要纸质件",
            _HELD,
            "source 改为 licence，并写明证照种类",
            rule="held_already",
        )
    else:
        for word, resource in SHARED_PAPERS.items():
            if word in one.name and (known.resources is None or resource in known.resources):
                yield Complaint(
                    f"{at}.source",
                    f"《{one.name}》可向 {resource} 核验",
                    _HELD,
                    f"source 改为 shared，resource 写 {resource}",
                    "warns",
                    rule="shareable",
                )
                break
    for name, word in (("criteria", "受理标准"), ("issuer", "来源渠道")):
        if not getattr(one, name).strip():
            yield Complaint(
                f"{at}.{name}",
                f"《{one.name}》没有写{word}",
                "材料要素",
                f"写明{word}",
                "warns",
                rule=f"material_{name}",
            )


def _not_from_applicant(one: Material, at: str, known: Known) -> Iterator[Complaint]:
    if one.original or one.copies:
        yield Complaint(
            at,
            f"《{one.name}》由系统取得，却还要申请人交纸质件或原件",
            _HELD,
            "copies 改为 0，original 改为 false",
            rule="paper_again",
        )
    if one.follow_by is not None:
        yield Complaint(
            f"{at}.follow_by",
            f"《{one.name}》由系统取得，没有容缺可言",
            "容缺是申请人的承诺",
            "删去 follow_by",
            rule="follow_source",
        )
    if one.source == "licence":
        if not one.licence_kinds:
            yield Complaint(
                f"{at}.licence_kinds",
                f"没有写哪种证照可满足《{one.name}》",
                "材料要素：来源渠道",
                "写明证照种类代号",
                rule="licence_kind",
            )
        for kind in one.licence_kinds:
            if kind not in known.licence_kinds:
                yield Complaint(
                    f"{at}.licence_kinds",
                    f"没有证照种类“{kind}”",
                    "证照须先登记种类",
                    "登记该种类，或改正代号",
                    rule="licence_kind",
                )
    if one.source == "shared" and (
        not one.resource or (known.resources is not None and one.resource not in known.resources)
    ):
        yield Complaint(
            f"{at}.resource",
            f"没有共享资源“{one.resource}”",
            "共享资源目录",
            "写明资源代号，或先登记该资源",
            rule="resource",
        )


def codes(item: Item, known: Known) -> Iterator[Complaint]:
    """Codes of materials, situations and options are each used once."""
    groups = (
        ("materials", [one.code for one in item.materials], "材料"),
        ("situations", [one.code for one in item.situations], "情形"),
        ("situations", [option.code for one in item.situations for option in one.options], "情形选项"),
    )
    for where, given, word in groups:
        twice = sorted(code for code, times in Counter(given).items() if times > 1)
        if twice:
            yield Complaint(
                where, f"{word}代号重复：{'、'.join(twice)}", "代号须唯一", "改成不同的代号", rule="code_twice"
            )


def situations(item: Item, known: Known) -> Iterator[Complaint]:
    """Materials refer to options that exist; a question has answers, and its answers matter."""
    known_options = {option.code for one in item.situations for option in one.options}
    used = {code for one in item.materials for code in one.situations}
    for at, material in enumerate(item.materials):
        strange = [code for code in material.situations if code not in known_options]
        if strange:
            yield Complaint(
                f"materials[{at}].situations",
                f"没有情形选项 {'、'.join(strange)}",
                "情形决定材料",
                "先写进 situations，或改正代号",
                rule="situation",
            )
    for at, one in enumerate(item.situations):
        if len(one.options) < 2 or not one.question.strip():
            yield Complaint(
                f"situations[{at}]",
                "情形要有问题和至少两个选项",
                "情形决定材料",
                "补全问题和选项",
                rule="situation_options",
            )
        elif item.kind != "bundle" and not used & {option.code for option in one.options}:
            yield Complaint(
                f"situations[{at}]",
                f"“{one.question}”的回答不影响任何材料",
                "不问与事项无关的问题(行政许可法 第三十一条)",
                "删去，或让材料引用它的选项",
                "warns",
                rule="situation_unused",
            )


RULES = (there_are_some, each, codes, situations)
