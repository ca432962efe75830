// Plots: how far each of many sites is from the nearest, as bars, and one place among them.

const PLOT = { width: 264, high: 46, top: 12, foot: 16, dot: 4 };
const SVG = "http://www.w3.org/2000/svg";

/** Make an element of a picture. */
function mark(tag, attributes, parent, words) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (words !== undefined) element.textContent = words;
  parent.append(element);
  return element;
}

/** Draw the bars; `own` is where the place stands, counted in bars from the left. */
function plotOf({ title, sentence, bins, own, from, upto }) {
  const { width, high, top, foot, dot } = PLOT;
  const figure = make("figure", { class: "plot", children: [make("figcaption", { words: title })] });
  const picture = mark("svg", {
    viewBox: `0 0 ${width} ${top + high + foot}`, role: "img", "aria-label": sentence,
  }, figure);
  const step = width / bins.length, most = Math.max(...bins, 1), floor = top + high;
  bins.forEach((n, index) => {
    const height = (high * n) / most;
    mark("rect", {
      x: index * step + 0.5, y: floor - height, width: step - 1, height,
      fill: index === bins.length - 1 ? "#8d959d" : "#b9bfc6",
    }, picture);
  });
  mark("line", { x1: 0, x2: width, y1: floor, y2: floor, stroke: "#4a545e", "stroke-width": 1 }, picture);
  const x = between(dot, own * step, width - dot);
  mark("line", { x1: x, x2: x, y1: dot, y2: floor, stroke: "#7f1d00", "stroke-width": 2 }, picture);
  mark("circle", { cx: x, cy: dot, r: dot, fill: "#7f1d00" }, picture);
  const label = { y: floor + 12, "font-size": 11, fill: "#4a545e" };
  mark("text", { ...label, x: 0 }, picture, from);
  mark("text", { ...label, x: width, "text-anchor": "end" }, picture, upto);
  return figure;
}
