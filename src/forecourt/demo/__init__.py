"""Three dealer sites on loopback, the photos they show, and the guided tour over them. Needs no network."""
