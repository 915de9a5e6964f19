"""The thin layer over Starlette. Knows no word of the domain."""
