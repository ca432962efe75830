// The panel: inputs for what is on, and the key that follows them.

const SEPARATOR = " – "; // between what classes share and what is their own

class Panel {
  constructor(content, changed) {
    this.content = content;
    this.changed = changed;
    this.buildInputs();
  }

  buildInputs() {
    const panel = document.getElementById("layers");
    if (this.content.statistics.length > 1) {
      const set = this.fieldset(panel, this.content.words.statistic);
      this.content.statistics.forEach(({ title }, index) => {
        this.input(set, "radio", title, index === 0, () => this.show(index), "statistic");
      });
    }
    const sets = [
      [this.content.words.areas, ({ kind, link, reach, base }) => !kind && !link && !reach && !base],
      [this.content.words.facilities, ({ kind, link, reach }) => kind || link || reach],
      [this.content.words.basemap, ({ base }) => base],
    ];
    for (const [title, mine] of sets) {
      const layers = this.content.layers.filter(mine);
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

  show(index) {
    this.content.shown = index;
    this.changed();
  }

  toggle(key, on) {
    if (on) this.content.on.add(key); else this.content.on.delete(key);
    this.changed();
  }

  buildKey() {
    const key = document.getElementById("key");
    key.replaceChildren();
    const { on, statistic, layers } = this.content;
    document.getElementById("key-means").textContent = statistic.colour_means;
    const note = document.getElementById("key-note");
    note.textContent = statistic.note;
    note.hidden = !statistic.note;
    const classes = statistic.classes.filter(({ quiet }) => !quiet || on.has("quiet"));
    const starts = classes.map(({ words }) => words.split(SEPARATOR)[0]);
    let together; // the list below the shared heading
    classes.forEach((entry, index) => {
      const start = starts[index];
      const isShared = starts.indexOf(start) !== starts.lastIndexOf(start);
      if (isShared && starts.indexOf(start) === index) together = this.sharedList(key, start);
      const words = isShared ? entry.words.slice(start.length + SEPARATOR.length) : entry.words;
      this.classEntry(isShared ? together : key, words, entry);
    });
    if (on.has("groups") && statistic.groups.length) this.numberEntry(key);
    layers.filter((layer) => on.has(layer.key)).forEach((layer) => this.layerEntry(key, layer));
  }

  /** A list within the key under the words its entries share, which paper keeps in one column. */
  sharedList(key, words) {
    const list = make("ul", { class: "key" });
    make("li", { parent: key, class: "shared", children: [make("span", { class: "heading", words }), list] });
    return list;
  }

  classEntry(key, words, { colour, hatched, detail }) {
    this.entry(key, words, detail, (ctx, view) => {
      ctx.beginPath();
      ctx.rect(0, 0, 26, 18);
      for (const fill of [colour, ...(hatched ? [hatching(ctx, view, colour)] : [])]) {
        ctx.fillStyle = fill;
        ctx.fill();
      }
      ctx.strokeStyle = "#4a545e";
      ctx.stroke();
    });
  }

  numberEntry(key) {
    const sample = this.content.statistic.groups[0];
    this.entry(key, this.content.statistic.group_key, "", (ctx) => {
      ctx.scale(0.75, 0.75);
      drawNumber(ctx, 17, 12, sample);
    });
  }

  layerEntry(key, { kind, link, reach, base }) {
    if (kind) this.entry(key, kind.words, "", (ctx) => drawMarker(ctx, 13, 9, kind, 6.5));
    if (link) this.entry(key, link.title, link.detail, (ctx) => line(ctx, link.colour, 1.8, [5, 3]));
    if (reach) {
      this.entry(key, reach.title, reach.detail, (ctx) => {
        ctx.globalAlpha = REACH_FILL;
        ctx.fillStyle = reach.colour;
        ctx.fillRect(0, 0, 26, 18);
        ctx.globalAlpha = 1;
        ctx.strokeStyle = reach.colour;
        ctx.strokeRect(0.5, 0.5, 25, 17);
      });
    }
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
