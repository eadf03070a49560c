"""The plan by rules of thumb, and how it is made to keep every rule."""
