"""Every way the room changes.  What steps of cases do to licences is registered as effects (``issuing``)."""

from tongban.rooms.licences.actions.documents import keep_document, keep_licence_entry, revoke_document, seal_now
from tongban.rooms.licences.actions.lifecycle import (
    Lapsed,
    cancel,
    change,
    import_licence,
    renew,
    resume,
    revoke,
    suspend,
    sweep_lapsed,
)
from tongban.rooms.licences.actions.seals import (
    hand_over_seal,
    limit_seal,
    make_demo_seals,
    register_seal,
    renew_demo_seals,
    withdraw_seal,
)

__all__ = [
    "Lapsed",
    "cancel",
    "change",
    "import_licence",
    "keep_document",
    "keep_licence_entry",
    "hand_over_seal",
    "limit_seal",
    "renew_demo_seals",
    "make_demo_seals",
    "register_seal",
    "renew",
    "resume",
    "revoke",
    "revoke_document",
    "seal_now",
    "suspend",
    "sweep_lapsed",
    "withdraw_seal",
]
