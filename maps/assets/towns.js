"use strict";
/* Towns as SVG areas: colour by class, pattern and outline by verdict; and outlines of counties and states. */
(function () {
  const { svg, polygon, latLngs, lineLatLngs, clear, stop } = Townline;

  function fillId(index) {
    return "fill-" + index;
  }

  function pattern(id, kind, ground, ink, sizes) {
    const size = kind === "dots" ? sizes.dot_spacing : kind === "lines" ? sizes.line_spacing : sizes.hatch_spacing;
    const base = svg("rect", { width: size, height: size, fill: ground });
    const marks = {
      hatch: () => svg("rect", { width: sizes.hatch_width, height: size, fill: ink }),
      lines: () => svg("rect", { width: size, height: sizes.line_width, fill: ink }),
      dots: () => svg("circle", { cx: size / 2, cy: size / 2, r: sizes.dot_radius, fill: ink }),
    };
    return svg("pattern", {
      id: id, width: size, height: size, patternUnits: "userSpaceOnUse",
      patternTransform: kind === "hatch" ? "rotate(45)" : "rotate(0)", "data-pattern": kind,
    }, kind === "plain" ? [base] : [base, marks[kind]()]);
  }

  /* Patterns stand once in the page; map, legend and bar refer to them. */
  function definePatterns(towns, page) {
    const patterns = towns.classes.map((each, index) => pattern(fillId(index), page.verdicts[each.verdict].pattern, each.colour, each.ink, page.patterns));
    const fits = towns.fits ? towns.fits.looks : [];
    fits.forEach((look, code) => patterns.push(pattern("fit-" + code, look.pattern, look.fill, look.ink, page.patterns)));
    for (const old of document.querySelectorAll("body > .patterns-towns")) old.remove();
    document.body.appendChild(
      svg("svg", { class: "patterns patterns-towns", width: 0, height: 0, "aria-hidden": "true", focusable: "false" }, [svg("defs", {}, patterns)])
    );
  }

  function paint(index) {
    return "url(#" + fillId(index) + ")";
  }

  /* How towns look by share served: fill, outline and which of them lie on top. */
  function shareView(data, page) {
    const rank = { "pass": 0, "not known": 1, "fail": 2 };
    return {
      fill: index => paint(data.class_of[index]),
      look: index => page.verdicts[data.verdicts[index]],
      rank: index => Number(page.verdicts[data.verdicts[index]].rank || rank[data.verdicts[index]] || 0),
    };
  }

  const Towns = L.FeatureGroup.extend({
    initialize: function (data, view, renderer, marked) {
      this.data = data;
      this.marked = marked;
      this.places = latLngs(data.labels.xy);
      this.areas = data.shapes.map((shape, index) => this.area(shape, index, renderer));
      this.wear(view);
      L.FeatureGroup.prototype.initialize.call(this, this.order.map(index => this.areas[index]));
    },

    area: function (shape, index, renderer) {
      const area = L.polygon(polygon(shape), { renderer: renderer, smoothFactor: 0, fillOpacity: this.data.opacity, opacity: this.data.opacity, className: "town-area" });
      area.index = index;
      return area;
    },

    /* Gives all areas the colours of a view. */
    wear: function (view) {
      this.view = view;
      this.order = this.areas.map((_, index) => index);
      this.order.sort((a, b) => view.rank(a) - view.rank(b) || a - b);
      const zoom = this._map ? this._map.getZoom() : 9;
      this.areas.forEach((area, index) => {
        const look = view.look(index);
        area.setStyle({ fillColor: view.fill(index), color: look.outline, weight: stop(look.outline_width, zoom) });
      });
      this.raise();
    },

    /* Areas that are not wanted stay on the map, pale. */
    fade: function (keeps) {
      this.areas.forEach((area, index) => {
        const share = keeps(index) ? 1 : 0.16;
        area.setStyle({ fillOpacity: this.data.opacity * share, opacity: this.data.opacity * (share < 1 ? 0.35 : 1) });
      });
    },

    raise: function () {
      if (this._map) this.order.forEach(index => this.areas[index].bringToFront());
    },

    onAdd: function (map) {
      L.FeatureGroup.prototype.onAdd.call(this, map);
      map.on("zoomend", this.weigh, this);
      this.weigh();
      this.raise();
    },

    onRemove: function (map) {
      map.off("zoomend", this.weigh, this);
      L.FeatureGroup.prototype.onRemove.call(this, map);
    },

    weigh: function () {
      const zoom = this._map.getZoom();
      this.areas.forEach((area, index) => area.setStyle({ weight: stop(this.view.look(index).outline_width, zoom) }));
    },

    /* Outlines a town in a pane of its own, above roads. */
    mark: function (index, group, weight) {
      group.clearLayers();
      if (index < 0) return;
      const shape = polygon(this.data.shapes[index]);
      const look = { renderer: this.marked, smoothFactor: 0, fill: false, interactive: false, opacity: 1 };
      group.addLayer(L.polygon(shape, Object.assign({ color: "#ffffff", weight: weight + 3.5 }, look)));
      group.addLayer(L.polygon(shape, Object.assign({ color: "#111111", weight: weight }, look)));
    },
  });

  function outlines(data, renderer, ground, page) {
    const lines = lineLatLngs(data.parts, data.xy), style = data.style, group = L.featureGroup();
    const look = { renderer: renderer, smoothFactor: 0.5, interactive: false, opacity: 1, lineCap: "butt" };
    const casing = L.polyline(lines, { ...look, weight: style.width + 2 * style.casing_width, opacity: 0.75 });
    const line = L.polyline(lines, { ...look, weight: style.width, dashArray: style.dash.join(" ") || null });
    if (style.casing) group.addLayer(casing);
    group.addLayer(line);
    const land = { renderer: ground, smoothFactor: 0.5, interactive: false, stroke: true, weight: 0.5, color: page.map.land, fillOpacity: 1, fillColor: page.map.land };
    const base = data.ground.map(shape => L.polygon(polygon(shape), land));
    /* The dark ground has lines of its own; on the light one they are as the style has them. */
    group.wear = colours => {
      line.setStyle({ color: colours.line || style.colour });
      casing.setStyle({ color: colours.line_casing || style.casing });
      base.forEach(each => each.setStyle({ color: colours.land, fillColor: colours.land }));
    };
    return { group: group, ground: base };
  }

  /* Areas of one colour each, such as those that one site serves: pale, and not to be chosen. */
  function zones(data, renderer) {
    const group = L.featureGroup(data.classes.map(each => L.polygon(polygon(each.shape), {
      renderer: renderer, smoothFactor: 0, interactive: false, className: "zone",
      color: each.style.colour, weight: 1.4, opacity: 0.8, fillColor: each.style.colour, fillOpacity: 0.22,
    })));
    group.wear = colours => group.getLayers().forEach((zone, at) => {
      zone.setStyle({ color: colours.line || data.classes[at].style.colour, fillOpacity: colours.line ? 0.5 : 0.22 });
    });
    return group;
  }

  /* The small picture beside a word of the legend. */
  function swatch(kind, style, symbols) {
    const box = svg("svg", { class: "swatch", viewBox: "0 0 28 16", width: 28, height: 16, "aria-hidden": "true", focusable: "false" });
    if (kind === "polygons") {
      box.appendChild(svg("rect", { x: 1.5, y: 1.5, width: 25, height: 13, fill: style.paint, "fill-opacity": style.opacity || 1, stroke: style.outline, "stroke-width": style.outline_width }));
    } else if (kind === "hexagons") {
      box.appendChild(svg("path", { d: "M7 1.5H21L27 8L21 14.5H7L1 8Z", fill: style.paint, stroke: "#6d747c", "stroke-width": 1 }));
    } else if (kind === "zones") {
      box.appendChild(svg("rect", { x: 1.5, y: 1.5, width: 25, height: 13, fill: style.colour, "fill-opacity": 0.3, stroke: style.colour, "stroke-width": 1.4 }));
    } else if (kind === "points") {
      const size = Math.min(style.size, 7);
      box.appendChild(svg("path", { d: symbols[style.symbol], fill: style.colour, "fill-rule": "evenodd", transform: "translate(14 8) scale(" + size + ")" }));
    } else {
      box.appendChild(svg("line", { x1: 1, y1: 8, x2: 27, y2: 8, stroke: style.colour, "stroke-width": style.width, "stroke-dasharray": style.dash.join(" ") || null }));
    }
    return box;
  }

  /* Share of towns by verdict, as a bar, in the order of the classes. */
  function bar(box, towns) {
    const totals = {}, paints = {}, most = {};
    towns.classes.forEach((each, index) => {
      totals[each.verdict] = (totals[each.verdict] || 0) + each.count;
      if (each.count >= (most[each.verdict] || 0)) {
        most[each.verdict] = each.count;
        paints[each.verdict] = paint(index);
      }
    });
    const all = towns.names.length, drawing = svg("svg", { width: "100%", height: "100%", focusable: "false" });
    let from = 0;
    for (const verdict of Object.keys(totals)) {
      const share = totals[verdict] / all * 100;
      drawing.appendChild(svg("rect", { x: from + "%", y: 0, width: share + "%", height: "100%", fill: paints[verdict] }));
      from += share;
    }
    clear(box).appendChild(drawing);
  }

  Object.assign(Townline, { Towns, shareView, outlines, zones, pattern, definePatterns, paint, swatch, bar });
})();
