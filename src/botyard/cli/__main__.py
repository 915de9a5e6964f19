"""`python -m botyard.cli`: the same as `botyard`."""

from botyard.cli import main

main()
