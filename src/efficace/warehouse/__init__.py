"""Where tables live: engines, the raw log and the published snapshots."""
