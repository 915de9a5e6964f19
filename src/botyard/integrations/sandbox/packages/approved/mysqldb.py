"""`import MySQLdb` in custom code: mysqlclient has no wheels, so PyMySQL stands in for it, its modules included."""

import importlib
import sys
from typing import Any

pymysql: Any = importlib.import_module("pymysql")  # only in the packages of custom code, not in ours

_MODULES = {"_exceptions": "err", **{name: name for name in ("connections", "constants", "converters", "cursors")}}
_IN_ORDER = ("host", "user", "password", "database", "port")


def connect(*in_order: Any, **named: Any) -> Any:
    """Connect as mysqlclient does: PyMySQL takes no arguments by their order any more."""
    return pymysql.connections.Connection(**dict(zip(_IN_ORDER, in_order, strict=False)), **named)


for _name, _theirs in _MODULES.items():
    sys.modules[f"MySQLdb.{_name}"] = importlib.import_module(f"pymysql.{_theirs}")
pymysql.connect = pymysql.Connect = connect
pymysql.install_as_MySQLdb()
