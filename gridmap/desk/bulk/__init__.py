"""Find the grid of every point of a file of any size, and write the file again with the answers.

Promises: the answers of `routing.route`; bounded memory; never half a file under the final name; after a kill the same
call goes on where it was, and what it writes is what it would have written. Needs pyarrow: imported by who asks for it.
"""
