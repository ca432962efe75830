// Reading the data block: gzipped JSON, and shapes as running differences of whole numbers.

/** Unpack the base64 text of a data block. */
async function unpack(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** Longitude and latitude in degrees to Web Mercator in a square of side 1, y to the south. */
function toWorld(lon, lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [(lon + 180) / 360, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

/** The inverse of toWorld, as Leaflet wants it. */
function toLatLng([x, y]) {
  return L.latLng((Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, x * 360 - 180);
}

/**
 * Decode shapes: each has paths (Float64Array of x, y in world units) and a box (west, north, east,
 * south). One pair of running sums goes through the whole layer.
 */
function decodeShapes({ decimals, xy, paths, shapes }) {
  const scale = 10 ** decimals;
  let lon = 0, lat = 0, next = 0, path = 0;
  return shapes.map((count) => {
    const shape = { paths: [], box: [Infinity, Infinity, -Infinity, -Infinity] };
    for (const end = path + count; path < end; path += 1) {
      const points = new Float64Array(2 * paths[path]);
      for (let i = 0; i < points.length; i += 2) {
        lon += xy[next++];
        lat += xy[next++];
        const [x, y] = toWorld(lon / scale, lat / scale);
        points[i] = x;
        points[i + 1] = y;
        extend(shape.box, x, y);
      }
      shape.paths.push(points);
    }
    return shape;
  });
}

function extend(box, x, y) {
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x);
  box[3] = Math.max(box[3], y);
}

/** Whether a world point lies in a shape of closed paths, by the even-odd rule. */
function contains(shape, [x, y]) {
  const [west, north, east, south] = shape.box;
  if (x < west || x > east || y < north || y > south) return false;
  let inside = false;
  for (const path of shape.paths) {
    for (let i = 0, j = path.length - 2; i < path.length; j = i, i += 2) {
      const above = path[i + 1] > y;
      if (above === path[j + 1] > y) continue;
      const crossing = ((path[j] - path[i]) * (y - path[i + 1])) / (path[j + 1] - path[i + 1]);
      if (x < crossing + path[i]) inside = !inside;
    }
  }
  return inside;
}

/** Squared distance from a world point to the nearest segment of a shape of open paths. */
function distance2(shape, [x, y]) {
  let best = Infinity;
  for (const path of shape.paths) {
    for (let i = 0; i + 3 < path.length; i += 2) {
      const dx = path[i + 2] - path[i], dy = path[i + 3] - path[i + 1];
      const along = ((x - path[i]) * dx + (y - path[i + 1]) * dy) / (dx * dx + dy * dy || 1);
      const t = Math.max(0, Math.min(1, along));
      best = Math.min(best, (path[i] + t * dx - x) ** 2 + (path[i + 1] + t * dy - y) ** 2);
    }
  }
  return best;
}
