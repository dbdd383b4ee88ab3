"""A podcast of a folder of tracks: its feed, what the show says of itself, its artwork, and which episode is which."""
