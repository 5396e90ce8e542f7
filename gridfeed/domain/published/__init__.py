"""What is published and compared: validity, aligned values, scores, explanations."""
