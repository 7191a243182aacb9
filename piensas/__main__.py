"""`python -m piensas` is `piensas`."""

from piensas.cli import main

main()
