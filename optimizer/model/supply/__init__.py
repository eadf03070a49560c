"""What power costs and earns beside the tariff: energy, day-ahead position, PPAs, carbon."""
