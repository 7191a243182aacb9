"""Measures everything and says which goals are met. Exit code 1 only if something does not work."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import click
import structlog
from rich.console import Console

from bench.drawing import measure_drawing
from bench.listening import measure_listening
from bench.machine import describe_machine
from bench.own import measure_own
from bench.plan import open_plan
from bench.reading import measure_ready
from bench.report import Findings, as_markdown, print_sheets
from bench.wire import measure_first_visit
from bench.writing import measure_arrivals, measure_writing

PARTS = (
    measure_first_visit,
    measure_ready,
    measure_own,
    measure_arrivals,
    measure_listening,
    measure_drawing,
    measure_writing,
)
WIDTH = 130
progress = Console(stderr=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Threads of 50, 100 and 10,000 comments, rounds of one second.")
@click.option("--sizes", help="Comments in each thread, with commas.  [10,50,100,1000,10000,100000]")
@click.option("--seconds", type=click.IntRange(1, 60), help="Length of a round.  [3]")
@click.option("--markdown", is_flag=True, help="Print tables for docs/performance.md.")
def main(quick: bool, sizes: str | None, seconds: int | None, markdown: bool) -> None:
    """Measure how fast Piensas is on this machine; only ratios within one run mean anything."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    chosen = sizes or ("50,100,10000" if quick else "10,50,100,1000,10000,100000")
    machine = f"{datetime.now(UTC):%Y-%m-%d}: {describe_machine()}"
    findings = measure([int(size) for size in chosen.split(",")], seconds or (1 if quick else 3))
    if markdown:
        print(f"{machine}\n\n{as_markdown(findings.list_sheets())}")
    else:
        print(machine)
        print_sheets(findings.list_sheets(), Console(width=None if sys.stdout.isatty() else WIDTH))


def measure(sizes: list[int], seconds: int) -> Findings:
    findings = Findings()
    with progress.status("Planting threads…") as status, open_plan(sizes, seconds) as plan:
        for part in PARTS:
            status.update(f"{part.__name__.replace('_', ' ')}…")
            findings.add(part(plan))
    return findings


if __name__ == "__main__":
    main()
