// Popups: one card for an area, a group, or each facility at a place.

class Cards {
  constructor(map, content, picture) {
    this.map = map;
    this.content = content;
    this.picture = picture;
    map.on("popupclose", ({ popup }) => this.closed(popup));
  }

  /** One popup entry: heading, class, sentence, and figures folded away. */
  card({ heading, chip, sentence, parts, figures, fold }) {
    const card = make("section", { class: "card", children: [make("h2", { words: heading })] });
    if (chip) make("p", { parent: card, class: "chip", words: chip });
    for (const part of parts ?? [{ sentence }]) {
      if (part.sentence) make("p", { parent: card, class: "sentence", words: part.sentence });
      if (part.plot) card.append(plotOf(part.plot));
    }
    if (figures?.length) {
      const details = make("details", { parent: card });
      make("summary", { parent: details, words: fold ?? this.content.words.figures });
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
    const { classes, label, sentence, figures } = this.content.statistic;
    const entry = classes[label[unit]];
    return this.card({
      heading: this.content.headings[unit], chip: entry.words, sentence: sentence[unit],
      figures: figures.names.map((name, i) => [name, figures.values[unit][i]])
        .filter(([, value]) => value !== null),
    });
  }

  placeCards(members) {
    return members.map((index) => this.card(this.content.facilities[index]));
  }

  /** Open cards at a world point, outline `shape`; `from`, or the map, gets the focus back. */
  open(at, cards, shape, from = null) {
    const { words } = this.content;
    const content = make("div", { class: "cards", tabindex: "-1", role: "group", children: cards });
    if (cards.length > 1) {
      const together = words.together.replace("#", cards.length);
      content.prepend(make("p", { class: "together", words: together }));
    }
    // what is unfolded must be scrolled into view, and `toggle` does not bubble
    content.addEventListener("toggle", () => this.popup?.update(), { capture: true });
    this.popup = L.popup({ maxWidth: 330, minWidth: 230, maxHeight: 380, autoPanPadding: [20, 20] })
      .setLatLng(toLatLng(at)).setContent(content);
    this.map.openPopup(this.popup);
    this.from = from ?? this.map.getContainer();
    const close = this.popup.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", words.close);
    const back = this.from;
    close.addEventListener("click", () => back.focus({ preventScroll: true }));
    this.picture.pick(shape);
    if (from) content.focus({ preventScroll: true });
  }

  /** Close, and go back to where it was opened from. */
  close() {
    const { from } = this;
    this.map.closePopup();
    from?.focus();
  }

  closed(popup) {
    if (popup !== this.popup) return;
    this.popup = this.from = null;
    this.picture.pick(null);
  }

  /** Open what is at a point of the map. */
  inspect(latlng, from) {
    const { at, group, place, unit } = this.content.find(latlng, this.map.getZoom());
    if (group) this.open(group.at, [this.card(group)], group.outline, from);
    else if (place) this.open(place.at, this.placeCards(place.visible), null, from);
    else if (unit >= 0) this.open(at, [this.unitCard(unit)], this.content.units[unit], from);
  }
}
