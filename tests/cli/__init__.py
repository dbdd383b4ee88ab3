"""Tests of the command line; a package, so that its modules may have the names of others."""
