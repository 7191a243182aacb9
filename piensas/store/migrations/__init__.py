"""The database's history: each step works beside the release before it."""
