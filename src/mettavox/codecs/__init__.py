"""Sound files: LAME and ffmpeg, MP3 frames, ID3 tags, and pydub as the clip bench."""
