"""Changes of many rows at once: made while the person waits where they are few, else by a worker."""
