"""What flexibility earns: reserve products and demand response."""
