"""HTTP comes in, answers go out; the only room that knows the web framework.

May import: model, markup, drawing, store, outside, actions, transfer, worker, settings, sources, log.
"""
