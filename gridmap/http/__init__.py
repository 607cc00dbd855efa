"""The door-frame: a session per request, who asks, errors as problem+json, ETags, figures about the service itself.

Promises: an error never leaves as anything but RFC 9457 problem+json with a status from one table; a request's session
is closed whatever happens, and nothing is committed unless its door said so. Sees everything below the doors.
"""
