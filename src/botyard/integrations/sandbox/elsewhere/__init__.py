"""Custom code on other machines: runner hosts and AWS Lambda; and by which settings it is decided."""
