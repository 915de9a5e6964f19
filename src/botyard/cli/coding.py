error: patch with only garbage at line 5

src/botyard/cli/coding.py 0 of 2
src/botyard/settings.py 3 of 7
docs/reference/command-line.md 1 of 4
