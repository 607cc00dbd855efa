"""GeoPackage, by GDAL (pyogrio), whose columns are pyarrow's too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio

from gridmap.errors import Invalid, msg
from gridmap.geo.files.contents import Counted
from gridmap.geo.files.layers import GDAL_ERRORS, check_geopackage, quietly, unreadable
from gridmap.geo.streams import points
from gridmap.geo.streams.batches import Batch, Floats, Held, check_points, plain, without

_ROWS = 65_536
_ANY = "Unknown"  # A layer that takes any kind of geometry.
_PLACE = "geom"


class GeoPackageSource:
    """The one layer of a GeoPackage. Raises Invalid where it is none, or has several."""

    def __init__(self, path: Path) -> None:
        check_geopackage(path)
        self._path = path
        try:
            with quietly():
                layers = [str(layer) for layer, kind in pyogrio.list_layers(path) if kind is not None]
                if len(layers) != 1:
                    raise Invalid(msg("The GeoPackage must hold one layer of points, it holds %(count)s"), count=len(layers))
                self._layer = layers[0]
                info = pyogrio.read_info(path, layer=self._layer, force_feature_count=True)
                with self._opened(0) as (about, reader):
                    schema = reader.schema
        except GDAL_ERRORS as error:
            raise unreadable(error) from error
        check_points([kind for kind in (info["geometry_type"],) if kind != _ANY])
        place = about["geometry_name"] or "wkb_geometry"
        self.held = Held(_bare(schema), Counted.FEATURE, about["crs"], None, place, info["features"])

    def _opened(self, skip: int) -> Any:
        return pyogrio.open_arrow(self._path, layer=self._layer, skip_features=skip, batch_size=_ROWS, use_pyarrow=True)

    def batches(self, skip: int) -> Iterator[Batch]:
        """See `Source`."""
        number = skip + 1
        try:
            with quietly(), self._opened(skip) as (_, reader):
                for some in reader:
                    table = pa.Table.from_batches([some]).cast(self.held.schema)
                    numbers = np.arange(number, number + table.num_rows, dtype=np.int64)
                    yield Batch(table, *points.of_geometry(table[self.held.geometry]), numbers)
                    number += table.num_rows
        except (*GDAL_ERRORS, pa.ArrowInvalid) as error:
            raise unreadable(error) from error


def _bare(schema: Any) -> Any:
    """Without GDAL's remarks on the columns."""
    return pa.schema([pa.field(field.name, field.type) for field in schema])


class GeoPackageFile:
    """One layer, called as the file; one transaction a batch. Of another GeoPackage places stay as they are."""

    def __init__(self, draft: Path, schema: Any, held: Held, *, layer: str, same: bool, mark: int) -> None:
        self._draft, self._layer, self._rows = draft, layer, mark
        self._crs = held.crs if same else "EPSG:4326"
        self._place, self._foreign = (held.geometry or _PLACE, None) if same else (_PLACE, held.geometry)
        self._same, self._schema = same, schema
        if not mark:
            draft.unlink(missing_ok=True)
        # A batch may have been written of which the ledger does not know yet: it comes again, and is left out.
        self._ahead = self._present() - mark if mark else 0

    def _present(self) -> int:
        with quietly():
            return int(pyogrio.read_info(self._draft, layer=self._layer, force_feature_count=True)["features"])

    def write(self, table: Any, lon: Floats, lat: Floats) -> int | None:
        """See `Sink`. The mark counts rows."""
        self._rows += table.num_rows
        known, self._ahead = min(self._ahead, table.num_rows), max(self._ahead - table.num_rows, 0)
        if known < table.num_rows:
            self._append(table.slice(known), lon[known:], lat[known:])
        return self._rows

    def _append(self, table: Any, lon: Floats, lat: Floats) -> None:
        told = plain(without(table, self._foreign))
        if not self._same:
            told = told.append_column(_PLACE, points.to_wkb(lon, lat))
        fresh = not self._draft.exists()
        routed = (table.schema.metadata or {}).get(b"gridmap", b"").decode()
        try:
            with quietly():
                pyogrio.write_arrow(
                    told,
                    self._draft,
                    layer=self._layer,
                    driver="GPKG",
                    append=not fresh,
                    geometry_name=self._place,
                    geometry_type="Unknown" if self._same else "Point",
                    crs=self._crs,
                    layer_options={"GEOMETRY_NAME": self._place} if fresh else None,
                    layer_metadata={"gridmap": routed} if fresh else None,
                )
        except GDAL_ERRORS as error:
            raise Invalid(
                msg("%(file)s can't be written: %(why)s"), field="file", file=self._draft.name, why=str(error)[:300]
            ) from error

    def close(self) -> None:
        """See `Sink`."""
        if not self._draft.exists():
            self._append(self._schema.empty_table(), np.empty(0), np.empty(0))

    def leave(self) -> None:
        """See `Sink`."""
