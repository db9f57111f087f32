// Elements made from text. Nothing here, or anywhere in the pages, reads text as HTML.

export function element(name, attributes = {}, content = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...[content].flat());
  return made;
}

export function fill(parent, children) {
  parent.replaceChildren(...children);
}
