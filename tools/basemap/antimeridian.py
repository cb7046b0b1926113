"""Cuts at the antimeridian what world-atlas has stitched together there for maps on a sphere.

A ring that crosses is made continuous (longitudes beyond 180) and the country is given twice, once a turn apart;
clipping to the world's box afterwards leaves each half where it belongs on a flat map.
"""

from __future__ import annotations

from typing import Any

Ring = list[list[float]]


def unwrap(ring: Ring) -> Ring:
    """The ring without jumps of more than half a turn between neighbours."""
    turned: Ring = []
    turn = 0.0
    for longitude, latitude in ring:
        if turned:
            step = longitude + turn - turned[-1][0]
            turn += -360 if step > 180 else 360 if step < -180 else 0
        turned.append([longitude + turn, latitude])
    return turned


def shifted(polygons: list[list[Ring]], by: float) -> list[list[Ring]]:
    return [[[[longitude + by, latitude] for longitude, latitude in ring] for ring in polygon] for polygon in polygons]


def unstitch(collection: dict[str, Any]) -> dict[str, Any]:
    """A FeatureCollection of (Multi)Polygons, those that reach over the edge doubled a turn apart."""
    features = []
    for feature in (one for one in collection["features"] if one["geometry"]):
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        polygons = [[unwrap(ring) for ring in polygon] for polygon in polygons]
        over = [p for p in polygons if max(point[0] for point in p[0]) > 180]
        under = [p for p in polygons if min(point[0] for point in p[0]) < -180]
        parts = polygons + shifted(over, -360) + shifted(under, 360)
        features.append({**feature, "geometry": {"type": "MultiPolygon", "coordinates": parts}})
    return {"type": "FeatureCollection", "features": features}
