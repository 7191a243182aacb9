"""The JSON API, `/api/v1`: what a reader's page does, for programs; and the document that describes it."""
