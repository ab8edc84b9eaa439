"""What the room keeps, in three parts: persons, places, powers."""

from tongban.rooms.people.models.accounts import Account, Code, OutsideLogin, RecoveryCode, SignIn, Slowed
from tongban.rooms.people.models.attributes import Attribute
from tongban.rooms.people.models.calendars import CalendarYear
from tongban.rooms.people.models.desks import SavedSearch, StandIn
from tongban.rooms.people.models.persons import Guardian, Identifier, Mandate, Merge, Person, Relation
from tongban.rooms.people.models.places import Device, Division, Settlement, Site, Unit
from tongban.rooms.people.models.powers import AuthorityRow, Holding, PeopleVersion, Post, Proposal, Staff
from tongban.rooms.people.models.tokens import Answered, Budget, Token

__all__ = [
    "Account",
    "Answered",
    "AuthorityRow",
    "Budget",
    "CalendarYear",
    "Code",
    "Device",
    "Division",
    "Guardian",
    "Holding",
    "Identifier",
    "Mandate",
    "Merge",
    "OutsideLogin",
    "PeopleVersion",
    "Person",
    "Post",
    "Proposal",
    "RecoveryCode",
    "Relation",
    "SavedSearch",
    "Attribute",
    "Settlement",
    "SignIn",
    "Site",
    "Slowed",
    "Staff",
    "StandIn",
    "Token",
    "Unit",
]
