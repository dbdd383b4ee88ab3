"""The pages of a folder of tracks: an index, a page for each track, and a server of them."""
