"""What the room keeps: resources and who may use them, calls, systems, twins, outbox and inbox, and 对账."""

from tongban.rooms.exchange.models.fetched import Fetched
from tongban.rooms.exchange.models.matching import Difference, Matching, Withheld
from tongban.rooms.exchange.models.sharing import CallLog, Resource, ShareRequest, System
from tongban.rooms.exchange.models.simulated import SimulatedCase, SimulatedTruth
from tongban.rooms.exchange.models.subscriptions import Subscription
from tongban.rooms.exchange.models.twins import Inbox, Outbox, Twin

# The tables of the national exchange stand in their own folder; Django looks for them here.
from tongban.rooms.exchange.national.models import NationalBatch

__all__ = [
    "CallLog",
    "Difference",
    "Fetched",
    "Inbox",
    "Matching",
    "NationalBatch",
    "Outbox",
    "Resource",
    "ShareRequest",
    "SimulatedCase",
    "SimulatedTruth",
    "Subscription",
    "System",
    "Twin",
    "Withheld",
]
