"""The sandboxes of many firms in one process, each with accounts of its own: `python -m tests.bench.many_firms N`.

Prints one line of JSON, a description for each firm, and serves until its input ends.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

from connectors.sandbox.firm import scenarios
from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.pairs import Pair, start_pair

SCENARIO = "firm"


def build_firm(number: int) -> Contractor:
    firm = scenarios.build("demo")
    return replace(
        firm,
        procore_company_id=firm.procore_company_id + 10 * number,
        other_procore_company_id=firm.other_procore_company_id + 10 * number,
        realm_id=str(int(firm.realm_id) + 10 * number),
    )


def start_firm(number: int) -> Pair:
    def build(size: int, seed: int) -> Any:
        return build_firm(number)

    scenarios._BUILDERS[SCENARIO] = build
    return start_pair(scenario=SCENARIO)


def main(count: int) -> None:
    pairs = [start_firm(number) for number in range(count)]
    sys.stdout.write(json.dumps([pair.info for pair in pairs]) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    for pair in pairs:
        pair.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
