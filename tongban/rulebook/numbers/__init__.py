"""号码: every number this house reads or gives out, checked by its own check digit.

Whether a number is right is decided by its checksum and form, never by a list of divisions: lists age, and a real
person from a new district must not be turned away.  Every ``check_*`` returns the number taken apart, or raises
``Refused`` with a sentence that names what is wrong and what to do; ``fault_of(check_citizen_id, text, today=day)``
returns the same refusal as a value, or None.  No sentence repeats a person's number: sentences are shown and logged.
"""

from tongban.rulebook.numbers.certificates import CertificateKind, CertificateNumber, check_certificate
from tongban.rulebook.numbers.citizens import CitizenId, Sex, check_citizen_id, make_citizen_id, upgrade_citizen_id
from tongban.rulebook.numbers.items import (
    LEVELS,
    TASK_TYPES,
    CatalogCode,
    HandleCode,
    TaskCode,
    check_catalog_code,
    check_handle_code,
    check_task_code,
    main_items_missing,
    make_handle_code,
    make_task_code,
)
from tongban.rulebook.numbers.licences import (
    LicenceIdentifier,
    check_licence_identifier,
    make_licence_identifier,
    next_version,
)
from tongban.rulebook.numbers.organisations import (
    CreditCode,
    check_credit_code,
    check_organisation_code,
    make_credit_code,
)
from tongban.rulebook.numbers.registers import (
    REHEARSAL,
    CaseNumber,
    DocumentNumber,
    RegisterFaults,
    check_case_number,
    check_document_number,
    check_lookup_code,
    make_case_number,
    make_document_number,
    make_lookup_code,
    register_faults,
)
from tongban.rulebook.numbers.text import fault_of, tidy

__all__ = [
    "LEVELS",
    "REHEARSAL",
    "TASK_TYPES",
    "CaseNumber",
    "CatalogCode",
    "CertificateKind",
    "CertificateNumber",
    "CitizenId",
    "CreditCode",
    "DocumentNumber",
    "HandleCode",
    "LicenceIdentifier",
    "RegisterFaults",
    "Sex",
    "TaskCode",
    "check_case_number",
    "check_catalog_code",
    "check_certificate",
    "check_citizen_id",
    "check_credit_code",
    "check_document_number",
    "check_handle_code",
    "check_licence_identifier",
    "check_lookup_code",
    "check_organisation_code",
    "check_task_code",
    "fault_of",
    "main_items_missing",
    "make_case_number",
    "make_citizen_id",
    "make_credit_code",
    "make_document_number",
    "make_handle_code",
    "make_licence_identifier",
    "make_lookup_code",
    "make_task_code",
    "next_version",
    "register_faults",
    "tidy",
    "upgrade_citizen_id",
]
