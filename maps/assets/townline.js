"use strict";
/* Puts the page together: reads the data blocks, draws the layers, wires panel and map. */
(function () {
  const T = Townline, { el } = T;
  const byId = id => document.getElementById(id);
  const { page, keys } = T.read("data-page");
  const layers = keys.map(key => T.read("data-layer-" + key));
  const towns = layers.find(layer => layer.kind === "polygons") || null;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches, narrow = window.matchMedia("(max-width: 760px)");
  const theme = new T.Theme(page), state = new T.State();

  const map = L.map("map", {
    attributionControl: false, zoomControl: false, fadeAnimation: false, zoomAnimation: !still, inertia: !still,
    minZoom: page.map.min_zoom, maxZoom: page.map.max_zoom, zoomSnap: page.map.zoom_snap, zoomDelta: 1,
    maxBounds: L.latLngBounds(page.bounds).pad(1.2).extend(page.reach), maxBoundsViscosity: 0.7,
  });
  const box = map.getContainer();
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Map. Arrow keys move it, plus and minus zoom." + (towns ? " Every " + page.unit + " is in the search and in the table." : ""));

  function pane(name, z) {
    const node = map.createPane(name);
    node.style.zIndex = z;
    node.classList.add("pane-" + name);
    return name;
  }

  function renderer(name, z) {
    return L.svg({ pane: pane(name, z), padding: 0.4 });
  }

  const ground = renderer("ground", 210), marks = renderer("marks", 470);
  const drawn = {}, chosen = L.featureGroup().addTo(map), pointed = L.featureGroup().addTo(map);
  const labels = new T.Labels(page.labels);
  const fits = towns && towns.fits ? new T.Chooser(byId("chooser"), towns, page) : null;
  const shares = towns && towns.classes.length ? T.shareView(towns, page) : null;
  const views = towns && towns.views ? new T.Views(byId("chooser"), towns, page) : null;
  let area = null, selected = -1, under = -1, home = true;
  const measure = new T.Measure(map, renderer("measure", 490));
  /* What the other scripts may use; `refresh` follows a change of data, filter or colours. */
  const app = {
    map, page, layers, towns, fits, views, drawn, theme, measure, narrow, verdict, select, toggle, refresh, recolour, whole,
    selected: () => selected, moved: () => !home, leave: () => { home = false; },
  };

  const question = byId("question").textContent;

  /* What the map shows of a town: what the chooser says of it, or its verdict on the target. */
  function verdict(index) {
    return fits && fits.chosen >= 0 ? fits.look(index) : page.verdicts[towns.verdicts[index]];
  }

  function tips(index) {
    return fits && fits.chosen >= 0 ? fits.tips(index) : towns.tips[index];
  }

  function whole(animate = !still) {
    map.once("moveend", () => { home = true; });
    map.fitBounds(page.bounds, { padding: [14, 14], animate: animate });
  }

  /* Words above the map grow and shrink with the view: who sees the whole region goes on seeing it. */
  function resized() {
    map.invalidateSize({ animate: false });
    if (home && !app.print.view) whole(false);
  }

  /* After a change of data, filter or colours: areas, names, table, the selected area. */
  function refresh() {
    if (!towns) return;
    area.wear(fits && fits.chosen >= 0 ? fits.view() : shares);
    app.filter.refresh();
    area.fade(index => app.filter.keeps(index));
    labels.refresh();
    if (app.table.isDrawn()) app.table.draw();
    state.touch();
  }

  /* Colours of the ground, which change with the theme; outlines that are drawn in them are drawn anew. */
  function wearGround() {
    box.style.backgroundColor = layers.some(layer => layer.ground && layer.ground.length) ? page.map.water : page.map.land;
    for (const layer of layers) if (drawn[layer.key].wear && drawn[layer.key] !== area) drawn[layer.key].wear(page.map);
  }

  function wearTheme() {
    wearGround();
    for (const layer of layers) if (layer.kind === "lines" && map.hasLayer(drawn[layer.key])) drawn[layer.key].redraw();
    refresh();
  }

  /* -- layers -------------------------------------------------------------------------------------------- */
  function make(layer, z) {
    if (layer.kind === "polygons") return area = new T.Towns(layer, fits && fits.chosen >= 0 ? fits.view() : shares, renderer("layer-" + layer.key, z), marks);
    const name = "layer-" + layer.key;
    if (layer.kind === "lines") return new T.Lines(layer, { pane: pane(name, z), colours: page.map, minZoom: page.map.min_zoom, maxZoom: page.map.max_zoom });
    if (layer.kind === "dots") return new T.Dots(layer, { pane: pane(name, z), symbols: page.symbols, minZoom: page.map.min_zoom, maxZoom: page.map.max_zoom });
    if (layer.kind === "points") return new T.Points(layer, { pane: pane(name, z), symbols: page.symbols, minZoom: page.map.min_zoom, maxZoom: page.map.max_zoom });
    if (layer.kind === "hexagons") return new T.Hexagons(layer, renderer(name, z), page);
    if (layer.kind === "zones") return T.zones(layer, renderer(name, z));
    const made = T.outlines(layer, renderer(name, z), ground, page);
    made.ground.forEach(land => land.addTo(map));
    return made.group;
  }

  /* Ticks or unticks a layer, which then shows where the view has it. */
  function toggle(key, ticked) {
    const show = ticked && (!views || views.holds(key));
    byId("show-" + key).checked = ticked;
    if (show === map.hasLayer(drawn[key])) return;
    if (show) drawn[key].addTo(map);
    else drawn[key].remove();
    labels.refresh();
    signs();
    if (drawn[key] === area) whenPointed(-1);
  }

  /* The key of signs stands on the map where it opens on chosen sites. */
  const keyed = layers.some(layer => layer.reasons && layer.reasons.open), signBox = el("ul", { class: "signs", "aria-label": "Signs on the map" });

  function signs() {
    if (keyed) T.panel.key(signBox, layers.filter(layer => map.hasLayer(drawn[layer.key])), page);
  }

  function isShown(key) {
    return () => map.hasLayer(drawn[key]);
  }

  function name(layer) {
    if (layer.kind === "polygons") {
      const ranks = new Map(layer.labels.order.map((town, rank) => [town, rank]));
      labels.add("town", layer.names, layer.labels.xy, index => {
        const letter = page.labels.sizes[layer.labels.letters[index]], bounds = area.areas[index].getBounds();
        const span = bounds.isValid() ? T.worldX(bounds.getEast()) - T.worldX(bounds.getWest()) : 0;
        return { size: letter.size, weight: letter.weight, rank: (layer.labels.letters[index] ? 1000 : 0) + ranks.get(index), minZoom: letter.min_zoom, maxZoom: 99, span: span, reach: letter.reach };
      }, isShown(layer.key));
    } else if (layer.kind === "points" && layer.names.length) {
      labels.add("site", layer.names, layer.xy, index => {
        const size = layer.classes[layer.class_of[index]].style.size;
        return { size: 13, weight: 700, rank: -1, minZoom: towns && narrow.matches ? map.getBoundsZoom(page.bounds) + 0.8 : 0, maxZoom: 99, apart: size };
      }, isShown(layer.key));
    } else if (layer.kind === "outlines") {
      const county = layer.label_kind === "county";
      labels.add(layer.label_kind, layer.labels.names, layer.labels.xy, index => ({
        size: county ? 10.5 : 13, weight: 600, rank: county ? 900 : 1e6,
        maxZoom: county ? page.labels.county_max_zoom : 99, minZoom: 0, span: layer.labels.widths[index] / 36e6 * 256, reach: county ? 1.6 : 1.3,
      }), isShown(layer.key));
    }
  }

  /* -- pointing and selecting ---------------------------------------------------------------------------- */
  const tip = el("div", { class: "tip", role: "tooltip" });
  tip.hidden = true;
  box.appendChild(tip);

  function say(title, lines, at) {
    T.clear(tip).appendChild(el("strong", { text: title }));
    for (const words of lines) tip.appendChild(el("span", { text: words }));
    tip.hidden = false;
    const size = map.getSize(), wide = tip.offsetWidth, high = tip.offsetHeight;
    const left = at.x + 16 + wide > size.x ? at.x - 16 - wide : at.x + 16;
    const top = at.y + 16 + high > size.y ? at.y - 16 - high : at.y + 16;
    L.DomUtil.setPosition(tip, L.point(Math.max(4, left), Math.max(4, top)).round());
  }

  function whenPointed(index, at) {
    if (area) area.mark(index, pointed, 1.2);
    if (index < 0) tip.hidden = true;
    else say(towns.names[index], tips(index), at || map.latLngToContainerPoint(area.places[index]));
  }

  function place(at) {
    for (const layer of [...layers].reverse()) {
      if (!drawn[layer.key].nearest || !map.hasLayer(drawn[layer.key])) continue;
      const index = drawn[layer.key].nearest(at);
      if (index >= 0) return { layer: layer, index: index, words: drawn[layer.key].words(index), title: layer.title };
    }
    return null;
  }

  function move(event) {
    const here = place(event.containerPoint);
    if (here) say(here.words[0] || here.title, here.words.length ? here.words.slice(1) : [], event.containerPoint);
    else if (under >= 0) {
      const town = towns.names[under];
      say(town, tips(under), event.containerPoint);
    } else tip.hidden = true;
  }

  /* The panel of the selected town, and what choosers say of it. */
  function figures() {
    T.panel.town(byId("town"), towns, selected, page);
    if (selected < 0) return;
    layers.filter(layer => layer.kind === "hexagons" && (!views || views.holds(layer.key))).forEach(layer => T.hexagonRows(byId("town"), layer, selected));
    if (views) views.lead(byId("town"), selected);
    if (fits) fits.lead(byId("town"), selected);
  }

  function select(index, go) {
    selected = index;
    area.mark(index, chosen, 2.6);
    labels.choose(index);
    figures();
    if (fits && index < 0) T.clear(byId("fits")).hidden = true;
    else if (fits) fits.list(byId("fits"), index);
    document.body.setAttribute("data-selected", index < 0 ? "" : towns.names[index]);
    app.table.mark(true);
    state.touch();
    if (go && area.areas[index].getBounds().isValid()) {
      map.fitBounds(area.areas[index].getBounds(), { maxZoom: page.map.town_zoom, padding: [60, 60], animate: !still });
    }
  }

  /* Where the panel stands below the map, a town chosen on the map brings its figures into view: just below the
     badge, which stays on top, and not while a double tap is still to come. The focus stays where it is. */
  let bringing = 0;

  function bring(figures) {
    const badge = byId("badge");
    figures.style.scrollMarginTop = (badge ? badge.offsetHeight : 0) + 4 + "px";
    figures.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
  }

  function bringSoon(figures) {
    window.clearTimeout(bringing);
    if (narrow.matches) bringing = window.setTimeout(() => bring(figures), 250);
  }

  /* Reasons of chosen places: a click on one brings its reasons into view, a click on its name goes there. */
  function wireReasons(layer) {
    const node = byId("reasons-box"), places = drawn[layer.key].places;
    node.hidden = false;
    node.open = layer.reasons.open;
    T.panel.reasons(byId("reasons"), layer, page, index => map.setView(places[index], Math.max(map.getZoom(), page.map.place_zoom), { animate: !still }));
    map.on("click", event => {
      const here = map.hasLayer(drawn[layer.key]) && !measure.active ? drawn[layer.key].nearest(event.containerPoint) : -1;
      if (here < 0) return;
      node.open = true;
      const mine = byId("reasons").querySelector("[data-place='" + here + "']");
      byId("reasons").querySelectorAll("[data-place]").forEach(each => each.classList.toggle("told", each === mine));
      document.body.setAttribute("data-place", here);
      if (narrow.matches) bringSoon(mine);
      else mine.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "nearest" });
    });
  }

  function wireTowns() {
    const actions = { select: index => { whenPointed(-1); select(index, true); }, point: index => whenPointed(index) };
    area.on("mouseover", event => { under = event.layer.index; area.mark(under, pointed, 1.2); });
    area.on("mouseout", () => { under = -1; whenPointed(-1); });
    area.on("click", event => {
      if (measure.active) return;
      select(event.layer.index, false);
      bringSoon(byId("town"));
    });
    map.on("dblclick", () => window.clearTimeout(bringing));
    T.search(byId("find"), byId("found"), byId("find-said"), towns, page, actions);
    if (shares) T.bar(byId("bar"), towns);
    T.panel.town(byId("town"), towns, -1, page);
    T.panel.meanings(byId("meanings"), towns);
    app.filter = new T.Filter(byId("filter"), app);
    T.tools.fold(byId("filter"), narrow);
    app.filter.whenChanged = refresh;
    labels.keeps = index => app.filter.keeps(index);
    app.table = new T.Table(byId("table"), app, actions);
    app.table.whenSorted = () => state.touch();
    const details = byId("table-box");
    details.addEventListener("toggle", () => {
      if (details.open && !app.table.isDrawn()) app.table.draw();
    });
    if (views) wireViews();
    T.exposeViews(views);
    if (fits) fits.wire(recolour);
  }

  /* After a change of what the map is coloured by. */
  function recolour() {
    if (views && fits.chosen >= 0 && views.at) views.choose(0);
    const other = fits.chosen >= 0 && shares !== null;
    if (views) views.dress();
    if (other || !views) byId("question").textContent = other ? "Which " + page.units + " can apply: " + fits.choice().title + "?" : question;
    byId("head-answer").hidden = other;
    byId("layers").classList.toggle("other-colours", fits.chosen >= 0);
    if (selected >= 0) fits.lead(byId("town"), selected);
    refresh();
  }

  /* Layers of the view, as the reader has ticked them. */
  function follow() {
    for (const layer of layers) {
      byId("layers").querySelector("[data-layer='" + layer.key + "']").hidden = !views.holds(layer.key);
      if (layer.reasons) byId("reasons-box").hidden = !views.holds(layer.key);
      toggle(layer.key, byId("show-" + layer.key).checked);
    }
  }

  /* Another view: legend, bar, panel, layers, colours and table follow. Views show areas by their own figures. */
  function wireViews() {
    views.wire(() => {
      if (fits && views.at) fits.choose(-1);
      T.definePatterns(towns, page);
      T.panel.classes(byId("layers"), towns, page);
      T.bar(byId("bar"), towns);
      whenPointed(-1);
      figures();
      follow();
      if (fits) recolour();
      else refresh();
    });
    follow();
  }

  function homeButton() {
    const button = el("button", { type: "button", class: "home", "aria-label": "Show the whole region", title: "Show the whole region" }, [
      T.svg("svg", { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true", focusable: "false" }, [
        T.svg("path", { d: "M3 7V3H7M13 3H17V7M17 13V17H13M7 17H3V13", fill: "none", stroke: "currentColor", "stroke-width": 2 }),
      ]),
    ]);
    L.DomEvent.disableClickPropagation(button);
    button.addEventListener("click", () => whole());
    const control = L.control({ position: "topleft" });
    control.onAdd = () => el("div", { class: "leaflet-bar" }, [button]);
    return control;
  }

  whole();
  if (towns) T.definePatterns(towns, page);
  layers.forEach((layer, order) => {
    drawn[layer.key] = make(layer, 300 + order * 10);
    if (layer.show && (!views || views.holds(layer.key))) drawn[layer.key].addTo(map);
    name(layer);
  });
  labels.addTo(map);
  T.panel.legend(byId("layers"), layers, page, toggle);
  T.background(byId("layers"), map, page);
  T.panel.sources(byId("sources"), layers, page.sources);
  if (fits) byId("layers").classList.toggle("other-colours", fits.chosen >= 0);
  map.on("mousemove", move);
  map.on("mouseout movestart zoomstart", () => { tip.hidden = true; });
  layers.filter(layer => layer.reasons).forEach(wireReasons);
  if (towns) wireTowns();
  else layers.filter(layer => layer.kind === "hexagons").forEach(layer => T.hexagonRows(byId("rows"), layer, -1));
  if (!towns) for (const node of document.querySelectorAll(".find-box, #town, #table-box, .skip, .controls")) node.hidden = true;
  L.control.zoom({ position: "topleft" }).addTo(map);
  homeButton().addTo(map);
  measure.control().addTo(map);
  if (keyed) box.appendChild(signBox);
  signs();
  L.control.scale({ position: "bottomleft", metric: true, imperial: true, maxWidth: 140 }).addTo(map);
  new ResizeObserver(resized).observe(box);
  theme.whenChanged.push(wearTheme);
  wearGround();
  app.print = new T.Print(app, theme);
  T.tools.share(state, app, T.tools.tools(byId("tools"), app, state, theme));
  map.on("movestart", () => { home = false; });
  state.read();
  T.packed.ready().then(() => document.body.setAttribute("data-ready", "true"));
})();
