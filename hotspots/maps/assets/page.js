// The page: a map at once, everything else when the data is unpacked.

// markers of other layers, without the image files Leaflet would look for
L.Marker.mergeOptions({ icon: L.divIcon({ className: "pin", iconSize: [16, 16], iconAnchor: [8, 19] }) });

/** Tell the style sheet how high the banner is, which stays in sight. */
function leaveRoom() {
  const { offsetHeight } = document.querySelector(".banner");
  document.documentElement.style.setProperty("--banner", `${offsetHeight}px`);
}

/** Put the Leaflet map in its box at once, so that other layers can be added to it. */
function makeMap(box) {
  leaveRoom();
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

/** Ties the parts together: what changes when something is switched, pressed or printed. */
class Page {
  constructor(map, content) {
    this.map = map;
    this.content = content;
    this.picture = new Picture(map, content);
    this.cards = new Cards(map, content, this.picture);
    this.lists = new Lists(map, content, this.cards);
    this.panel = new Panel(content, () => this.refresh());
    this.listenToMap();
    this.listenToPage();
    this.refresh();
  }

  refresh() {
    const { statistic } = this.content;
    const headline = document.getElementById("headline");
    if (statistic !== this.listed) {
      this.listed = statistic;
      this.map.closePopup();
      if (headline.textContent !== statistic.headline) headline.textContent = statistic.headline;
      this.lists.buildGroups();
    }
    this.picture.repaint();
    this.panel.buildKey();
  }

  listenToMap() {
    const { map } = this;
    const box = map.getContainer();
    map.on("click", ({ latlng }) => this.cards.inspect(latlng));
    map.on("mousemove", L.Util.throttle(({ latlng }) => {
      const { group, place, unit } = this.content.find(latlng, map.getZoom());
      box.classList.toggle("over", Boolean(group || place || unit >= 0));
    }, 40));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === box) this.cards.inspect(map.getCenter(), box);
    });
  }

  listenToPage() {
    new ResizeObserver(() => this.fit()).observe(document.querySelector(".banner"));
    new ResizeObserver(() => this.fit()).observe(this.map.getContainer());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.cards.close();
    });
    document.getElementById("whole").addEventListener("click", () => {
      this.map.closePopup();
      this.map.fitBounds(this.map.home, { padding: [12, 12] });
    });
    document.getElementById("print").addEventListener("click", () => window.print());
    window.addEventListener("beforeprint", () => this.forPrint(true));
    window.addEventListener("afterprint", () => this.forPrint(false));
  }

  /** Let the map fill what the banner leaves. */
  fit() {
    leaveRoom();
    this.map.invalidateSize({ animate: false });
  }

  /** Give the map the shape of the paper while it is printed, and more dots. */
  forPrint(printing) {
    const { map } = this;
    if (printing) this.before = [map.getCenter(), map.getZoom()];
    Sheet.printing = printing;
    document.documentElement.classList.toggle("printing", printing);
    const isWhole = map.getBounds().contains(map.home);
    const bounds = isWhole ? map.home : map.getBounds();
    this.fit();
    if (printing) map.fitBounds(bounds, { animate: false, padding: isWhole ? [10, 10] : [0, 0] });
    else map.setView(...this.before, { animate: false });
    this.picture.repaint();
    this.panel.buildKey();
  }
}

async function fill(map) {
  const data = await unpack(document.getElementById("hotspots-data").textContent);
  hotspots.page = new Page(map, new Content(data));
  document.documentElement.dataset.ready = "true";
}

const box = document.querySelector(".folium-map");
const hotspots = { map: makeMap(box), page: null, toLatLng };
hotspots.ready = fill(hotspots.map).catch((error) => {
  document.getElementById("headline").textContent = box.dataset.failed;
  throw error;
});
