"""Other machines: sign-in providers, mail, pictures fetched from elsewhere. Everything here is bounded
in time and size, and loaded only when it is first needed.

May import: model, settings.
"""
