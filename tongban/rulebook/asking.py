"""Who may ask for an item, where, and in which situation: what an item says of that, and the refusals that follow."""

from collections.abc import Iterator

from tongban.rulebook.basis import law
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused, Sentence, Words

STATION_LABELS = {"county": "县政务服务中心", "town": "乡镇便民服务中心", "village": "村（社区）便民服务站"}


def asker_refusals(item: Item, applicant: str, *, by_agent: bool, station: str) -> Iterator[Refused]:
    """Yield why this applicant (``natural``, ``legal``) may not ask so.

    ``station``: the level of the place where it is handed in, or empty from home.
    """
    if item.applicants and applicant not in item.applicants:
        wanted = Sentence("个人") if "natural" in item.applicants else Sentence("单位")
        yield Refused(
            "wrong_applicant",
            "这个事项由{wanted}申请。请换用{wanted}的身份办理。",
            law("行政许可法 第三十条"),
            wanted=wanted,
        )
    if by_agent and not item.agent_allowed:
        yield Refused("agent_not_allowed", "这个事项依法须由本人办理，不能代办。", law("行政许可法 第二十九条"))
    if station and station not in item.stations:
        where = Words(STATION_LABELS[one] for one in item.stations)
        yield Refused("station_not_allowed", "这个事项在{where}收件。请到那里办理，或在网上申请。", where=where)


def situation_refusals(item: Item, options: frozenset[str]) -> Iterator[Refused]:
    """Yield what is wrong with the options chosen: each situation is answered, with one of its own options."""
    known = {option.code for situation in item.situations for option in situation.options}
    if foreign := options - known:
        yield Refused("option_unknown", "没有这些情形：{foreign}。请重新选择。", foreign=Words(sorted(foreign)))
    for situation in item.situations:
        if not options.intersection(option.code for option in situation.options):
            yield Refused(
                "situation_unanswered",
                "请先回答“{question}”。",
                law("行政许可法 第三十条"),
                question=situation.question,
            )
