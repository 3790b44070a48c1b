"""From metrics to device parameters, with the origin of every one."""

from perovdata.routing.route import RULES, Assumption, Origin, Routed, Rule, route

__all__ = ["RULES", "Assumption", "Origin", "Routed", "Rule", "route"]
