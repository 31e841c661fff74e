"""E-mail as the product meets it: a gateway that signs, readers and scanners that fetch, and an inbox to look into."""
