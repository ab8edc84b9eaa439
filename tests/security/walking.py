"""Walking through the whole API with schemathesis, by its own command, over a real address."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).with_name("schemathesis.toml")


@dataclass(frozen=True)
class Walked:
    """What came of a walk."""

    #: Requests made and looked at.
    cases: int
    #: Whether every check held.
    clean: bool
    #: What the command printed.
    said: str


def walk(
    url: str,
    secret: str,
    folder: Path,
    *,
    examples: int,
    seed: int,
    phases: str = "examples,coverage,fuzzing,stateful",
    chains: int | None = None,
    known: Mapping[str, Any] | None = None,
) -> Walked:
    """Ask every operation of the API at ``url`` at most ``examples`` times in each phase, as the holder of a token.

    ``chains``: how many chains of linked operations the phase ``stateful`` goes along; None: as many as examples.
    All checks.  The phase ``coverage`` tries every border of every parameter: some hundred requests an operation.
    ``known``: operation -> a body that is known to be good (``hooks.py``).
    """
    report = folder / f"report-{seed}.json"
    config = folder / f"config-{seed}.toml"
    many = f"\n[generation]\nmax-examples = {examples}\n"
    many += f"\n[phases.stateful.generation]\nmax-examples = {examples if chains is None else chains}\n"
    config.write_text(CONFIG.read_text(encoding="utf-8") + many, encoding="utf-8")
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config)),
        *("run", f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {secret}"),
        *("--checks", "all", "--phases", phases),
        *("--seed", str(seed), "--continue-on-failure", "--no-color", "--warnings", "off", "--request-timeout", "30"),
        *("--generation-database", "none", "--no-shrink", "--report", "json", "--report-json-path", str(report)),
    ]
    surroundings = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    surroundings |= {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(CONFIG.parent)}
    surroundings["WALK_KNOWN"] = json.dumps(known or {}, default=str)
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    return Walked(_cases(said, report), done.returncode == 0, said)


def _cases(said: str, report: Path) -> int:
    found = re.search(r"(\d[\d,]*) generated", said)
    if found:
        return int(found[1].replace(",", ""))
    return len(json.loads(report.read_text()).get("cases", [])) if report.exists() else 0
