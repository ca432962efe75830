// Building the page's elements. Text from the data reaches the page by textContent only.

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
