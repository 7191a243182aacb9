"""What people do: one function, one deed, one transaction, with its consequences listed in it.

May import: model, markup, store.
"""
