"""Load history: files of ended cases of any size, by columns, into pieces of their own that are attached when all is there.

Promises: what is loaded is what the plain loader would have made of each row; bounded memory; of a file nothing is to be seen,
or all; after a kill the same call goes on where it was; no case twice. Needs pyarrow: imported by who loads. `remembered`,
which is for those who take alerts, does without.
"""
