"""Every way the catalogue changes: one verb, one function, one transaction."""

from tongban.rooms.catalogue.actions.claiming import Place, claim, claim_all, suspend_claim, withdraw_claim
from tongban.rooms.catalogue.actions.drafts import Saved, complete_draft, keep_drafts, save_draft
from tongban.rooms.catalogue.actions.fields import own_field
from tongban.rooms.catalogue.actions.importing import ItemReport, Note, RowResult, import_items
from tongban.rooms.catalogue.actions.lists import NewEntry, enter_line, issue_list, withdraw_line
from tongban.rooms.catalogue.actions.ordering import NewOrder, apply_orders, order_change, withdraw_order
from tongban.rooms.catalogue.actions.proofs import set_mode, set_proof
from tongban.rooms.catalogue.actions.publishing import publish
from tongban.rooms.catalogue.actions.seeding import Seeded, load_seed, load_upper_names, save_licence_kind
from tongban.rooms.catalogue.actions.wording import put_wording
from tongban.rooms.catalogue.refusals import DraftIncomplete, ItemIsMain, NameDiffers

__all__ = [
    "DraftIncomplete",
    "ItemIsMain",
    "ItemReport",
    "NameDiffers",
    "NewEntry",
    "NewOrder",
    "Note",
    "Place",
    "RowResult",
    "Saved",
    "Seeded",
    "apply_orders",
    "claim",
    "claim_all",
    "complete_draft",
    "enter_line",
    "import_items",
    "issue_list",
    "load_seed",
    "load_upper_names",
    "order_change",
    "own_field",
    "publish",
    "keep_drafts",
    "save_draft",
    "save_licence_kind",
    "set_mode",
    "set_proof",
    "put_wording",
    "suspend_claim",
    "withdraw_claim",
    "withdraw_line",
    "withdraw_order",
]
