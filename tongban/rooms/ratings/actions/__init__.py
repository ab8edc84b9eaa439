"""Every way a rating comes, is put right, or is found not to count."""

from tongban.rooms.ratings.actions.defaults import end_default, fill_defaults, set_default
from tongban.rooms.ratings.actions.doubts import mark_mistaken, settle_mark
from tongban.rooms.ratings.actions.rating import rate, rate_visit
from tongban.rooms.ratings.actions.repair import keep_bad_rating

__all__ = [
    "end_default",
    "fill_defaults",
    "keep_bad_rating",
    "mark_mistaken",
    "rate",
    "rate_visit",
    "set_default",
    "settle_mark",
]
