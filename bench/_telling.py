"""How a measurement tells its result."""

import argparse
import json
import os
import subprocess
from typing import Any


def tell(args: argparse.Namespace, what: str, **found: Any) -> None:
    """Print the load, and write everything with load, processors and commit where a file is wanted."""
    load = os.getloadavg()[0]
    print(f"负载 {load:.1f}，处理器 {os.cpu_count()} 个", flush=True)
    if args.json:
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
        told = {"what": what, "load": load, "cpus": os.cpu_count(), "commit": commit.stdout.strip(), **found}
        args.json.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
