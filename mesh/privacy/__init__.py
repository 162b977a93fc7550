"""Erases a person from every layer of the lake, and keeps a record without the person in it."""
