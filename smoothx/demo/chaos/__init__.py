"""The engine under fire: workers killed, services wiped and restarted, vendors and clocks at their worst."""
