"""What exists, and the rules that need nothing but themselves.

May import: nothing.
"""
