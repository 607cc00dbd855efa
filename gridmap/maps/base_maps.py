"""The base maps one may lie under the grids: read from the setting, refused where they would lie beside them."""

from dataclasses import replace
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from gridmap.errors import Invalid, msg
from gridmap.faults import faults


class BaseMap(BaseModel):
    """Raster tiles by URL template (`{z}/{x}/{y}`), in Web Mercator.

    GCJ-02 and BD-09 tiles lie some 500 m off every grid, so they are not taken.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name_zh: str
    name_en: str
    url: str
    datum: Literal["wgs84", "cgcs2000"]
    attribution: str = ""
    max_zoom: int = 18

    @property
    def origin(self) -> str:
        """What the page must be allowed to load pictures from; empty for this machine's own."""
        parts = urlsplit(self.url)
        host = parts.netloc.replace("{s}", "*")
        return f"{parts.scheme or 'https'}://{host}" if host else ""


_LIST = TypeAdapter(list[BaseMap])


def read(text: str) -> tuple[BaseMap, ...]:
    """The setting `base_maps` (JSON list, or empty) as base maps; raises Invalid with the reason."""
    if not text.strip():
        return ()
    try:
        return tuple(_LIST.validate_json(text))
    except ValidationError as error:
        wrong = [replace(fault, field=f"GRIDMAP_BASE_MAPS.{fault.field}".strip(".")) for fault in faults(error)]
        raise Invalid(msg("The base maps are not understood (only wgs84 and cgcs2000 lie in place):"), faults=wrong) from error
