"""Text that people wrote becomes safe HTML and plain text.

May import: model.
"""
