"""Piensas publishes a story and holds its readers' discussion."""

__version__ = "0.1.0"
