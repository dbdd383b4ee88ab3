"""The studio: pages in the browser of this machine that make a track without a terminal; a face, as the CLI is."""
