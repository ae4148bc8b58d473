"""Both sandboxes with a firm of very many contacts, in their own process: `python -m tests.bench.many_contacts N`.

Prints one line of JSON that describes them and serves until its input ends.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from connectors.sandbox.firm import scenarios
from connectors.sandbox.firm.contractor import Address, Company, Contractor
from connectors.sandbox.pairs import start_pair

SCENARIO = "many_contacts"


def build_many(count: int) -> Contractor:
    """An empty company and its books, but for `count` vendors that both sides know by the same name."""
    address = Address("8510 SE Foundry Road", "Olympia", "WA", "98501")
    companies = tuple(
        Company(
            f"vendor_{number}",
            f"Trade Contractor {number:05}, LLC",
            f"Trade Contractor {number:05}",
            "vendor",
            f"ap@trade{number:05}.example",
            f"(360) 555-{number % 10000:04}",
            address,
        )
        for number in range(1, count + 1)
    )
    return replace(scenarios.build_empty(), companies=companies)


def main(count: int) -> None:
    scenarios._BUILDERS[SCENARIO] = lambda size, seed: build_many(count)
    pair = start_pair(scenario=SCENARIO)
    sys.stdout.write(json.dumps(pair.info) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    pair.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
