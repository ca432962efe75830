"""The parts that invent Lakeport; ``../build.py`` runs them."""
