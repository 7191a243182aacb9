"""Coming and going: files and other systems' exports become manuscripts and arrivals.

May import: model, markup.
"""
