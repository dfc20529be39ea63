"""What the README's speed claims are measured with: ``python -m bench``."""
