"""A track inside an episode that exists: where the seams are, how loud it is, and what the episode keeps."""
