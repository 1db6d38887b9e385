"""Burning patrol: cells, risk, territories, schedule, routes and lines of sight.

Measures 5.1.1, 5.1.2, 5.2.2, 5.3.1 and 7.4.1 of the plan.
"""
