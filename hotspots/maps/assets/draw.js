// Drawing: canvas sheets that move and zoom with the map, and what is painted on them.

const BATCH = 256; // cells in one path: far larger paths take browsers seconds

/** One canvas over the map. `paint(ctx, view)` draws all of it whenever the view changes. */
const Sheet = L.Renderer.extend({
  options: { padding: 0.2 },

  initialize(paint, options) {
    this._paint = paint;
    L.Renderer.prototype.initialize.call(this, options);
  },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._ctx = this._container.getContext("2d");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
    delete this._ctx;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this.repaint();
  },

  _reset() {
    L.Renderer.prototype._reset.call(this);
    L.DomUtil.setPosition(this._container, this._bounds.min); // on whole pixels, else it is blurred
  },

  repaint() {
    if (!this._map) return;
    const size = this._bounds.getSize();
    const sharpness = Sheet.sharpness();
    this._container.width = Math.round(size.x * sharpness);
    this._container.height = Math.round(size.y * sharpness);
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this._ctx.setTransform(sharpness, 0, 0, sharpness, 0, 0);
    this._paint(this._ctx, viewOf(this._map, this._bounds, sharpness));
  },
});

/** Device pixels for each pixel of the page; more on paper. */
Sheet.sharpness = () => Math.max(window.devicePixelRatio || 1, Sheet.printing ? 3 : 1);
Sheet.printing = false;

/** How world coordinates fall on a sheet: pixel = world * scale - (left, top). */
function viewOf(map, bounds, sharpness) {
  const zoom = map.getZoom();
  const scale = 256 * 2 ** zoom;
  const corner = map.getPixelOrigin().add(bounds.min);
  const size = bounds.getSize();
  return {
    zoom, scale, sharpness,
    left: corner.x, top: corner.y, width: size.x, height: size.y,
    x: (world) => world * scale - corner.x,
    y: (world) => world * scale - corner.y,
  };
}

function isVisible({ box }, view) {
  return view.x(box[0]) < view.width && view.x(box[2]) > 0 &&
    view.y(box[1]) < view.height && view.y(box[3]) > 0;
}

/** Add a shape's paths to the current path. */
function trace(ctx, view, shape, closed) {
  for (const path of shape.paths) {
    for (let i = 0; i < path.length; i += 2) {
      const x = view.x(path[i]), y = view.y(path[i + 1]);
      if (i) ctx.lineTo(x, y); else ctx.moveTo(x, y);
    }
    if (closed) ctx.closePath();
  }
}

/** Trace shapes a batch at a time and call `ink` after each. */
function inBatches(ctx, view, shapes, closed, ink) {
  for (let start = 0; start < shapes.length; start += BATCH) {
    ctx.beginPath();
    for (const shape of shapes.slice(start, start + BATCH)) trace(ctx, view, shape, closed);
    ink();
  }
}

/** Fill shapes, with a hairline of the same colour so that neighbours leave no gap. */
function fillShapes(ctx, view, shapes, fill, { hatched = false, edge = fill } = {}) {
  const lines = hatched ? hatching(ctx, view, fill) : null;
  inBatches(ctx, view, shapes.filter((shape) => isVisible(shape, view)), true, () => {
    ctx.fillStyle = fill;
    ctx.fill("evenodd");
    ctx.strokeStyle = edge;
    ctx.lineWidth = 0.6;
    ctx.stroke();
    if (!lines) return;
    ctx.fillStyle = lines;
    ctx.fill("evenodd");
  });
}

function strokeShapes(ctx, view, shapes, colour, width, { closed = false, dash = [] } = {}) {
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.lineJoin = ctx.lineCap = "round";
  ctx.setLineDash(dash);
  inBatches(ctx, view, shapes.filter((shape) => isVisible(shape, view)), closed, () => ctx.stroke());
  ctx.restore();
}

