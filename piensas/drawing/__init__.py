"""What exists becomes HTML in a reader's language; the only room that knows the templates.

May import: model, markup.
"""
