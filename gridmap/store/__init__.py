"""Where photos and documents lie: on disk under GRIDMAP_HOME/media, or in a bucket of S3-compatible storage.

Promises: a file is named by its content (SHA-256), so that the same file lies there once and nothing is ever overwritten by
something else; what was put is there after a power cut. What a file is, its content says, never its name: `files` decides,
`pictures` and `exif` look into photos. Pillow is used here and nowhere else. Knows nothing of cases or of the database.
"""
