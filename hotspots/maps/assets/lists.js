// The lists below the map: the keyboard's, the screen reader's and the printer's map.

const LISTED_FIRST = 8; // groups of each sign; the others are folded
const CLOSE_VIEW = 15; // zoom at which one place is shown

class Lists {
  constructor(map, content, cards) {
    this.map = map;
    this.content = content;
    this.cards = cards;
    this.buildFacilities();
  }

  buildGroups() {
    const { groups } = this.content.statistic;
    const list = document.getElementById("group-list");
    list.replaceChildren();
    const none = document.getElementById("no-groups");
    none.textContent = this.content.statistic.no_groups;
    none.hidden = groups.length > 0;
    for (const isCold of [false, true]) {
      const mine = groups.filter(({ cold }) => cold === isCold);
      const column = make("div", { parent: list });
      const first = make("ul", { parent: column, class: "list" });
      const others = mine.length > LISTED_FIRST + 2 ? this.folded(column, mine.length - LISTED_FIRST) : first;
      mine.forEach((group, rank) => {
        const card = () => [this.cards.card(group)];
        const go = (button) => this.goTo(group.outline, group.at, card, button);
        this.row(rank < LISTED_FIRST ? first : others, group.number, group.heading, group.sentence, go);
      });
    }
  }

  /** The rest of a long list, folded. */
  folded(parent, n) {
    const details = make("details", { parent });
    make("summary", { parent: details, words: this.content.words.more.replace("#", n) });
    return make("ul", { parent: details, class: "list" });
  }

  buildFacilities() {
    const lists = document.getElementById("facility-lists");
    if (!lists) return;
    this.content.kinds.forEach((kind, index) => {
      const details = make("details", { parent: lists, open: this.content.kinds.length === 1 });
      make("summary", { parent: details, words: `${kind.plural} (${kind.n})` });
      const list = make("ul", { parent: details, class: "list" });
      for (const place of this.content.places) {
        for (const member of place.members) {
          const facility = this.content.facilities[member];
          if (facility.kind !== index) continue;
          const card = () => this.cards.placeCards(place.members);
          const go = (button) => this.goTo(null, place.at, card, button);
          this.row(list, kind.letter, facility.heading, facility.sentence, go);
        }
      }
    });
  }

  row(list, mark, heading, sentence, go) {
    const button = make("button", {
      type: "button", words: this.content.words.show, "aria-label": `${this.content.words.show}: ${mark} ${heading}`,
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
      this.map.fitBounds(box.pad(0.6), { maxZoom: CLOSE_VIEW, animate: false });
    } else {
      this.map.setView(toLatLng(at), Math.max(CLOSE_VIEW, this.map.getZoom()), { animate: false });
    }
    this.map.getContainer().parentElement.scrollIntoView({ block: "nearest" });
    this.cards.open(at, cards(), shape, button);
  }
}
