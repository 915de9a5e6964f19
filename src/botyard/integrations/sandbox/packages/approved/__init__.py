"""The sets that come with Botyard: `.txt` is what we want, `.lock` is what that is, file by file."""
