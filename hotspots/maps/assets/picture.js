// The picture: what is painted on which sheet, from the ground up.

const STYLE = {
  outside: "#e9e7e1", land: "#fcfbf8", edge: "#57606a", quietEdge: "#e2e1dc", fewQuietEdge: "#7d848a", group: "#1b2530", pick: "#111111",
  water: { fill: "#cfdde3", edge: "#b7cad3" },
  park: { fill: "#dfe8d6", edge: "#d0dcc4" },
  road: { line: "#a39c8d", width: 1.1 },
  place: { line: "#c9c5bb" },
};
const REACH_FILL = 0.16; // of a catchment's colour
const DISTANCES_FROM_ZOOM = 13.5; // street distances are written on lines from here
const BORDERS_FROM_PIXELS = 22; // areas at least this large get a border
const FEW_AREAS = 300; // up to so many are told apart by their outlines
const BESIDE = [0, 20, -20, 40, -40]; // pixels below its own place where a name may stand
const LABEL_FROM_HOME = 52; // pixels along the line

class Picture {
  constructor(map, content) {
    this.map = map;
    this.content = content;
    this.picked = null; // the outlined shape
    this.addSheets();
  }

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

  repaint() {
    Object.values(this.sheets).forEach((sheet) => sheet.repaint());
  }

  /** Outline one shape, or none. */
  pick(shape) {
    if (this.picked === shape) return;
    this.picked = shape;
    this.sheets.pick.repaint();
  }

  paint_ground(ctx, view) {
    ctx.fillStyle = STYLE.outside;
    ctx.fillRect(0, 0, view.width, view.height);
    fillShapes(ctx, view, this.content.boundary, STYLE.land);
    if (this.content.on.has("quiet")) this.paintClasses(ctx, view, true);
    this.paintBase(ctx, view, "park");
    if (!Sheet.printing) return;
    // one sheet carries everything on paper: browsers print several canvases over each other opaque
    for (const name of ["evidence", "lines", "marks", "pick"]) this[`paint_${name}`](ctx, view);
  }

  paint_evidence(ctx, view) {
    this.paintClasses(ctx, view, false);
    this.paintBorders(ctx, view);
    ctx.globalAlpha = 0.8; // water lies over the areas, so that shores and rivers can be followed
    this.paintBase(ctx, view, "water");
    ctx.globalAlpha = 1;
  }

  /** White lines between areas of one colour, once they are large on the screen. */
  paintBorders(ctx, view) {
    const { statistic, lines, across } = this.content;
    if (lines || across * view.scale < BORDERS_FROM_PIXELS) return;
    const width = between(0.9, (across * view.scale) / 60, 2);
    statistic.classes.forEach(({ quiet }, label) => {
      if (quiet) return;
      strokeShapes(ctx, view, statistic.members[label], "rgb(255 255 255 / 0.7)", width, { closed: true });
    });
  }

  paintBase(ctx, view, kind) {
    for (const layer of this.content.base(kind)) {
      fillShapes(ctx, view, layer.areas, STYLE[kind].fill, { edge: STYLE[kind].edge });
      strokeShapes(ctx, view, layer.lines, STYLE[kind].edge, 1.6);
    }
  }

  paintClasses(ctx, view, quiet) {
    this.content.statistic.classes.forEach(({ colour, hatched, quiet: isQuiet }, label) => {
      if (isQuiet !== quiet) return;
      const shapes = this.content.statistic.members[label];
      if (this.content.lines) strokeShapes(ctx, view, shapes, colour, quiet ? 2 : 4);
      else fillShapes(ctx, view, shapes, colour, { hatched, edge: quiet ? this.quietEdge() : colour });
    });
  }

  /** The outline of areas without clear difference: faint where there are many, as in a grid. */
  quietEdge() {
    return this.content.units.length > FEW_AREAS ? STYLE.quietEdge : STYLE.fewQuietEdge;
  }

  paint_lines(ctx, view) {
    const width = between(0.7, (view.zoom - 8) / 3, 3); // thin on the whole city, wide on a street
    for (const layer of this.content.base("road")) this.paintCased(ctx, view, layer.lines, STYLE.road.line, width);
    this.paintCased(ctx, view, this.content.boundary, STYLE.edge, width, { closed: true });
    if (this.content.on.has("groups")) {
      this.paintCased(ctx, view, this.content.statistic.outlines, STYLE.group, 0.85 * width, { closed: true });
    }
    this.paintReach(ctx, view);
    this.content.links.forEach((link, index) => {
      if (!this.content.on.has(`link ${index}`)) return;
      this.paintCased(ctx, view, link.shapes, link.colour, 1.1 * width, { dash: [5, 3] });
    });
  }

