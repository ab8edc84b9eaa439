"""The number of a letter, as it is found again: the number itself is sealed in the case."""

from tongban.rooms import crypto


def digest_of(mail_number: str) -> str:
    """Return what the journal keeps of a number, the same however it is spaced or written; empty: there is none."""
    plain = "".join(one for one in mail_number.upper() if one.isalnum())
    return crypto.digest(f"mail\0{plain}") if plain else ""
