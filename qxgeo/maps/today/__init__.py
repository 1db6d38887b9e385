"""The page of a warning day, drawn without a script."""
