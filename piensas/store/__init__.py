"""Where things are kept: the only room that knows SQL, on SQLite and on PostgreSQL.

May import: model.
"""
