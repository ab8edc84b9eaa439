"""证照与文书: licences, seals, sealed documents, and whether they are genuine."""

from django.apps import AppConfig

from tongban.rooms.ledger import statement


class LicencesConfig(AppConfig):
    """Carries out what steps do with licences, and tells filing what a person already holds."""

    name = "tongban.rooms.licences"
    label = "licences"

    def ready(self) -> None:
        # Rows of a new version come with the former one in the same statement: of that one only its state moves.
        statement.allow("licences_licence", key="id", update=("state", "state_on", "reason"))
        statement.allow("licences_licenceuse")

        from tongban.rooms.casework import effects
        from tongban.rooms.licences import queries
        from tongban.rooms.licences.actions import county_words, issuing
        from tongban.rooms.people.actions import register_proposal

        effects.register("issue_licence", issuing.issue_licence)
        effects.register("revoke_licence", issuing.revoke_licence)
        effects.register("revoke_promised", issuing.revoke_promised)
        effects.register("use_licences", issuing.use_licences)
        effects.register_holder(queries.held)
        effects.register_expiry(queries.good_until)
        register_proposal("paper_words", county_words.carry_out)
