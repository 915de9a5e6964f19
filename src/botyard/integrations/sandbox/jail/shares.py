"""How many calls run on this machine, and how many of them are one tenant's."""

from botyard.integrations.sandbox.jail.slots import Busy


class Shares:
    """So many places for calls. Whoever is alone may take all but a reserve; nobody is kept out by others for long.

    A tenant's share is what each would get were there one tenant more than have calls here now. Up to its share it may
    take the last place; beyond, only what leaves the reserve free. So whoever comes finds a place at once as a rule,
    and at the latest when a call ends: who has more than its share cannot take that place again.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._reserve = max(1, places // 8)
        self._taken: dict[str, int] = {}
        self._free = places

    def take(self, tenant: str) -> None:
        """Take a place, to be given back. Raises Busy."""
        mine = self._taken.get(tenant, 0)
        if self._free <= self._reserve:
            self._look_closely(tenant, mine)
        self._taken[tenant] = mine + 1
        self._free -= 1

    def give_back(self, tenant: str) -> None:
        """Let others have the place."""
        self._free += 1
        left = self._taken[tenant] - 1
        if left:
            self._taken[tenant] = left
        else:
            del self._taken[tenant]

    def _look_closely(self, tenant: str, mine: int) -> None:
        if not self._free:
            raise Busy(f"{self._places} calls of custom code are running on this machine")
        there = len(self._taken.keys() | {tenant})
        if mine >= max(1, self._places // (there + 1)):
            whose = f"{mine} calls of the same partner's custom code"
            raise Busy(f"{whose} are running on this machine, and what is left of its {self._places} is for others")
