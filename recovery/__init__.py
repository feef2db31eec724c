"""Recovery and coverage: on simulated companies every metric finds its truth, as often as its interval says."""
