// The page: what is on, the key that follows it, popups, lists, keyboard and print.
// Text from the data reaches the page by textContent only.

const STYLE = {
  outside: "#e9e7e1", land: "#fcfbf8", edge: "#57606a", quietEdge: "#e2e1dc", group: "#1b2530", pick: "#111111",
  water: { fill: "#cfdde3", edge: "#b7cad3" },
  park: { fill: "#dfe8d6", edge: "#d0dcc4" },
  road: { line: "#a39c8d", width: 1.1 },
  place: { line: "#c9c5bb" },
};
const CLOSE_ENOUGH = 11; // pixels from the middle of a marker, or from a line
const DISTANCES_FROM_ZOOM = 13.5; // street distances are written on lines from here
const LABEL_FROM_HOME = 52; // pixels along the line
const NUMBER_FROM_PIXELS = 26; // smaller groups are numbered when zoomed in
const ALWAYS_NUMBERED = 5; // of each sign
const LISTED_FIRST = 8; // groups of each sign; the others are folded

/** Make an element; `words` becomes its text, never markup. */
function make(tag, { words, parent, children = [], ...attributes } = {}) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  if (words !== undefined) element.textContent = words;
  element.append(...children);
  if (parent) parent.append(element);
  return element;
}

/** Put the Leaflet map in its box at once, so that other layers can be added to it. */
function makeMap(box) {
  const { west, south, east, north } = box.dataset;
  const map = L.map(box, {
    attributionControl: false, preferCanvas: true, zoomSnap: 0.25, zoomDelta: 0.5,
    wheelPxPerZoomLevel: 120, maxZoom: 18, zoomControl: true, boxZoom: true,
    fadeAnimation: false, zoomAnimation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  const view = L.latLngBounds([south, west], [north, east]);
  map.fitBounds(view, { padding: [12, 12], animate: false });
  map.setMinZoom(Math.floor(map.getZoom()) - 2);
  map.setMaxBounds(view.pad(1));
  L.control.scale({ position: "bottomleft", maxWidth: 140 }).addTo(map);
  map.home = view;
  return map;
}

/** The page around a map, once its data is unpacked. */
class Page {
  constructor(map, data) {
    this.map = map;
    this.data = data;
    this.words = data.words;
    this.shown = 0; // which statistic
    this.picked = null; // the outlined shape
    this.decode();
    this.layers = this.listLayers();
    this.on = new Set(this.layers.filter((layer) => layer.on).map((layer) => layer.key));
    this.addSheets();
    this.buildPanel();
    this.listenToMap();
    this.listenToPage();
    this.refresh();
  }

  get statistic() {
    return this.data.statistics[this.shown];
  }

  // --- reading ---------------------------------------------------------------------------------

  decode() {
    const { data } = this;
    this.units = decodeShapes(data.units.shapes);
    this.boundary = data.boundary ? decodeShapes(data.boundary) : [];
    for (const statistic of data.statistics) {
      statistic.outlines = decodeShapes(statistic.outlines);
      statistic.groups.forEach((group) => { group.at = toWorld(...group.at); });
      statistic.members = statistic.classes.map(() => []);
      statistic.label.forEach((label, unit) => statistic.members[label].push(this.units[unit]));
    }
    for (const layer of data.basemap) {
      layer.areas = layer.areas ? decodeShapes(layer.areas) : [];
      layer.lines = layer.lines ? decodeShapes(layer.lines) : [];
      layer.names.forEach((name) => { name.at = toWorld(...name.at); });
    }
    for (const link of data.links) link.shapes = decodeShapes(link.shapes);
    this.places = this.gatherPlaces();
  }

  /** Facilities by place, so that those which share one are listed together. */
  gatherPlaces() {
    const places = new Map();
    this.data.facilities.forEach((facility, index) => {
      const key = facility.at.join(" ");
      if (!places.has(key)) places.set(key, { at: toWorld(...facility.at), members: [] });
      places.get(key).members.push(index);
    });
    return [...places.values()];
  }

  listLayers() {
    const { words, data } = this;
    const found = [
      { key: "quiet", title: words.quiet, on: true },
      { key: "groups", title: words.group_numbers, on: true },
    ];
    data.kinds.forEach((kind, index) => {
      found.push({ key: `kind ${index}`, title: `${kind.plural} (${kind.n})`, on: true, kind });
    });
    data.links.forEach((link, index) => {
      found.push({ key: `link ${index}`, title: link.title, on: index === 0, link });
    });
    data.basemap.forEach((layer, index) => {
      found.push({ key: `base ${index}`, title: layer.title, on: true, base: layer });
    });
    return found;
  }

  // --- drawing ---------------------------------------------------------------------------------

  addSheets() {
    const panes = { ground: 210, evidence: 220, lines: 230, marks: 240, pick: 250 };
    this.sheets = {};
    for (const [name, zIndex] of Object.entries(panes)) {
      const pane = this.map.createPane(`hotspots-${name}`);
      pane.style.zIndex = zIndex;
      pane.style.pointerEvents = "none";
      pane.classList.toggle("hotspots-upper", name !== "ground");
      const paint = (ctx, view) => this[`paint_${name}`](ctx, view);
      this.sheets[name] = new Sheet(paint, { pane: `hotspots-${name}` }).addTo(this.map);
    }
  }

  base(kind) {
    return this.data.basemap.filter((layer, i) => layer.kind === kind && this.on.has(`base ${i}`));
  }

  paint_ground(ctx, view) {
    ctx.fillStyle = STYLE.outside;
    ctx.fillRect(0, 0, view.width, view.height);
    fillShapes(ctx, view, this.boundary, STYLE.land);
    if (this.on.has("quiet")) this.paintClasses(ctx, view, true);
    this.paintBase(ctx, view, "park");
    if (!Sheet.printing) return;
    // one sheet carries everything on paper: browsers print several canvases over each other opaque
    for (const name of ["evidence", "lines", "marks", "pick"]) this[`paint_${name}`](ctx, view);
  }

  paint_evidence(ctx, view) {
    this.paintClasses(ctx, view, false);
    ctx.globalAlpha = 0.8; // water lies over the areas, so that shores and rivers can be followed
    this.paintBase(ctx, view, "water");
    ctx.globalAlpha = 1;
  }

  paintBase(ctx, view, kind) {
    for (const layer of this.base(kind)) {
      fillShapes(ctx, view, layer.areas, STYLE[kind].fill, { edge: STYLE[kind].edge });
      strokeShapes(ctx, view, layer.lines, STYLE[kind].edge, 1.6);
    }
  }

  paintClasses(ctx, view, quiet) {
    this.statistic.classes.forEach(({ colour, hatched, quiet: isQuiet }, label) => {
      if (isQuiet !== quiet) return;
      const shapes = this.statistic.members[label];
      if (this.data.units.lines) strokeShapes(ctx, view, shapes, colour, quiet ? 2 : 4);
      else fillShapes(ctx, view, shapes, colour, { hatched, edge: quiet ? STYLE.quietEdge : colour });
    });
  }

  paint_lines(ctx, view) {
    const width = between(0.7, (view.zoom - 8) / 3, 3); // thin on the whole city, wide on a street
    for (const layer of this.base("road")) this.paintCased(ctx, view, layer.lines, STYLE.road.line, width);
    this.paintCased(ctx, view, this.boundary, STYLE.edge, width, { closed: true });
    if (this.on.has("groups")) {
      this.paintCased(ctx, view, this.statistic.outlines, STYLE.group, 0.85 * width, { closed: true });
    }
    this.data.links.forEach((link, index) => {
      if (!this.on.has(`link ${index}`)) return;
      this.paintCased(ctx, view, link.shapes, link.colour, 1.1 * width, { dash: [5, 3] });
    });
  }

  /** A line between two white ones, so that it shows on every colour. */
  paintCased(ctx, view, shapes, colour, width, options) {
    strokeShapes(ctx, view, shapes, "rgb(255 255 255 / 0.85)", width * 2.2, { ...options, dash: [] });
    strokeShapes(ctx, view, shapes, colour, width, options);
  }

  paint_marks(ctx, view) {
    const room = new Room();
    const seen = this.numbersIn(view).filter(({ at }) => room.take(view.x(at[0]), view.y(at[1]), 20, 20));
    const markers = this.visiblePlaces().map((place) => {
      const x = view.x(place.at[0]), y = view.y(place.at[1]);
      room.take(x, y, 16, 16);
      return { x, y, place };
    });
    this.paintDistances(ctx, view, room);
    this.paintNames(ctx, view, room);
    const radius = between(3.2, 3.2 + 2 * (view.zoom - 11), 9);
    for (const { x, y, place } of markers) {
      drawMarker(ctx, x, y, this.data.kinds[this.data.facilities[place.visible[0]].kind], radius);
    }
    for (const { x, y, place } of markers) {
      if (place.visible.length > 1 && radius > 5) drawCount(ctx, x, y, radius, place.visible.length);
    }
    for (const group of seen) drawNumber(ctx, view.x(group.at[0]), view.y(group.at[1]), group);
  }

  /** Groups whose number is written: the largest, and those as large as a number on the screen. */
  numbersIn(view) {
    if (!this.on.has("groups")) return [];
    const ranks = { hot: 0, cold: 0 };
    return this.statistic.groups.filter(({ cold }, index) => {
      const [west, north, east, south] = this.statistic.outlines[index].box;
      ranks[cold ? "cold" : "hot"] += 1;
      const isLarge = view.scale * Math.max(east - west, south - north) >= NUMBER_FROM_PIXELS;
      return isLarge || ranks[cold ? "cold" : "hot"] <= ALWAYS_NUMBERED;
    });
  }

  paintDistances(ctx, view, room) {
    if (view.zoom < DISTANCES_FROM_ZOOM) return;
    this.data.links.forEach((link, index) => {
      if (!this.on.has(`link ${index}`)) return;
      link.shapes.forEach(({ paths: [[x0, y0, x1, y1]] }, line) => {
        const along = Math.min(0.5, LABEL_FROM_HOME / (view.scale * Math.hypot(x1 - x0, y1 - y0)));
        const x = view.x(x0 + along * (x1 - x0)), y = view.y(y0 + along * (y1 - y0));
        if (!room.take(x, y, 7 * link.label[line].length, 16)) return;
        text(ctx, link.label[line], x, y, { size: 11.5, weight: 600, halo: "#ffffff", colour: link.colour });
      });
    });
  }

  paintNames(ctx, view, room) {
    for (const layer of this.base("place")) {
      for (const { words, at } of layer.names) {
        const x = view.x(at[0]), y = view.y(at[1]);
        if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
        setFont(ctx, 11.5, 500);
        if (!room.take(x, y, ctx.measureText(words).width + 14, 20)) continue;
        text(ctx, words, x, y, { size: 11.5, weight: 500, halo: "rgb(255 255 255 / 0.85)", colour: "#3b434c" });
      }
    }
  }

  paint_pick(ctx, view) {
    if (!this.picked) return;
    const closed = !this.data.units.lines;
    strokeShapes(ctx, view, [this.picked], "#ffffff", 5, { closed });
    strokeShapes(ctx, view, [this.picked], STYLE.pick, 2.4, { closed });
  }

  /** Places with a facility whose kind is on; `visible` holds those facilities. */
  visiblePlaces() {
    for (const place of this.places) {
      place.visible = place.members.filter((i) => this.on.has(`kind ${this.data.facilities[i].kind}`));
    }
    return this.places.filter((place) => place.visible.length);
  }

  // --- the panel -------------------------------------------------------------------------------

  buildPanel() {
    const panel = document.getElementById("layers");
    if (this.data.statistics.length > 1) {
      const set = this.fieldset(panel, this.words.statistic);
      this.data.statistics.forEach(({ title }, index) => {
        this.input(set, "radio", title, index === 0, () => this.show(index), "statistic");
      });
    }
    const sets = [
      [this.words.areas, ({ kind, link, base }) => !kind && !link && !base],
      [this.words.facilities, ({ kind, link }) => kind || link],
      [this.words.basemap, ({ base }) => base],
    ];
    for (const [title, mine] of sets) {
      const layers = this.layers.filter(mine);
      if (!layers.length) continue;
      const set = this.fieldset(panel, title);
      for (const layer of layers) {
        this.input(set, "checkbox", layer.title, layer.on, (on) => this.toggle(layer.key, on), layer.key);
      }
    }
  }

  fieldset(parent, title) {
    return make("fieldset", { parent, children: [make("legend", { words: title })] });
  }

  input(parent, type, title, checked, change, name) {
    const box = make("input", { type, name });
    box.checked = checked;
    box.addEventListener("change", () => change(box.checked));
    make("label", { parent, children: [box, make("span", { words: title })] });
  }

  toggle(key, on) {
    if (on) this.on.add(key); else this.on.delete(key);
    this.refresh();
  }

  show(index) {
    this.shown = index;
    this.map.closePopup();
    document.getElementById("headline").textContent = this.statistic.headline;
    this.refresh();
  }

  refresh() {
    Object.values(this.sheets).forEach((sheet) => sheet.repaint());
    this.buildKey();
    this.buildGroups();
    this.buildFacilities();
  }

  buildKey() {
    const key = document.getElementById("key");
    key.replaceChildren();
    let heading = "";
    for (const entry of this.statistic.classes) {
      if (entry.quiet && !this.on.has("quiet")) continue;
      const [start, strength] = entry.words.split(" – ");
      if (strength && start !== heading) make("li", { parent: key, class: "heading", words: start });
      heading = start;
      this.entry(key, strength ?? start, entry.detail, (ctx, view) => {
        ctx.beginPath();
        ctx.rect(0, 0, 26, 18);
        for (const fill of [entry.colour, entry.hatched && hatching(ctx, view, entry.colour)]) {
          if (!fill) continue;
          ctx.fillStyle = fill;
          ctx.fill();
        }
        ctx.strokeStyle = "#4a545e";
        ctx.stroke();
      });
    }
    if (this.on.has("groups") && this.statistic.groups.length) this.numberEntry(key);
    for (const layer of this.layers.filter(({ key: name }) => this.on.has(name))) this.layerEntry(key, layer);
  }

  numberEntry(key) {
    const sample = this.statistic.groups[0];
    this.entry(key, this.words.group_key, "", (ctx) => {
      ctx.scale(0.75, 0.75);
      drawNumber(ctx, 17, 12, sample);
    });
  }

  layerEntry(key, { kind, link, base }) {
    if (kind) this.entry(key, kind.words, "", (ctx) => drawMarker(ctx, 13, 9, kind, 6.5));
    if (link) this.entry(key, link.title, link.detail, (ctx) => line(ctx, link.colour, 1.8, [5, 3]));
    if (base && STYLE[base.kind]?.fill) {
      this.entry(key, base.title, "", (ctx) => {
        ctx.fillStyle = STYLE[base.kind].fill;
        ctx.fillRect(0, 0, 26, 18);
      });
    }
    if (base?.kind === "road") this.entry(key, base.title, "", (ctx) => line(ctx, STYLE.road.line, 2));
  }

  entry(key, words, detail, paint) {
    const swatch = make("canvas", { "aria-hidden": "true" });
    const sharpness = Math.max(2, Sheet.sharpness());
    swatch.width = 26 * sharpness;
    swatch.height = 18 * sharpness;
    const ctx = swatch.getContext("2d");
    ctx.scale(sharpness, sharpness);
    paint(ctx, { sharpness, left: 0, top: 0 });
    const label = make("span", { words });
    if (detail) make("small", { words: detail, parent: label });
    make("li", { parent: key, children: [swatch, label] });
  }

  // --- the lists -------------------------------------------------------------------------------

  buildGroups() {
    const { groups, outlines } = this.statistic;
    const list = document.getElementById("group-list");
    list.replaceChildren();
    document.getElementById("no-groups").hidden = groups.length > 0;
    for (const isCold of [false, true]) {
      const mine = groups.filter(({ cold }) => cold === isCold);
      const column = make("div", { parent: list });
      const first = make("ul", { parent: column, class: "list" });
      const others = mine.length > LISTED_FIRST + 2 ? this.folded(column, mine.length - LISTED_FIRST) : first;
      mine.forEach((group, rank) => {
        const card = () => [this.card(group)];
        const go = (button) => this.goTo(outlines[groups.indexOf(group)], group.at, card, button);
        this.row(rank < LISTED_FIRST ? first : others, group.number, group.heading, group.sentence, go);
      });
    }
  }

  /** The rest of a long list, folded. */
  folded(parent, n) {
    const details = make("details", { parent });
    make("summary", { parent: details, words: this.words.more.replace("#", n) });
    return make("ul", { parent: details, class: "list" });
  }

  buildFacilities() {
    const lists = document.getElementById("facility-lists");
    if (!lists || lists.childElementCount) return;
    this.data.kinds.forEach((kind, index) => {
      const details = make("details", { parent: lists, open: this.data.kinds.length === 1 });
      make("summary", { parent: details, words: `${kind.plural} (${kind.n})` });
      const list = make("ul", { parent: details, class: "list" });
      for (const place of this.places) {
        for (const member of place.members) {
          const facility = this.data.facilities[member];
          if (facility.kind !== index) continue;
          const card = () => place.members.map((i) => this.card(this.data.facilities[i]));
          const go = (button) => this.goTo(null, place.at, card, button);
          this.row(list, kind.letter, facility.heading, facility.sentence, go);
        }
      }
    });
  }

  row(list, mark, heading, sentence, go) {
    const button = make("button", {
      type: "button", words: this.words.show, "aria-label": `${this.words.show}: ${mark} ${heading}`,
    });
    button.addEventListener("click", () => go(button));
    const what = make("div", {
      children: [make("strong", { words: heading }), make("p", { words: sentence })],
    });
    make("li", { parent: list, children: [make("span", { class: "mark", words: mark }), what, button] });
  }

  goTo(shape, at, cards, button) {
    if (shape) {
      const [west, north, east, south] = shape.box;
      const box = L.latLngBounds(toLatLng([west, south]), toLatLng([east, north]));
      this.map.fitBounds(box.pad(0.6), { maxZoom: 15, animate: false });
    } else {
      this.map.setView(toLatLng(at), Math.max(15, this.map.getZoom()), { animate: false });
    }
    this.map.getContainer().parentElement.scrollIntoView({ block: "nearest" });
    this.open(at, cards(), shape, button);
  }

  // --- popups ----------------------------------------------------------------------------------

  /** One popup entry: heading, class, sentence, and figures folded away. */
  card({ heading, chip, sentence, figures, fold }) {
    const card = make("section", { class: "card", children: [make("h3", { words: heading })] });
    if (chip) make("p", { parent: card, class: "chip", words: chip });
    if (sentence) make("p", { parent: card, class: "sentence", words: sentence });
    if (figures?.length) {
      const details = make("details", { parent: card });
      make("summary", { parent: details, words: fold ?? this.words.figures });
      const table = make("table", { parent: details });
      for (const [name, value] of figures) {
        make("tr", {
          parent: table,
          children: [make("th", { scope: "row", words: name }), make("td", { words: value })],
        });
      }
    }
    return card;
  }

  unitCard(unit) {
    const { classes, label, sentence, figures } = this.statistic;
    const entry = classes[label[unit]];
    return this.card({
      heading: this.data.units.heading[unit], chip: entry.words, sentence: sentence[unit],
      figures: figures.names.map((name, i) => [name, figures.values[unit][i]]),
    });
  }

  open(at, cards, shape, button) {
    const content = make("div", { class: "cards", tabindex: "-1", children: cards });
    if (cards.length > 1) {
      content.prepend(make("p", { class: "together", words: this.words.together.replace("#", cards.length) }));
    }
    // what is unfolded must be scrolled into view, and `toggle` does not bubble
    content.addEventListener("toggle", () => this.popup?.update(), { capture: true });
    this.popup = L.popup({ maxWidth: 330, minWidth: 230, maxHeight: 320, autoPanPadding: [20, 20] })
      .setLatLng(toLatLng(at)).setContent(content);
    this.returnTo = button ?? null;
    this.map.openPopup(this.popup);
    this.popup.getElement().querySelector(".leaflet-popup-close-button")
      .setAttribute("aria-label", this.words.close);
    this.pick(shape);
    if (button) content.focus({ preventScroll: true });
  }

  pick(shape) {
    if (this.picked === shape) return;
    this.picked = shape;
    this.sheets.pick.repaint();
  }

  /** What is at a point of the map: a place with facilities, a group number, a unit. */
  find(latlng) {
    const at = toWorld(latlng.lng, latlng.lat);
    const reach = (CLOSE_ENOUGH / (256 * 2 ** this.map.getZoom())) ** 2;
    const near = (other) => (other[0] - at[0]) ** 2 + (other[1] - at[1]) ** 2;
    const closest = (items) => items.map((item) => [near(item.at), item])
      .filter(([far]) => far <= reach).sort(([a], [b]) => a - b)[0]?.[1];
    const group = closest(this.numbersIn({ scale: 256 * 2 ** this.map.getZoom() }));
    const place = !group && closest(this.visiblePlaces());
    const unit = group || place ? -1 : this.unitAt(at, reach);
    return { at, group, place, unit };
  }

  unitAt(at, reach) {
    const hit = this.data.units.lines
      ? (shape) => distance2(shape, at) <= reach
      : (shape) => contains(shape, at);
    return this.units.findIndex((shape, unit) =>
      hit(shape) && (this.on.has("quiet") || !this.statistic.classes[this.statistic.label[unit]].quiet));
  }

  inspect(latlng, button) {
    const { at, group, place, unit } = this.find(latlng);
    if (group) {
      const outline = this.statistic.outlines[this.statistic.groups.indexOf(group)];
      this.open(group.at, [this.card(group)], outline, button);
    } else if (place) {
      this.open(place.at, place.visible.map((i) => this.card(this.data.facilities[i])), null, button);
    } else if (unit >= 0) {
      this.open(at, [this.unitCard(unit)], this.units[unit], button);
    }
  }

  // --- listening -------------------------------------------------------------------------------

  listenToMap() {
    const { map } = this;
    const box = map.getContainer();
    map.on("click", ({ latlng }) => this.inspect(latlng));
    map.on("mousemove", L.Util.throttle(({ latlng }) => {
      const { group, place, unit } = this.find(latlng);
      box.classList.toggle("over", Boolean(group || place || unit >= 0));
    }, 40));
    map.on("popupclose", ({ popup }) => {
      if (popup !== this.popup) return;
      this.popup = null;
      this.pick(null);
      this.returnTo?.focus();
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === box) this.inspect(map.getCenter(), box);
    });
  }

  listenToPage() {
    const banner = document.querySelector(".banner");
    new ResizeObserver(() => {
      document.documentElement.style.setProperty("--banner", `${banner.offsetHeight}px`);
    }).observe(banner);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.map.closePopup();
    });
    document.getElementById("whole").addEventListener("click", () => {
      this.map.closePopup();
      this.map.fitBounds(this.map.home, { padding: [12, 12] });
    });
    document.getElementById("print").addEventListener("click", () => window.print());
    window.addEventListener("beforeprint", () => this.forPrint(true));
    window.addEventListener("afterprint", () => this.forPrint(false));
  }

  /** Give the map the shape of the paper while it is printed, and more dots. */
  forPrint(printing) {
    const { map } = this;
    if (printing) this.before = [map.getCenter(), map.getZoom()];
    Sheet.printing = printing;
    document.documentElement.classList.toggle("printing", printing);
    const isWhole = map.getBounds().contains(map.home);
    const bounds = isWhole ? map.home : map.getBounds();
    map.invalidateSize({ animate: false, pan: false });
    if (printing) map.fitBounds(bounds, { animate: false, padding: isWhole ? [10, 10] : [0, 0] });
    else map.setView(...this.before, { animate: false });
    this.refresh();
  }
}

function between(low, value, high) {
  return Math.max(low, Math.min(high, value));
}

function line(ctx, colour, width, dash = []) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(0, 9);
  ctx.lineTo(26, 9);
  ctx.stroke();
}

async function fill(map) {
  const data = await unpack(document.getElementById("hotspots-data").textContent);
  hotspots.page = new Page(map, data);
  document.documentElement.dataset.ready = "true";
}

const box = document.querySelector(".folium-map");
const hotspots = { map: makeMap(box), page: null, decodeShapes, contains };
hotspots.ready = fill(hotspots.map).catch((error) => {
  document.getElementById("headline").textContent = box.dataset.failed;
  throw error;
});
