"""Snippets of the documents, tried with real generators and web servers."""
