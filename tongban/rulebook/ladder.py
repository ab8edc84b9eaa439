"""逐级上报: whose matter it becomes when a limit runs out unanswered."""

from collections.abc import Collection, Mapping, Sequence

from tongban.rulebook.errors import Refused


def next_post(chain: Sequence[str], level: int) -> str | None:
    """Return the post one step above ``level`` (0 is the bottom of the chain), or None at its top.

    None means that nobody stands higher: the matter stays where it is and counts as overdue.
    """
    if not 0 <= level < len(chain):
        raise ValueError(f"level {level} is not on a chain of {len(chain)} posts")
    return chain[level + 1] if level + 1 < len(chain) else None


def chain_of(post: str, reports_to: Mapping[str, str], vacant: Collection[str] = ()) -> tuple[str, ...]:
    """Return the posts from ``post`` upwards; a vacant one above it is passed over, for nobody would answer there.

    Refuses a circle of posts that report to each other.
    """
    climbed = [post]
    while above := reports_to.get(climbed[-1], ""):
        if above in climbed:
            circle = " → ".join([*climbed[climbed.index(above) :], above])
            raise Refused(
                "ladder_circle", "岗位的上报关系成了一个圈：{circle}，请在岗位资料中改正上级岗位。", circle=circle
            )
        climbed.append(above)
    return (post, *(one for one in climbed[1:] if one not in vacant))