  /** What can be reached from places: where several overlap it is darker. */
  paintReach(ctx, view) {
    this.content.catchments.forEach(({ shapes, colour }, index) => {
      if (!this.content.on.has(`reach ${index}`)) return;
      for (const shape of shapes) {
        ctx.globalAlpha = REACH_FILL;
        fillShapes(ctx, view, [shape], colour);
        ctx.globalAlpha = 1;
        strokeShapes(ctx, view, [shape], colour, 1, { closed: true });
      }
    });
  }

  /** A line between two white ones, so that it shows on every colour. */
  paintCased(ctx, view, shapes, colour, width, options) {
    strokeShapes(ctx, view, shapes, "rgb(255 255 255 / 0.85)", width * 2.2, { ...options, dash: [] });
    strokeShapes(ctx, view, shapes, colour, width, options);
  }

  paint_marks(ctx, view) {
    const room = new Room();
    const seen = this.content.numbersIn(view).filter(({ at }) => room.take(view.x(at[0]), view.y(at[1]), 20, 20));
    const inUse = new Set(seen.map(({ place }) => place)); // by the headline and the list: over everything
    const names = this.content.base("place").flatMap((layer) => layer.names);
    const ranked = [...inUse].flatMap((place) => names.filter(({ words }) => words === place));
    const used = this.roomFor(ctx, view, room, ranked, BESIDE);
    const markers = this.content.visiblePlaces().map((place) => {
      const x = view.x(place.at[0]), y = view.y(place.at[1]);
      room.take(x, y, 16, 16);
      return { x, y, place };
    });
    this.paintDistances(ctx, view, room);
    const others = this.roomFor(ctx, view, room, names.filter(({ words }) => !inUse.has(words)), [0]);
    this.paintNames(ctx, others);
    const radius = between(3.2, 3.2 + 2 * (view.zoom - 11), 9);
    for (const { x, y, place } of markers) {
      drawMarker(ctx, x, y, this.content.kinds[this.content.facilities[place.visible[0]].kind], radius);
    }
    for (const { x, y, place } of markers) {
      if (place.visible.length > 1 && radius > 5) drawCount(ctx, x, y, radius, place.visible.length);
    }
    this.paintNames(ctx, used);
    for (const group of seen) drawNumber(ctx, view.x(group.at[0]), view.y(group.at[1]), group);
  }

  paintDistances(ctx, view, room) {
    if (view.zoom < DISTANCES_FROM_ZOOM) return;
    this.content.links.forEach((link, index) => {
      if (!this.content.on.has(`link ${index}`)) return;
      link.shapes.forEach(({ paths: [[x0, y0, x1, y1]] }, line) => {
        const along = Math.min(0.5, LABEL_FROM_HOME / (view.scale * Math.hypot(x1 - x0, y1 - y0)));
        const x = view.x(x0 + along * (x1 - x0)), y = view.y(y0 + along * (y1 - y0));
        if (!room.take(x, y, 7 * link.label[line].length, 16)) return;
        text(ctx, link.label[line], x, y, { size: 11.5, weight: 600, halo: "#ffffff", colour: link.colour });
      });
    });
  }

  /** Where names can stand: the first of some places above or below their own that is free. */
  roomFor(ctx, view, room, names, shifts) {
    setFont(ctx, 11.5, 500);
    return names.flatMap(({ words, at }) => {
      const x = view.x(at[0]), y = view.y(at[1]);
      if (x < 0 || y < 0 || x > view.width || y > view.height) return [];
      const width = ctx.measureText(words).width + 14;
      const shift = shifts.find((down) => room.take(x, y + down, width, 20));
      return shift === undefined ? [] : [{ words, x, y: y + shift }];
    });
  }

  paintNames(ctx, names) {
    for (const { words, x, y } of names) {
      text(ctx, words, x, y, { size: 11.5, weight: 500, halo: "rgb(255 255 255 / 0.85)", colour: "#3b434c" });
    }
  }

  paint_pick(ctx, view) {
    if (!this.picked) return;
    const closed = !this.content.lines;
    strokeShapes(ctx, view, [this.picked], "#ffffff", 5, { closed });
    strokeShapes(ctx, view, [this.picked], STYLE.pick, 2.4, { closed });
  }
}
