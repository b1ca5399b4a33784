"use strict";
/* The panel: legend with checkboxes, the selected town, the table, meanings and sources. */
(function () {
  const { el, clear, swatch, paint } = Townline;

  function mark(words) {
    return words ? [el("span", { class: "mark", text: words })] : [];
  }

  function classRow(kind, style, symbols, label, amount) {
    return el("li", {}, [swatch(kind, style, symbols), el("span", { class: "class-label", text: label }), el("span", { class: "amount", text: amount })]);
  }

  function townRows(layer, page) {
    if (!layer.classes.length) return [];
    return layer.classes
      .map((each, index) => ({ each, index }))
      .filter(({ each }) => each.count || !each.optional)
      .map(({ each, index }) => {
        const look = page.verdicts[each.verdict];
        const row = classRow("polygons", { paint: paint(index), outline: look.pattern === "plain" ? "#8b8982" : look.outline, outline_width: Townline.stop(look.outline_width, 10) }, {}, each.label, each.amount);
        row.setAttribute("data-count", each.count);
        row.querySelector(".class-label").appendChild(el("span", { class: "verdict-word", text: each.verdict === "not known" ? "" : " " + look.sign + (look.label === each.label ? "" : " " + look.label) }));
        return row;
      })
      .concat([el("li", { class: "total" }, [el("span", { class: "class-label", text: "All " + page.units }), el("span", { class: "amount", text: layer.amount })])]);
  }

  function lineStyle(style) {
    const width = Array.isArray(style.width) ? Townline.stop(style.width, 12) : style.width;
    return { colour: style.colour, width: Math.min(width, 4), dash: style.dash };
  }

  /* Classes of dots with their counts, then colours of boxes, which have none of their own. */
  function dotRows(layer, page) {
    const dots = layer.classes.map(each => {
      const row = classRow("points", each.style, page.symbols, each.label, each.amount);
      row.setAttribute("data-count", each.count);
      return row;
    });
    const boxes = layer.boxes.shades.concat(layer.boxes.unknown.length ? [layer.boxes.none] : []);
    return dots.concat(
      [el("li", { class: "total" }, [el("span", { class: "class-label", text: "All locations" }), el("span", { class: "amount", text: layer.amount })])],
      [el("li", {}, [el("span", { class: "quiet", text: layer.boxes.words })])],
      boxes.map(each => classRow("points", { colour: each.colour, symbol: "square", size: 6.5 }, page.symbols, each.label, ""))
    );
  }

  function layerRows(layer, page) {
    if (layer.kind === "polygons") return townRows(layer, page);
    if (layer.kind === "outlines") return [];
    if (layer.kind === "dots") return dotRows(layer, page);
    if (layer.kind === "hexagons") return layer.classes.map((each, at) => classRow(layer.kind, { paint: Townline.hexagonPaint(layer, at) }, {}, each.label, each.amount));
    return layer.classes.map(each => classRow(layer.kind, layer.kind === "lines" ? lineStyle(each.style) : each.style, page.symbols, each.label, each.amount));
  }

  function hint(layer) {
    const notes = [].concat(layer.note || []);
    const far = layer.kind === "lines" ? layer.classes.filter(each => each.style.min_zoom > 0) : [];
    if (far.length) notes.push(far.map(each => each.label).join(", ") + " show when you zoom in.");
    if (layer.far_zoom && layer.kind === "points") notes.push("Small dots until you zoom in.");
    return notes;
  }

  function layerBox(layer, page, toggle) {
    const box = el("input", { type: "checkbox", id: "show-" + layer.key });
    box.checked = layer.show;
    box.addEventListener("change", () => toggle(layer.key, box.checked));
    const unit = layer.measure === "miles" && layer.amount ? layer.amount : ["points", "dots", "hexagons"].includes(layer.kind) ? layer.amount : "";
    const own = layer.kind === "outlines" ? [swatch("lines", lineStyle(layer.style), {})] : [];
    const head = el("label", { class: "layer-head" }, [box, ...own, el("span", { class: "layer-words" }, [el("span", { class: "layer-title", text: layer.title }), ...mark(layer.mark)]), el("span", { class: "amount", text: unit })]);
    const rows = layerRows(layer, page);
    return el("div", { class: "layer layer-" + layer.kind, "data-layer": layer.key }, [
      head,
      ...(rows.length ? [el("ul", { class: "classes" }, rows)] : []),
      ...hint(layer).map(words => el("p", { class: "quiet", text: words })),
    ]);
  }

  /* Towns first, then from the uppermost layer down. */
  function inOrder(layers) {
    return layers.filter(layer => layer.kind === "polygons").concat(layers.filter(layer => layer.kind !== "polygons").reverse());
  }

  /* Legend rows of the towns layer anew, after its classes have changed. */
  function classes(box, layer, page) {
    const rows = box.querySelector(".layer-polygons .classes");
    if (!rows) return;
    clear(rows);
    for (const row of townRows(layer, page)) rows.appendChild(row);
  }

  function legend(box, layers, page, toggle) {
    for (const layer of inOrder(layers)) box.appendChild(layerBox(layer, page, toggle));
  }

  function pill(verdict, page) {
    const look = page.verdicts[verdict];
    const node = el("p", { class: "pill", "data-verdict": verdict }, [
      el("span", { class: "sign", "aria-hidden": "true", text: look.sign }),
      el("span", { text: look.label.charAt(0).toUpperCase() + look.label.slice(1) }),
    ]);
    node.style.color = look.colour;
    node.style.borderColor = look.colour;
    return node;
  }

  function town(box, towns, index, page) {
    clear(box);
    if (index < 0) {
      box.appendChild(el("p", { class: "quiet", text: "Choose " + (/^[aeiou]/.test(page.unit) ? "an " : "a ") + page.unit + " on the map, in the search or in the table to see " + (towns.classes.length ? "its figures." : towns.fits.words.see) }));
      return;
    }
    const pairs = towns.fields.map((field, at) => [field, towns.values[index][at]]).filter(pair => pair[1] !== "");
    const beside = towns.verdicts.length ? pill(towns.verdicts[index], page) : el("p", { class: "quiet", text: towns.hints[index] });
    box.appendChild(el("div", { class: "town-head" }, [el("h2", { text: towns.names[index] }), beside]));
    if (!towns.verdicts.length) return;
    box.appendChild(el("p", { class: "quiet", text: "Target: " + box.getAttribute("data-target") }));
    for (const group of new Set(pairs.map(([field]) => field.group))) {
      if (group) box.appendChild(el("h3", { text: group }));
      box.appendChild(el("dl", {}, pairs.filter(([field]) => field.group === group).flatMap(([field, words]) => [
        el("dt", { text: field.label }),
        el("dd", { "data-column": field.column, class: field.number ? "number" : "words", text: words }),
      ])));
    }
  }

  /* Why each place of a layer was chosen; its name leads to it on the map. */
  function reasons(box, layer, page, go) {
    const told = layer.reasons;
    for (const words of told.lead) box.appendChild(el("p", { class: "quiet", text: words }));
    box.appendChild(el("ol", { class: "reasons" }, told.places.map((each, index) => {
      const style = layer.classes[layer.class_of[index]].style;
      const button = el("button", { type: "button", text: each.title });
      button.addEventListener("click", () => go(index));
      return el("li", { "data-place": index }, [
        el("h2", {}, [swatch("points", style, page.symbols), button, ...(each.role ? [el("span", { class: "quiet", text: each.role })] : [])]),
        el("ul", {}, each.said.map(words => el("li", { text: words }))),
      ]);
    })));
  }

  /* The small key on the map: what its signs are, in a few words; only of layers that are shown. */
  function key(box, layers, page) {
    clear(box);
    for (const layer of layers.filter(each => each.brief).reverse()) {
      const style = layer.classes[0].style;
      const said = layer.classes.filter(each => layer.reasons && layer.classes.length > 1);
      const rows = said.length ? said.map(each => [each.style, each.label]) : [[layer.kind === "lines" ? lineStyle(style) : style, layer.brief]];
      for (const [look, words] of rows) box.appendChild(el("li", {}, [swatch(layer.kind, look, page.symbols), el("span", { text: words })]));
    }
  }

  /* The drawn layers, and after them what else the figures rest on. */
  function sources(box, layers, others) {
    for (const each of inOrder(layers).concat(others)) {
      box.appendChild(el("dt", {}, [el("span", { text: each.title }), ...mark(each.mark)]));
      for (const words of each.said) box.appendChild(el("dd", { text: words }));
    }
  }

  function meanings(box, towns) {
    for (const field of towns.fields.filter(each => each.meaning)) {
      box.appendChild(el("dt", { text: field.label }));
      box.appendChild(el("dd", { text: field.meaning }));
    }
  }

  Townline.panel = { classes, key, legend, town, reasons, sources, meanings };
})();
