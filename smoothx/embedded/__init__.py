"""A private PostgreSQL and a private Valkey for a machine where DATABASE_URL and REDIS_URL are not set.

Development and tests only: the programs come from two wheels of the `dev` extra. How it holds together:

- One keeper process per local directory (`.local/`, or SMOOTHX_LOCAL_DIR) starts both servers as its children
  and is the only process that ever signals them. A file lock admits one keeper at a time.
- Every process that uses the servers holds one connection to the keeper's socket. The operating system closes
  it however that process ends, kill -9 included, so the keeper always knows who is left. When the last
  connection is gone it stops both servers and leaves.
- A forked child shares its parent's connection and counts as the same user. A child started with exec inherits
  only DATABASE_URL and REDIS_URL: it is not counted, and loses the servers when the process that got them ends.
- On Linux the servers are also told by the kernel when the keeper is killed. Elsewhere the next keeper finds
  them by the pid, the start time and the command line it wrote down, and stops them first.
"""

from __future__ import annotations

from smoothx.embedded.programs import ServicesUnavailable
from smoothx.embedded.services import Services, ensure_services, stop_services

__all__ = ["Services", "ServicesUnavailable", "ensure_services", "stop_services"]
