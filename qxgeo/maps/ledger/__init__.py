"""Pages of the ledger: where problems and sites are, and when tasks fall due."""
