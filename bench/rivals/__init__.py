"""What people would use instead, measured beside Botyard; none of it is in our locks. apart: what their Pythons run."""
