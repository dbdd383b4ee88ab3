"""The engines, each in a process of its own, and the table that names them."""
