"""Piensas' JSON API for Python programs: read, write and vote in the discussions of a site."""

from piensas_client.client import Piensas, Refused
from piensas_client.shapes import Comment, Draft, Edition, Me, Mine, Site, Story

__all__ = ["Comment", "Draft", "Edition", "Me", "Mine", "Piensas", "Refused", "Site", "Story"]
