// What the page shows: the data, decoded, and which of it is on.

const CLOSE_ENOUGH = 11; // pixels from the middle of a marker, or from a line
const NUMBER_FROM_PIXELS = 26; // smaller groups are numbered when zoomed in
const ALWAYS_NUMBERED = 5; // of each sign

class Content {
  constructor(data) {
    Object.assign(this, data);
    this.shown = 0; // which statistic
    this.decode();
    this.layers = this.listLayers();
    this.on = new Set(this.layers.filter((layer) => layer.on).map((layer) => layer.key));
  }

  get statistic() {
    return this.statistics[this.shown];
  }

  decode() {
    this.lines = this.units.lines;
    this.headings = this.units.heading;
    this.units = decodeShapes(this.units.shapes);
    // how large a usual area is, in world units
    this.across = Math.sqrt(median(this.units.map(({ box }) => (box[2] - box[0]) * (box[3] - box[1]))));
    this.boundary = this.boundary ? decodeShapes(this.boundary) : [];
    for (const statistic of this.statistics) {
      statistic.outlines = decodeShapes(statistic.outlines);
      statistic.groups.forEach((group, index) => {
        group.at = toWorld(...group.at);
        group.outline = statistic.outlines[index];
      });
      statistic.members = statistic.classes.map(() => []);
      statistic.label.forEach((label, unit) => statistic.members[label].push(this.units[unit]));
    }
    for (const layer of this.basemap) {
      layer.areas = layer.areas ? decodeShapes(layer.areas) : [];
      layer.lines = layer.lines ? decodeShapes(layer.lines) : [];
      layer.names.forEach((name) => { name.at = toWorld(...name.at); });
    }
    for (const layer of [...this.links, ...this.catchments]) layer.shapes = decodeShapes(layer.shapes);
    this.places = this.gatherPlaces();
  }

  /** Facilities by place, so that those which share one are listed together. */
  gatherPlaces() {
    const places = new Map();
    this.facilities.forEach((facility, index) => {
      const key = facility.at.join(" ");
      if (!places.has(key)) places.set(key, { at: toWorld(...facility.at), members: [] });
      places.get(key).members.push(index);
    });
    return [...places.values()];
  }

  listLayers() {
    const { words } = this;
    const found = [
      { key: "quiet", title: words.quiet, on: true },
      { key: "groups", title: words.group_numbers, on: true },
    ];
    this.kinds.forEach((kind, index) => {
      found.push({ key: `kind ${index}`, title: `${kind.plural} (${kind.n})`, on: true, kind });
    });
    this.links.forEach((link, index) => {
      found.push({ key: `link ${index}`, title: link.title, on: index === 0, link });
    });
    this.catchments.forEach((reach, index) => {
      found.push({ key: `reach ${index}`, title: reach.title, on: false, reach });
    });
    this.basemap.forEach((layer, index) => {
      found.push({ key: `base ${index}`, title: layer.title, on: true, base: layer });
    });
    return found;
  }

  base(kind) {
    return this.basemap.filter((layer, i) => layer.kind === kind && this.on.has(`base ${i}`));
  }

  /** Places with a facility whose kind is on; `visible` holds those facilities. */
  visiblePlaces() {
    for (const place of this.places) {
      place.visible = place.members.filter((i) => this.on.has(`kind ${this.facilities[i].kind}`));
    }
    return this.places.filter((place) => place.visible.length);
  }

  /** Groups whose number is written: the largest, and those as large as a number on the screen. */
  numbersIn(view) {
    if (!this.on.has("groups")) return [];
    const ranks = { hot: 0, cold: 0 };
    return this.statistic.groups.filter(({ cold, outline }) => {
      const [west, north, east, south] = outline.box;
      ranks[cold ? "cold" : "hot"] += 1;
      const isLarge = view.scale * Math.max(east - west, south - north) >= NUMBER_FROM_PIXELS;
      return isLarge || ranks[cold ? "cold" : "hot"] <= ALWAYS_NUMBERED;
    });
  }

  /** What is at a point of the map: a place with facilities, a group number, a unit. */
  find(latlng, zoom) {
    const at = toWorld(latlng.lng, latlng.lat);
    const scale = 256 * 2 ** zoom;
    const reach = (CLOSE_ENOUGH / scale) ** 2;
    const far = ({ at: [x, y] }) => (x - at[0]) ** 2 + (y - at[1]) ** 2;
    const closest = (items) => items.filter((item) => far(item) <= reach).sort((a, b) => far(a) - far(b))[0];
    const group = closest(this.numbersIn({ scale }));
    const place = group ? undefined : closest(this.visiblePlaces());
    const unit = group || place ? -1 : this.unitAt(at, reach);
    return { at, group, place, unit };
  }

  unitAt(at, reach) {
    const hit = this.lines
      ? (shape) => distance2(shape, at) <= reach
      : (shape) => contains(shape, at);
    return this.units.findIndex((shape, unit) =>
      hit(shape) && (this.on.has("quiet") || !this.statistic.classes[this.statistic.label[unit]].quiet));
  }
}
