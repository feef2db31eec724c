"""KPI declarations and the one function that answers questions with them."""
