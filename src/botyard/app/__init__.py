"""Joins the ports to the parts that serve them and opens the doors: the only room that knows everybody."""
