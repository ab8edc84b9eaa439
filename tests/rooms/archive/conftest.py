"""A finished case with its documents sealed, and its package."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

DAY = (2026, 9, 22)


def promised(case_id: UUID) -> Any:
    """Return what the postman hands over for a finished case."""
    from tongban.rooms.ledger.actions import Claimed
    from tongban.rooms.ledger.models import Promise

    row = Promise.objects.get(subject_id=case_id, kind="archive")
    return Claimed(row.id, row.kind, row.subject_kind, row.subject_id, row.key, row.body, 1)


def seal(case_id: UUID) -> None:
    """Keep every document a case owes, in the order of its steps, as the postman does sooner or later."""
    from tongban.rooms.ledger import actions as ledger
    from tongban.rooms.licences import actions as licences

    owed = ledger.claim(50, kinds=["document"], subject_id=case_id)
    for promise in sorted(owed, key=lambda one: (one.body["seq"], one.body["document"] == "licence")):
        licences.keep_document(promise)
        ledger.kept(promise.id)


@pytest.fixture
def finished(county) -> UUID:
    """A delivered case, its documents still owed."""
    with county.at(*DAY):
        return county.delivered()


@pytest.fixture
def sealed(county, finished) -> UUID:
    """The same with its documents sealed."""
    with county.at(*DAY, 11):
        seal(finished)
    return finished


@pytest.fixture
def packed(county, sealed) -> Any:
    """The case with its package: ``case``, ``id``, ``content``."""
    from tongban.rooms.archive import actions

    with county.at(*DAY, 12):
        made = actions.keep_archive(promised(sealed))
        content = actions.read_package(made, who="house", purpose="测试")
    return SimpleNamespace(case=sealed, id=made, content=content)
