"""Published values and their comparison: validity, aligned values, scores, explanations."""
