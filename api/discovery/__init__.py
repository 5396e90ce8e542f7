"""What the server says of itself: metadata, limits, health, documents."""
