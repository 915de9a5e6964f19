"""Botyard: conversational bots that call your own code. docs/explanation/ tells the story in order."""

__version__ = "0.1.0"
