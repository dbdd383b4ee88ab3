"""Sound files: ffmpeg, MP3 frames, ID3 tags, and pydub as the clip bench."""
