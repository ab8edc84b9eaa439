"""差评整改: a bad rating becomes an appeal in the hands of the head of the unit that handled it (谁办理、谁负责)."""

from datetime import date
from uuid import UUID

from tongban.rooms import clock, crypto
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import Done
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.ledger.actions import Claimed
from tongban.rooms.people import queries as people
from tongban.rooms.ratings.models import Rating
from tongban.rooms.ratings.words import Valid
from tongban.rulebook.authority import Power, Subject

HOUSE = Who("house")
#: The item under which bad ratings are put right.
REPAIR_ITEM = "bad-rating-repair"


def keep_bad_rating(promise: Claimed) -> Done | None:
    """Open the appeal that a bad rating calls for: kept twice, it is opened once.

    None: the rating was meanwhile found not to count, so nothing is owed any more.
    """
    rating = Rating.objects.get(id=promise.body["rating"])
    if rating.valid != Valid.COUNTED:
        return None
    file = read(rating.case_id)
    about = ("about", str(rating.act), rating.act_id)
    return casework.open_case(
        rating.county,
        REPAIR_ITEM,
        HOUSE,
        unit=rating.unit,
        holder=_answering_post(file, rating.unit, clock.today()),
        ties=[("arises-from", "rating", rating.id), about],
        applicant_id=rating.rater_id,
        text=_comment(file, rating),
        notes={"rating": str(rating.id)},
        key=promise.key,
    )


def _answering_post(file: CaseFile, unit: str, day: date) -> UUID | None:
    """Return the post that must answer: the head of the unit; for what is itself an appeal, one post above its own."""
    powers = people.powers()
    held = file.uuid("holder")
    if file.row["kind"] == "appeal" and held is not None:
        chain = powers.chain(held, day)
        return chain[1].id if len(chain) > 1 else held
    subject = Subject(REPAIR_ITEM, unit)
    for power in (Power.DECIDE, Power.EXAMINE, Power.ACCEPT):
        able = powers.able(file.county, power, subject, day)
        if able:
            own = [post for post in able if post.unit_code == unit]
            within = [
                post for post in powers.chain((own or able)[0].id, day) if post.unit_code == (own or able)[0].unit_code
            ]
            return within[-1].id
    return None


def _comment(file: CaseFile, rating: Rating) -> str:
    if rating.comment is None or file.wrapped_key is None:
        return ""
    return crypto.open_text(rating.comment, crypto.unwrap(file.wrapped_key))
