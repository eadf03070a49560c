"""Plans of real days: ERCOT prices, temperatures, BTC figures and GPU jobs of public traces."""
