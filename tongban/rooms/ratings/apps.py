"""好差评: one rating per act, and a bad one is put right."""

from django.apps import AppConfig

from tongban.rooms.ledger import statement


class RatingsConfig(AppConfig):
    """Lets the step ``rate`` write its row; an applicant's own rating takes the place of a default."""

    name = "tongban.rooms.ratings"
    label = "ratings"

    def ready(self) -> None:
        statement.allow(
            "ratings_rating",
            key="act, act_id",
            update=(
                *("id", "grade", "active", "real_name", "channel", "window_id", "staff_id", "rater_id"),
                *("rated_at", "comment", "request"),
            ),
        )
