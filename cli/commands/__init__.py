"""The commands that fit in one file each."""
