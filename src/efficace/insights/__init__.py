"""What the numbers mean: findings with their evidence, their stake and what to do next."""
