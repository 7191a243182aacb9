"""What a first visit costs on the wire: the page with its style sheet and script, without pictures."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from bench.plan import Plan
from bench.reading import PACKED
from bench.report import Findings, Goal, Sheet, at_most, many
from bench.seed import path_of
from bench.servers import fetch, fetch_ready, serve_site

LINKED = re.compile(r'(?:<link rel="stylesheet" href|<script[^>]* src)="([^"]+)"')
MOST_REQUESTS = 3
KILOBYTE = 1_000
BUDGETS = {".js": 7 * KILOBYTE, ".css": 5 * KILOBYTE}
"""Bytes of all files of a kind, packed with brotli."""


def measure_first_visit(plan: Plan) -> Findings:
    path = path_of(plan.large)
    with serve_site(plan.file) as site:
        page = fetch(site, path, {})
        files = [path, *LINKED.findall(page.body.decode())]
        plain = {file: len(fetch(site, file, {}).body) for file in files}
        packed = {file: len(fetch_ready(site, file, PACKED).body) for file in files}
    rows = [(PurePosixPath(file).name, many(plain[file]), many(packed[file])) for file in files]
    rows.append((f"{len(files)} requests", many(sum(plain.values())), many(sum(packed.values()))))
    return Findings([Sheet("A first visit", ("file", "bytes", "br"), rows)], list_goals(packed))


def list_goals(packed: dict[str, int]) -> list[Goal]:
    goals = [
        at_most(
            f"First visit: at most {MOST_REQUESTS} requests, pictures not counted",
            {"": len(packed)},
            MOST_REQUESTS,
        )
    ]
    for kind, budget in BUDGETS.items():
        used = sum(size for file, size in packed.items() if file.endswith(kind))
        goals.append(at_most(f"{kind} files: at most {many(budget)} bytes packed", {"": used}, budget))
    return goals
