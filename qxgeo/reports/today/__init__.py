"""The call list and the record of a warning day."""
