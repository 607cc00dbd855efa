"""Whole stories, told in a real browser against a real server: what a person sees, does, and relies on."""
