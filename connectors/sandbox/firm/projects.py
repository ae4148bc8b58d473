"""The firm's jobs: six of eight have a customer, two of those are in the books already, two cannot be kept in step."""

from __future__ import annotations

import random
from dataclasses import dataclass

from connectors.sandbox.firm.contractor import Company, Project
from connectors.sandbox.firm.names import BUILDINGS, PLACES, TAXING_STATE, make_address

ROLES = ("in_books", "in_books", "synced", "synced", "synced", "synced", "no_customer", "vendor_as_customer")


@dataclass(frozen=True, slots=True)
class Job:
    """A project and why it can or cannot be kept in step."""

    project: Project
    role: str

    @property
    def is_synced(self) -> bool:
        return self.role in ("in_books", "synced")


def make_jobs(rng: random.Random, customers: tuple[Company, ...], vendor_key: str, size: int) -> tuple[Job, ...]:
    """Eight jobs per block, one of them taxed; `vendor_key` is the company wrongly named as a customer."""
    names = [f"{place} {building}" for place in PLACES for building in BUILDINGS]
    rng.shuffle(names)
    phases = -(-size * len(ROLES) // len(names))
    names += [f"{name} Phase {phase}" for phase in range(2, phases + 1) for name in names]
    known = [customer for customer in customers if customer.procore_name and customer.qbo_name]
    jobs: list[Job] = []
    for _ in range(size):
        jobs += _make_block(rng, names, known, vendor_key, first=len(jobs) + 1)
    return tuple(jobs)


def _make_block(
    rng: random.Random, names: list[str], customers: list[Company], vendor_key: str, *, first: int
) -> list[Job]:
    roles = list(ROLES)
    rng.shuffle(roles)
    taxed = rng.choice([index for index, role in enumerate(roles) if role in ("in_books", "synced")])
    owners = rng.sample(customers, len(roles))
    jobs = []
    for index, role in enumerate(roles):
        address, _ = make_address(rng, TAXING_STATE if index == taxed else None)
        customer_keys = {"no_customer": None, "vendor_as_customer": vendor_key}
        number = first + index
        project = Project(
            key=f"project_{number}",
            number=f"26-{100 + number}",
            name=names[number - 1],
            address=address,
            customer_key=customer_keys.get(role, owners[index].key),
            in_books=role == "in_books",
            is_taxed=index == taxed,
        )
        jobs.append(Job(project, role))
    return jobs
