"""`python -m botyard`: the command, where its folder is on nobody's path."""

from botyard.cli import main

if __name__ == "__main__":
    main()
