"""Arcs and grids as TopoJSON, unquantized. Pure.

Members of our own stand beside the standard ones, as TopoJSON allows: `arc_ids` and `sides` go along with `arcs`, entry by entry.
"""

from collections.abc import Mapping
from typing import Any

from gridmap.plans.topology import Face, Topology, arc_id


def as_topojson(made: Topology, properties: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The topology as a TopoJSON object, coordinates in degrees WGS-84, longitude first; JSON-ready.

    Args:
        made: arcs and grids.
        properties: what to say of each grid, by code.
    """
    grids = [_geometry(code, face, properties.get(code, {})) for code, face in made.faces.items()]
    return {
        "type": "Topology",
        "arcs": [arc.tolist() for arc in made.arcs],
        "arc_ids": [arc_id(arc) for arc in made.arcs],
        "sides": made.sides(),
        "objects": {"grids": {"type": "GeometryCollection", "geometries": grids}},
    }


def _geometry(code: str, face: Face, properties: Mapping[str, Any]) -> dict[str, Any]:
    parts = [[list(ring.arcs) for ring in part] for part in face]
    one = len(parts) == 1
    return {
        "type": "Polygon" if one else "MultiPolygon",
        "id": code,
        "arcs": parts[0] if one else parts,
        "properties": {"code": code, **properties},
    }