/** Diagonal lines that show on `colour`, fixed to the ground. */
function hatching(ctx, view, colour) {
  const side = 7, pixels = Math.round(side * view.sharpness);
  const tile = document.createElement("canvas");
  tile.width = tile.height = pixels;
  const pen = tile.getContext("2d");
  pen.strokeStyle = isDark(colour) ? "rgb(255 255 255 / 0.5)" : "rgb(8 48 107 / 0.5)";
  pen.lineWidth = 1.1 * view.sharpness;
  for (const shift of [-pixels, 0, pixels]) {
    pen.moveTo(shift - 1, pixels + 1);
    pen.lineTo(shift + pixels + 1, -1);
  }
  pen.stroke();
  const pattern = ctx.createPattern(tile, "repeat");
  const scale = side / pixels;
  pattern.setTransform(new DOMMatrix([scale, 0, 0, scale, -(view.left % side), -(view.top % side)]));
  return pattern;
}

function isDark(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 140;
}

const OUTLINES = {
  circle: null,
  square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
  triangle: [[0, -1.4], [1.35, 1], [-1.35, 1]],
  hexagon: [[-0.6, -1.05], [0.6, -1.05], [1.15, 0], [0.6, 1.05], [-0.6, 1.05], [-1.15, 0]],
};

/** Draw a facility: its kind's shape and, where there is room, its letter. */
function drawMarker(ctx, x, y, kind, radius) {
  ctx.save();
  ctx.translate(x, y);
  ctx.beginPath();
  const outline = OUTLINES[kind.shape];
  if (outline) outline.forEach(([dx, dy]) => ctx.lineTo(dx * radius, dy * radius));
  else ctx.arc(0, 0, radius, 0, 2 * Math.PI);
  ctx.closePath();
  ctx.lineWidth = radius > 5 ? 3 : 2;
  ctx.strokeStyle = "#ffffff";
  ctx.stroke();
  ctx.fillStyle = kind.colour;
  ctx.fill();
  if (radius > 5) text(ctx, kind.letter, 0, kind.shape === "triangle" ? 2 : 0.5,
    { size: radius * 1.35, weight: 700, colour: "#ffffff" });
  ctx.restore();
}

/** Say how many facilities share a place. */
function drawCount(ctx, x, y, radius, count) {
  ctx.beginPath();
  ctx.arc(x + radius, y - radius, 6.5, 0, 2 * Math.PI);
  ctx.fillStyle = "#ffffff";
  ctx.fill();
  ctx.lineWidth = 1.2;
  ctx.strokeStyle = "#1b2530";
  ctx.stroke();
  text(ctx, String(count), x + radius, y - radius + 0.5, { size: 9, weight: 700 });
}

const FONT = '"Segoe UI", system-ui, -apple-system, "Helvetica Neue", "DejaVu Sans", sans-serif';

function setFont(ctx, size, weight) {
  ctx.font = `${weight} ${size}px ${FONT}`;
}

/** Write centred text, with a halo where one is asked for. */
function text(ctx, words, x, y, { size = 12, weight = 400, colour = "#1b2530", halo = null } = {}) {
  setFont(ctx, size, weight);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  if (halo) {
    ctx.lineJoin = "round";
    ctx.lineWidth = 3.2;
    ctx.strokeStyle = halo;
    ctx.strokeText(words, x, y);
  }
  ctx.fillStyle = colour;
  ctx.fillText(words, x, y);
}

/** The number of a group: round for hot or high, square for cold or low. */
function drawNumber(ctx, x, y, group) {
  const size = group.number.length > 2 ? 9 : 11;
  const radius = 9.5;
  ctx.beginPath();
  if (group.cold) ctx.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  else ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fillStyle = "#ffffff";
  ctx.fill();
  ctx.lineWidth = 1.6;
  ctx.strokeStyle = "#1b2530";
  ctx.stroke();
  text(ctx, group.number, x, y + 0.5, { size, weight: 700 });
}

/** Boxes taken by words and numbers, so that none is written over another. */
class Room {
  constructor() {
    this.taken = [];
  }

  /** Take a box around a point if it is free. */
  take(x, y, width, height) {
    const box = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    const clash = this.taken.some((other) =>
      box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
    if (!clash) this.taken.push(box);
    return !clash;
  }
}

function between(low, value, high) {
  return Math.max(low, Math.min(high, value));
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
