"use strict";
/* What stands beside the map on paper and in a picture: read from the page as it is, so that it says what is shown. */
(function () {
  const byId = id => document.getElementById(id);
  const MOST_SOURCES = 8, MOST_LINES = 7;
  const TOLD = ["share_served", "served", "shortfall", "project", "project_public_usd", "cost_central_usd", "nearest_site"];

  function words(node) {
    return node ? node.textContent.replace(/\s+/g, " ").trim() : "";
  }

  function row(node) {
    const label = node.querySelector(".class-label") || node.querySelector("span:not(.amount)");
    return { swatch: node.querySelector(".swatch"), label: words(label || node), amount: words(node.querySelector(".amount")) };
  }

  function ofLayer(box) {
    const head = box.querySelector(".layer-head");
    const own = head.querySelector(".swatch"), title = words(head.querySelector(".layer-title")), mark = words(head.querySelector(".mark"));
    const rows = [...box.querySelectorAll(".classes li:not(.total)")].map(row);
    return { title: title + (mark ? " (" + mark + ")" : ""), amount: words(head.querySelector(".amount")), swatch: own, rows: rows };
  }

  /* Legend of what is shown: the reading that colours the map, then layers from the uppermost down. */
  function legend(app) {
    const shown = [...document.querySelectorAll("#layers .layer[data-layer]")].filter(box => !box.hidden && box.querySelector("input").checked);
    const read = app.fits && app.fits.chosen >= 0;
    const found = shown.map(box => [box, ofLayer(box)]).map(([box, each]) => read && box.classList.contains("layer-polygons") ? { ...each, rows: [] } : each);
    if (!read) return found;
    const rows = [...byId("fit-legend").querySelectorAll("li:not(.total)")].map(row), said = words(byId(app.fits.kind + "-said"));
    return [{ title: app.fits.title(), amount: "", swatch: null, rows: said ? [...rows, { swatch: null, label: said, amount: "" }] : rows }, ...found];
  }

  function sources(app) {
    const shown = app.layers.filter(layer => app.map.hasLayer(app.drawn[layer.key]));
    const said = shown.flatMap(layer => layer.said.filter(line => line.startsWith("Source: ")).map(line => line.slice(8)));
    const all = [...new Set(said)], more = all.length - MOST_SOURCES;
    return "Sources: " + (all.slice(0, MOST_SOURCES).join("; ") || "not stated") + (more > 0 ? "; and " + more + " more, listed in the map." : ".");
  }

  /* The selected area: name, verdict and its first figures. */
  function town() {
    const box = byId("town"), name = words(box.querySelector("h2"));
    if (!name) return null;
    const verdict = box.querySelector(".pill span:not(.sign)"), lead = words(box.querySelector(".lead p"));
    const terms = [...box.querySelectorAll("dd")].filter(node => TOLD.includes(node.getAttribute("data-column")));
    const figures = terms.map(node => words(node.previousElementSibling) + ": " + words(node)).slice(0, MOST_LINES);
    return { name: name + (verdict ? ": " + words(verdict).toLowerCase() : ""), lines: [...(lead ? [lead] : []), ...figures] };
  }

  /* All of the caution, also where it is folded. */
  function caution(badge) {
    return badge ? "Caution: " + (badge.getAttribute("data-full") || words(badge).replace(/^Caution /, "")) : "";
  }

  function sheet(app) {
    const only = app.filter ? app.filter.chosenWords() : "";
    const hidden = byId("head-answer").hidden;
    return {
      title: words(byId("question")),
      region: words(document.querySelector(".eyebrow bdi")),
      day: words(document.querySelector(".eyebrow .day")),
      answer: hidden ? "" : words(byId("answer")),
      view: words(byId("view-said")),
      only: only ? "In full colour: " + only + " (" + app.filter.words() + ")" : "",
      caution: caution(byId("badge")),
      legend: legend(app),
      sources: sources(app),
      town: town(),
    };
  }

  Townline.sheet = sheet;
})();
