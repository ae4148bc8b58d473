"""One simulated year of a firm, played on both sandboxes with the real engine and reckoned up every month."""
