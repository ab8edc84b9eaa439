"""Refusals that carry more than a sentence."""

from tongban.rulebook.basis import Basis, law
from tongban.rulebook.catalogue import Complaint
from tongban.rulebook.errors import Refused, Sentence, Words

#: 许可法 30: what must be public before anyone can be held to it.
PUBLIC = law("行政许可法 第三十条")


class DraftIncomplete(Refused):
    """A draft that may not be published yet.  ``complaints`` is all it lacks, in one go."""

    def __init__(self, name: str, complaints: tuple[Complaint, ...], basis: Basis = PUBLIC) -> None:
        first = Words((f"{one.what}，{one.how}" for one in complaints[:3]), "；")
        rest = Sentence("等 {n} 处", n=len(complaints)) if len(complaints) > 3 else ""
        super().__init__(
            "draft_incomplete",
            "事项“{name}”还不能公布：{first}{rest}。请逐条改好后再公布。",
            basis,
            name=name,
            first=first,
            rest=rest,
        )
        self.complaints = complaints


class NameDiffers(DraftIncomplete):
    """The name is not the one of the list from above (S001)."""

    def __init__(self, name: str, upper: str, difference: str, complaints: tuple[Complaint, ...]) -> None:
        super().__init__(name, complaints)
        self.code = "upper_name"
        self.sentence = Sentence(
            "事项名称与上级目录不一致：本县“{name}”，上级“{upper}”，{difference}。请改为上级目录的名称后再公布。",
            name=name,
            upper=upper,
            difference=difference,
        )


class ItemIsMain(Refused):
    """Somebody asked for a main item.  ``choices`` are the (code, name) of what can be asked for instead (S010)."""

    def __init__(self, name: str, choices: tuple[tuple[str, str], ...]) -> None:
        if choices:
            words = Words(f"“{label}”" for _, label in choices)
            super().__init__(
                "item_is_main", "“{name}”是主项，不能直接申办。请从下列子项中选一项：{words}。", name=name, words=words
            )
        else:
            super().__init__(
                "item_is_main", "“{name}”是主项，不能直接申办，目前也没有可申办的子项。请到综合窗口咨询。", name=name
            )
        self.choices = choices
