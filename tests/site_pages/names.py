"""Words that tests look for."""

NAME, TARGET = "Zoë", "Bartholomew"
ODD_TITLE = "Rest </script><b>&amp; “calm” 🌙"
