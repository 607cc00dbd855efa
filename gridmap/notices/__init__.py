"""Notices (通知): what somebody should know about a case, in their inbox, by webhook and by mail; and what reporters are told.

Promises: a notice is written in the transaction of what it tells about, for each recipient once; nobody is shown another's;
what goes out of the house goes only where the settings say. Sees accounts, people, cases, the journal and the ground.
"""
