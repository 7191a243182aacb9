"""The front door for owners and engineers: `piensas serve`, `init`, `import`, `check` and the rest.

May import: model, markup, drawing, store, outside, actions, transfer, settings, sources, web, log.
"""

from piensas.cli.commands import main

__all__ = ["main"]
