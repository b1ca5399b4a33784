"use strict";
/* The small toolbar of the page, and bars that fold on a narrow screen. */
(function () {
  const { el, clear } = Townline;

  function button(words, act, id) {
    const node = el("button", { type: "button", class: "tool", id: id, text: words });
    node.addEventListener("click", act);
    return node;
  }

  /* Open where there is room; on a narrow screen folded behind its summary. */
  function fold(box, narrow) {
    const follow = () => { box.open = !narrow.matches; };
    narrow.addEventListener("change", follow);
    follow();
  }

  /* On a narrow screen the caution shows how it ends, which is what it comes to; a button shows all of it. */
  function foldBadge(badge, narrow) {
    const full = badge ? badge.textContent.replace(/\s+/g, " ").trim().replace(/^Caution /, "") : "", cut = full.lastIndexOf(": ");
    if (cut < 0) return;
    badge.setAttribute("data-full", full);
    const all = el("span", { class: "badge-full", id: "badge-full" }, [...badge.childNodes].filter(node => node.nodeType === Node.TEXT_NODE));
    const brief = el("span", { class: "badge-brief", text: full.slice(cut + 2) });
    const more = button("What?", () => open(all.hidden), "badge-more");
    const open = shown => {
      all.hidden = !shown;
      brief.hidden = shown;
      more.textContent = shown ? "Less" : "What is meant";
      more.setAttribute("aria-expanded", String(shown));
    };
    const follow = () => {
      open(!narrow.matches);
      for (const node of [brief, more]) {
        if (narrow.matches) badge.append(node);
        else node.remove();
      }
    };
    more.setAttribute("aria-controls", "badge-full");
    badge.append(all);
    narrow.addEventListener("change", follow);
    follow();
  }

  /* Shows the link where the clipboard takes none. */
  function showLink(box, link, said) {
    const field = el("input", { type: "text", readonly: "", id: "link-text", "aria-label": "Link to this view" });
    const close = button("Close", () => { clear(box); document.getElementById("copy-link").focus(); }, "link-close");
    field.value = link;
    clear(box).append(field, close);
    field.focus();
    field.select();
    said.textContent = "Copy the link from the field.";
  }

  async function copy(box, state, said) {
    const link = state.link();
    clear(box);
    try {
      await navigator.clipboard.writeText(link);
      said.textContent = "Link copied.";
    } catch (refused) {
      showLink(box, link, said);
    }
  }

  function tools(box, app, state, theme) {
    const said = el("p", { class: "tools-said", id: "tools-said", role: "status" }), linkBox = el("div", { class: "link-box" });
    const look = button("", () => { theme.set(theme.next()); named(); state.touch(); }, "theme");
    const named = () => {
      look.textContent = "Theme: " + theme.state;
      look.setAttribute("aria-label", "Theme: " + theme.state + ". Change to " + theme.next() + ".");
    };
    const save = button("Save picture", async () => {
      said.textContent = "Drawing …";
      save.disabled = true;
      try {
        await Townline.picture.save(app);
        said.textContent = "Picture saved.";
      } catch (failed) {
        said.textContent = "No picture: " + failed.message + ".";
      }
      save.disabled = false;
      save.focus();
    }, "save-picture");
    const print = button("Print", () => { app.print.begin(); window.print(); app.print.end(); }, "print");
    named();
    box.appendChild(el("summary", { text: "Share, print, save" }));
    box.appendChild(el("div", { class: "fold-inside" }, [button("Copy link", () => copy(linkBox, state, said), "copy-link"), print, save, look, said, linkBox]));
    fold(box, app.narrow);
    foldBadge(document.getElementById("badge"), app.narrow);
    return { named: named };
  }

  /* What a shared link carries: each part looks its value up in what the page has. */
  function share(state, app, start) {
    const { map, towns, layers, fits, views, filter, table, theme } = app;
    const where = () => [map.getCenter().lat.toFixed(4), map.getCenter().lng.toFixed(4), map.getZoom()].join(",");
    const nameOf = index => towns.names.filter(name => name === towns.names[index]).length > 1 ? towns.names[index] + "|" + towns.hints[index] : towns.names[index];
    state.add("theme", () => theme.state === "auto" ? "" : theme.state, words => { theme.set(words || "auto"); start.named(); });
    if (fits) state.add("by", () => fits.chosen === fits.data.start ? "" : fits.chosen < 0 ? "share" : fits.choice().name, words => {
      const at = fits.data.choices.findIndex(each => each.name === words);
      const wanted = words === "share" && towns.classes.length ? -1 : at < 0 ? fits.data.start : at;
      if (wanted === fits.chosen) return;
      fits.choose(wanted);
      app.recolour();
    });
    if (views) state.add("view", () => views.at ? views.view().key : "", words => { if (!Townline.views.choose(words)) Townline.views.choose(views.list[0].key); });
    if (filter) ["only", "and"].forEach((key, at) => state.add(key, () => filter.keys[at], words => { if (words !== filter.keys[at]) filter.choose(at, words); }));
    const order = () => table.order(table.columns());
    if (table) state.add("sort", () => order().key === "name" && !order().down ? "" : (order().down ? "-" : "") + order().key, words => table.sortBy(words.replace(/^-/, "") || "name", words.startsWith("-")));
    const ticked = layer => document.getElementById("show-" + layer.key).checked;
    const differs = on => layers.filter(layer => ticked(layer) === on && layer.show !== on).map(layer => layer.key).join(",");
    const wanted = {};
    for (const on of [true, false]) state.add(on ? "on" : "off", () => differs(on), words => {
      wanted[on] = words.split(",");
      if (!on) for (const layer of layers) app.toggle(layer.key, wanted[true].includes(layer.key) || (layer.show && !wanted[false].includes(layer.key)));
    });
    if (towns) state.add("place", () => app.selected() < 0 ? "" : nameOf(app.selected()), words => {
      const at = towns.names.findIndex((_, index) => nameOf(index) === words);
      if ((at >= 0 || !words) && at !== app.selected()) app.select(at, false);
    });
    state.add("at", () => app.moved() ? where() : "", words => {
      const [lat, lng, zoom] = words.split(",").map(Number);
      const fine = [lat, lng, zoom].every(Number.isFinite) && words.split(",").length === 3 && map.options.maxBounds.contains([lat, lng]);
      if (!words && app.moved()) app.whole();
      if (!fine || zoom < map.getMinZoom() || zoom > map.getMaxZoom()) return;
      map.setView([lat, lng], zoom, { animate: false });
      app.leave();
    });
    map.on("moveend layeradd layerremove", () => state.touch());
  }

  Townline.tools = { tools, share, fold, foldBadge };
})();
