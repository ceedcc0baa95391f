"""How the scans of synthetic dossiers are made, and a set of them. Only invented people."""
