"""Maps as files and pages: Folium draws the shell (base maps, controls, layers by URL), never the data.

Promises that nothing drawn here points outside this machine, and that no text from data passes through Folium.
Reads only; sees the rooms below. Folium is imported here and nowhere else.
"""
