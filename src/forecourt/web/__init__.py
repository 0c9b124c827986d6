"""Pages, API and events over HTTP. Reads the database and the photo store; never fetches and never parses."""
