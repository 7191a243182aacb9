"""Who can say who somebody is. A further provider is one short file here and a line in `known.py`."""
