"""What a case was called in the system that began it."""

from uuid import UUID, uuid5

from tongban.rooms.casework.models import Tie

#: Role and kind of the tie of a case that was taken over.
ROLE, KIND = "continues", "old_case"
_NAMES = UUID("0192e4a0-5f1e-7c3b-9d52-6b7a1c0d4e21")


def old_case_id(county: str, system: str, number: str) -> UUID:
    """Return the id under which a case of another system is tied: the same for the same number, always."""
    return uuid5(_NAMES, f"{county}/{system}/{number}")


def taken_over(county: str, system: str, number: str) -> UUID | None:
    """Return the case that goes on here for a number of another system, or None.  One query."""
    target = old_case_id(county, system, number)
    return Tie.objects.filter(role=ROLE, target_kind=KIND, target_id=target).values_list("case_id", flat=True).first()
