"""Every question asked about ratings.  Staff do not learn who rated before the matter is closed."""

from tongban.rooms.ratings.queries.figures import facts
from tongban.rooms.ratings.queries.reading import (
    DoubtView,
    RatingView,
    StaffRating,
    comment_of,
    hidden_applicants,
    is_rated,
    open_doubts,
    rating,
    rating_of,
    ratings_by,
    ratings_for_staff,
    ratings_of_unit,
    repairs_of,
    unit_page,
)

__all__ = [
    "DoubtView",
    "RatingView",
    "StaffRating",
    "comment_of",
    "facts",
    "hidden_applicants",
    "is_rated",
    "open_doubts",
    "rating",
    "rating_of",
    "ratings_by",
    "ratings_for_staff",
    "ratings_of_unit",
    "repairs_of",
    "unit_page",
]
