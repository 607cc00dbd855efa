"""The deeds of drawing: each a pure function from a state to what one step changes.

They refuse what makes no sense; what makes sense and is not good yet is done, and `problems` tells what is still wrong.
"""
