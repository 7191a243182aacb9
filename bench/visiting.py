"""What it costs that somebody is the first to visit a page of another site, with all that follows from it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec

from bench.bare import Given
from bench.load import Sample
from bench.machine import Broken, find_cores, read_cpu, run
from bench.plan import Plan
from bench.servers import Server, serve_bare, serve_site
from piensas.cli.opening import find_settings, open_database
from piensas.model.moment import Clock
from piensas.store.jobs import has_due_job

PATIENCE = 60
"""Seconds in which the site has read what the pages are called."""

PAGE = Given(200, [(b"content-type", b"text/html")], b"<!doctype html><title>A page elsewhere</title>")


def measure_first_visits(plan: Plan) -> Sample:
    """On a site of its own, so that no other measurement pays for what is still to be done."""
    with plan.copy() as file, serve_bare(plan.folder, {"/page": PAGE}) as elsewhere:
        around = {
            "PIENSAS_EMBED_ORIGINS": elsewhere.address,
            "PIENSAS_SERVER_TRUSTED_PROXIES": "127.0.0.1",
        }
        with serve_site(file, **around) as site:
            visit(site, elsewhere, 0)
            wait_until_read(file)
            before, began = read_cpu(site.pid), time.monotonic()
            sample = visit(site, elsewhere, plan.short.seconds)
            wait_until_read(file)
            return msgspec.structs.replace(
                sample, seconds=time.monotonic() - began, cpu=read_cpu(site.pid) - before
            )


def visit(site: Server, elsewhere: Server, seconds: int) -> Sample:
    words = [site.address, f"{elsewhere.address}/page", str(seconds)]
    printed = run([sys.executable, "-m", "bench.visitors", *words], find_cores()[1])
    return msgspec.json.decode(printed, type=Sample)


def wait_until_read(file: Path) -> None:
    settings, clock = find_settings(file), Clock()
    end = time.monotonic() + PATIENCE
    with open_database(settings) as db:
        while db.ask(has_due_job, settings.site.id, ("page",), clock().now):
            if time.monotonic() > end:
                raise Broken("What the pages are called has not been read.")
            time.sleep(0.05)
