"""Names on lists: masked for everybody, for a list is no reason to read whose case it is; whole on the case's page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.rooms.casework.queries.desk import DeskLine
from tongban.rooms.casework.queries.seeing import Sight
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people
from tongban.rooms.ratings import queries as ratings

#: Who acts beside staff, in words.
_ACTORS = {"person": "申请人一方", "law": "法定期限", "house": "系统", "outside": "外部系统"}


@dataclass(frozen=True)
class Names:
    """What a page of a list needs of names, read once: four queries."""

    persons: Mapping[UUID, people.PersonView]
    hidden: frozenset[UUID]
    powers: people.Powers
    units: Mapping[str, str]

    @classmethod
    def of(cls, sight: Sight, rows: Iterable[DeskLine]) -> "Names":
        """Read the names that these rows need."""
        rows = list(rows)
        return cls(
            people.persons_by_id({row.applicant_id for row in rows if row.applicant_id}) if rows else {},
            ratings.hidden_applicants([row.id for row in rows], sight.actor) if rows else frozenset(),
            sight.powers,
            {one.code: one.full_name for one in people.units(sight.actor.county)},
        )

    def person(self, person_id: UUID | None, case_id: UUID) -> str:
        """Return the masked name of an applicant; of an organisation the whole."""
        if person_id is None:
            return ""
        if case_id in self.hidden:
            return _("（暂不显示）")
        who = self.persons.get(person_id)
        return licences.mask(who.name, natural=who.kind == "natural") if who else ""

    def whole(self, person_id: UUID | None, case_id: UUID) -> str:
        """Return the name as it is; whoever asks for it must be logged by the caller."""
        if person_id is None or case_id in self.hidden:
            return self.person(person_id, case_id)
        who = self.persons.get(person_id)
        return who.name if who else ""

    def actor(self, name: str) -> str:
        """Return who acted, as colleagues know him."""
        kind, _sep, ident = name.partition(":")
        if kind != "staff":
            return _(_ACTORS.get(kind, kind)) if kind else ""
        who = self.powers.staff.get(UUID(ident))
        return who.name if who else ""

    def unit(self, code: str) -> str:
        """Return the full name of a unit."""
        return self.units.get(code, code)
