"use strict";
/* Search for a town: a text field with a list, after the combobox pattern. */
(function () {
  const { el, clear, plainText } = Townline;
  const MOST = 8;

  function search(field, list, said, towns, page, actions) {
    const plain = towns.names.map(plainText);
    let found = [], active = -1;

    function matches(words) {
      if (!words) return [];
      const starts = [], holds = [];
      plain.forEach((name, index) => {
        if (name.startsWith(words)) starts.push(index);
        else if (name.includes(words)) holds.push(index);
      });
      return starts.concat(holds);
    }

    function option(index, at) {
      const node = el("li", { role: "option", id: "found-" + at, "aria-selected": "false" }, [
        el("span", { text: towns.names[index] }),
        el("span", { class: "quiet", text: towns.hints[index] }),
      ]);
      node.addEventListener("mousedown", event => event.preventDefault());
      node.addEventListener("click", () => take(at));
      return node;
    }

    function open() {
      const all = matches(plainText(field.value.trim()));
      found = all.slice(0, MOST);
      clear(list);
      found.forEach((index, at) => list.appendChild(option(index, at)));
      list.hidden = !found.length;
      field.setAttribute("aria-expanded", String(found.length > 0));
      said.textContent = !field.value.trim() ? "" : !all.length ? "No " + page.unit + " has that name." : all.length > MOST ? all.length + " " + page.units + " found, first " + MOST + " shown." : "";
      mark(found.length ? 0 : -1);
    }

    function close() {
      list.hidden = true;
      field.setAttribute("aria-expanded", "false");
      mark(-1);
    }

    function mark(at) {
      active = at;
      [...list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === at)));
      if (at >= 0) field.setAttribute("aria-activedescendant", "found-" + at);
      else field.removeAttribute("aria-activedescendant");
      actions.point(at >= 0 && !list.hidden ? found[at] : -1);
    }

    function take(at) {
      const index = found[at];
      field.value = towns.names[index];
      close();
      actions.select(index);
    }

    const keys = {
      ArrowDown: () => list.hidden ? open() : mark((active + 1) % found.length),
      ArrowUp: () => list.hidden ? open() : mark((active - 1 + found.length) % found.length),
      Enter: () => { if (!list.hidden && active >= 0) take(active); },
      Escape: () => { if (list.hidden) field.value = ""; close(); },
    };
    field.addEventListener("input", open);
    field.addEventListener("blur", close);
    field.addEventListener("keydown", event => {
      if (!Object.hasOwn(keys, event.key)) return;
      event.preventDefault();
      keys[event.key]();
    });
  }

  Townline.search = search;
})();
