"""What the connections tell the layers above, which they do not know. Both are sent in the scope of the tenant.

`connection` is the Connection row as saved.
"""

from __future__ import annotations

from django.dispatch import Signal

# A person connected or connected again: what waited for it may go on.
connection_restored = Signal()
# The vendor no longer accepts us: what needs it must wait. `reason` says why.
connection_broken = Signal()
# A vendor's events were stored. Sent with `tenant_id`, outside any transaction.
events_arrived = Signal()
