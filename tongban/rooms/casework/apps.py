"""办件: cases, their clocks, parties, ties, proceedings and parts."""

from django.apps import AppConfig

from tongban.rooms.ledger import statement


class CaseworkConfig(AppConfig):
    """Lets steps write the tables of this room."""

    name = "tongban.rooms.casework"
    label = "casework"

    def ready(self) -> None:
        statement.allow(
            "casework_clock",
            key="case_id, name, run",
            update=(
                "extension",
                "excluded",
                "due_on",
                "due_at",
                "amber_from",
                "provisional",
                "stopped_at",
                "noted",
                "calendar",
            ),
        )
        statement.allow("casework_proceeding", key="case_id, no", update=("closed_on", "result"))
        statement.allow(
            "casework_material",
            key="case_id, code",
            update=("state", "file_id", "licence_id", "call_id", "promised_until", "at"),
        )
        statement.allow("casework_party", key="id", update=("signed_at",))
        statement.allow("casework_wish", key="case_id", update=("sealed",))
        statement.allow("casework_fee", key="case_id", update=("state", "voucher", "at"))
        for table in ("casework_casekey", "casework_answers", "casework_lack", "casework_note", "casework_tie"):
            statement.allow(table)

        from tongban.rooms.casework import effects
        from tongban.rooms.casework.actions import after_checks, escalation, parts, recalendaring, wording
        from tongban.rooms.people.actions import register_proposal

        effects.register("start_parts", parts.owe_tending)
        effects.register("open_matter", escalation.owe_matter)
        effects.register("up_one_post", escalation.go_one_up)
        effects.register("after_check", after_checks.owe_check)
        register_proposal("calendar", recalendaring.carry_out)
        register_proposal("notice_words", wording.carry_out)
