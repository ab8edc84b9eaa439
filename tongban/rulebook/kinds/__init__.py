"""Kinds of case: one table each.  A new kind is a new file here and its name below."""

from tongban.rulebook.kinds.after_check import AFTER_CHECK
from tongban.rulebook.kinds.appeal import APPEAL
from tongban.rulebook.kinds.bundle import BUNDLE
from tongban.rulebook.kinds.consultation import CONSULTATION
from tongban.rulebook.kinds.filing import FILING
from tongban.rulebook.kinds.matter import MATTER
from tongban.rulebook.kinds.permit import PERMIT
from tongban.rulebook.kinds.petition import PETITION
from tongban.rulebook.kinds.registration import REGISTRATION
from tongban.rulebook.kinds.task import TASK
from tongban.rulebook.steps import Kind

_ALL = (PERMIT, REGISTRATION, FILING, MATTER, APPEAL, BUNDLE, PETITION, AFTER_CHECK, TASK, CONSULTATION)
KINDS: dict[str, Kind] = {kind.code: kind for kind in _ALL}
