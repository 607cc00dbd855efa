"""Made-up alerts, plainly marked as such: what cameras, terminals, the hotline and residents of the demo town might send.

Pure: a random generator, the town's camera poles and the time go in, the body of one POST /api/v1/alerts comes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, pi, radians, sin
from random import Random
from typing import Any

from gridmap.geo.datum import wgs84_to_gcj02

STANDARD = "GB/T 47678.5-2026"
MARK = "【演示】"
METRES_PER_DEGREE = 111_320.0
OUTSIDE_M = 20_000.0
MAYBE_OUTSIDE = 0.03
MAYBE_UNMAPPED = 0.08

# Codes of data/categories/source_codes.csv with what a camera's report says.
CAMERA_CODES = {
    "dahua": (
        ("890", "发现暴露垃圾"),
        ("895", "垃圾桶满溢"),
        ("882", "店铺占道经营"),
        ("893", "机动车违停"),
        ("894", "非机动车乱停放"),
    ),
    "ai-box": (
        ("GarbageExposed", "发现暴露垃圾"),
        ("OffStoreOperation", "店外经营"),
        ("RoadOccupatedInOperation", "占道经营"),
        ("NoneMotorVehicleParking", "非机动车乱停放"),
        ("RoadDamaged", "路面破损"),
    ),
}
UNMAPPED = (("demo-unknown-1", "未登记的识别类型（演示）"), ("demo-unknown-2", "新算法试运行（演示）"))
# What terminals and residents see, what the hotline is told: kind, code and words of each.
SEEN = (
    ("matter", "06012", "路面不洁，落叶与烟头较多"),
    ("matter", "06017", "绿化带内有塑料袋、饮料瓶"),
    ("matter", "06036", "楼道口堆放杂物，影响通行"),
    ("matter", "09010", "共享单车堵住盲道"),
    ("matter", "07003", "擅自设置户外广告"),
    ("component", "01003", "雨水井盖松动，车辆经过有异响"),
)
TOLD = (
    ("matter", "06028", "居民反映夜间噪声扰民"),
    ("matter", "09009", "居民反映路口有汽车乱停"),
    ("component", "01037", "居民反映路灯连续不亮"),
    ("matter", "06010", "居民反映垃圾无人清运"),
)


@dataclass(frozen=True)
class Pole:
    """A camera as the alerts need it: its id, vendor, the road in its name, and where it stands (EPSG:4326, lon/lat)."""

    id: str
    vendor: str
    road: str
    lon: float
    lat: float


def poles(cameras: dict[str, Any]) -> list[Pole]:
    """The poles of a GeoJSON feature collection of cameras."""
    found = []
    for feature in cameras["features"]:
        if not feature.get("geometry"):
            continue
        lon, lat = feature["geometry"]["coordinates"][:2]
        told = feature["properties"]
        road = str(told.get("name") or "").split(" ")[-1] or "城桥镇"
        found.append(Pole(str(told["id"]), str(told.get("vendor") or ""), road, lon, lat))
    return found


def alert(rng: Random, town: Sequence[Pole], now: datetime) -> dict[str, Any]:
    """One alert that happened a few seconds before `now` (aware). `town` must not be empty."""
    (make,) = rng.choices((_camera, _terminal, _hotline, _resident), weights=(45, 30, 15, 10))
    body = make(rng, rng.choice(town))
    occurred = now - timedelta(seconds=rng.uniform(1, 40))
    return {"source_id": f"sim-{rng.getrandbits(80):020x}", "occurred_at": occurred.isoformat(timespec="seconds"), **body}


def _near(rng: Random, pole: Pole, within_m: float) -> tuple[float, float]:
    """A place within so many metres of a pole, or now and then far outside the town."""
    far = rng.random() < MAYBE_OUTSIDE
    metres, angle = OUTSIDE_M if far else within_m * rng.random() ** 0.5, rng.uniform(0, 2 * pi)
    lat = pole.lat + metres * sin(angle) / METRES_PER_DEGREE
    lon = pole.lon + metres * cos(angle) / (METRES_PER_DEGREE * cos(radians(pole.lat)))
    return lon, lat


def _place(lon: float, lat: float, datum: str) -> dict[str, Any]:
    return {"lon": round(lon, 7), "lat": round(lat, 7), "datum": datum}


def _category(kind: str, code: str) -> dict[str, str]:
    return {"standard_ref": STANDARD, "kind": kind, "code": code}


def _camera(rng: Random, pole: Pole) -> dict[str, Any]:
    """What a camera's software sends: its id and its vendor's code; the place is where it looks."""
    known = CAMERA_CODES.get(pole.vendor, CAMERA_CODES["ai-box"])
    code, text = rng.choice(UNMAPPED if rng.random() < MAYBE_UNMAPPED else known)
    # A box beside a camera of another maker speaks its own words, so it must send under its own name.
    source = "camera-ai" if pole.vendor in CAMERA_CODES else "ai-box"
    return {"source": source, "camera_id": pole.id, "source_code": code, "text": f"{MARK}{pole.road}{text}"}


def _terminal(rng: Random, pole: Pole) -> dict[str, Any]:
    """What a city-management terminal sends: a chosen category and a point in GCJ-02."""
    kind, code, text = rng.choice(SEEN)
    lon, lat = wgs84_to_gcj02(*_near(rng, pole, 150))
    return {
        "source": "city-terminal",
        "category": _category(kind, code),
        "location": _place(float(lon), float(lat), "gcj02"),
        "accuracy_m": round(rng.uniform(3, 15), 1),
        "text": f"{MARK}{pole.road}{text}",
    }


def _hotline(rng: Random, pole: Pole) -> dict[str, Any]:
    """What the hotline sends: words, an address, a rough place; sometimes no place at all."""
    kind, code, text = rng.choice(TOLD)
    body = {
        "source": "hotline-12345",
        "category": _category(kind, code),
        "address": f"城桥镇{pole.road}{rng.randint(1, 400)}号附近（演示地址）",
        "text": f"{MARK}{text}",
    }
    if rng.random() < MAYBE_OUTSIDE:
        return body
    return body | {"location": _place(*_near(rng, pole, 250), "wgs84"), "accuracy_m": round(rng.uniform(60, 250), 1)}


def _resident(rng: Random, pole: Pole) -> dict[str, Any]:
    """What a resident's telephone sends: a position good to some ten metres."""
    kind, code, text = rng.choice(SEEN)
    return {
        "source": "resident",
        "category": _category(kind, code),
        "location": _place(*_near(rng, pole, 120), "wgs84"),
        "accuracy_m": round(rng.uniform(8, 40), 1),
        "text": f"{MARK}{pole.road}{text}",
    }
