"""What the room keeps, in three parts: persons, places, powers."""

from tongban.rooms.people.models.accounts import Account, SignIn
from tongban.rooms.people.models.persons import Guardian, Identifier, Mandate, Merge, Person, Relation
from tongban.rooms.people.models.places import Device, Division, Settlement, Site, Unit
from tongban.rooms.people.models.powers import AuthorityRow, Holding, PeopleVersion, Post, Staff
from tongban.rooms.people.models.tokens import Answered, Budget, Token

__all__ = [
    "Account",
    "Answered",
    "AuthorityRow",
    "Budget",
    "Device",
    "Division",
    "Guardian",
    "Holding",
    "Identifier",
    "Mandate",
    "Merge",
    "PeopleVersion",
    "Person",
    "Post",
    "Relation",
    "Settlement",
    "SignIn",
    "Site",
    "Staff",
    "Token",
    "Unit",
]
