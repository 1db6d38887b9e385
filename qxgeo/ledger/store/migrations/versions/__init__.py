"""One step each, in the order of their numbers; a step once released is never edited."""
