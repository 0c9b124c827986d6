"""All SQL, and nowhere else. State changes are functions named after their arrow, each fenced."""
