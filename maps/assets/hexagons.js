"use strict";
/* Hexagons with counts: one area a class, a pattern each, what lies under the pointer, and the rows of a town. */
(function () {
  const { el, svg, polygon, pattern } = Townline;

  function paint(layer, index) {
    return "url(#" + layer.key + "-" + index + ")";
  }

  function define(layer, page) {
    const patterns = layer.classes.map((each, index) => pattern(layer.key + "-" + index, each.style.pattern, each.style.colour, each.style.ink, page.patterns));
    document.body.appendChild(svg("svg", { class: "patterns", width: 0, height: 0, "aria-hidden": "true", focusable: "false" }, [svg("defs", {}, patterns)]));
  }

  function holds(ring, lat, lng) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [y, x] = ring[i], [v, u] = ring[j];
      if ((y > lat) !== (v > lat) && lng < (u - x) * (lat - y) / (v - y) + x) inside = !inside;
    }
    return inside;
  }

  const Hexagons = L.FeatureGroup.extend({
    initialize: function (layer, renderer, page) {
      this.data = layer;
      define(layer, page);
      this.shapes = layer.shapes.map(polygon);
      this.boxes = this.shapes.map(parts => L.latLngBounds(parts.flat(2)));
      const areas = layer.classes.map((each, index) => L.polygon(this.shapes.filter((_, at) => layer.class_of[at] === index).flat(), {
        renderer: renderer, smoothFactor: 0, interactive: false, className: "hexagon",
        color: "#ffffff", weight: 0.8, opacity: 0.9, fillColor: paint(layer, index), fillOpacity: 0.92,
      }));
      this.areas = areas;
      L.FeatureGroup.prototype.initialize.call(this, []);
    },

    onAdd: function (map) {
      L.FeatureGroup.prototype.onAdd.call(this, map);
      map.on("zoomend", this.zoomed, this);
      this.zoomed();
    },

    onRemove: function (map) {
      map.off("zoomend", this.zoomed, this);
      L.FeatureGroup.prototype.onRemove.call(this, map);
    },

    near: function () {
      return this._map && this._map.getZoom() >= this.data.min_zoom;
    },

    zoomed: function () {
      const near = this.near();
      for (const area of this.areas) if (this.hasLayer(area) !== near) near ? this.addLayer(area) : this.removeLayer(area);
    },

    /* The hexagon under a point of the screen, or -1. */
    nearest: function (point) {
      if (!this.near()) return -1;
      const { lat, lng } = this._map.containerPointToLatLng(point);
      return this.shapes.findIndex((parts, at) => this.boxes[at].contains([lat, lng]) && parts.some(rings => rings.filter(ring => holds(ring, lat, lng)).length % 2 === 1));
    },

    words: function (index) {
      const counts = this.data.heads.map((head, at) => head + ": " + this.data.counts[at][index]);
      return [this.data.names[index], this.data.classes[this.data.class_of[index]].label, ...counts];
    },
  });

  /* The hexagons of the selected town as a table below its figures; or all areas, on a page without towns. */
  function rows(box, layer, town) {
    const mine = layer.town_of.map((of, at) => of === town ? at : -1).filter(at => at >= 0);
    if (!mine.length) return;
    box.appendChild(el("details", { class: "hexagons" }, [
      el("summary", { text: layer.listed + " (" + mine.length + ")" }),
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": layer.listed }, [
        el("table", {}, [
          el("thead", {}, [el("tr", {}, [layer.called, ...layer.heads].map(words => el("th", { scope: "col", text: words })))]),
          el("tbody", {}, mine.map(at => el("tr", {}, [el("th", { scope: "row", text: layer.cells[at] }), ...layer.counts.map(column => el("td", { class: "number", text: column[at] }))]))),
        ]),
      ]),
    ]));
  }

  Townline.Hexagons = Hexagons;
  Townline.hexagonRows = rows;
  Townline.hexagonPaint = paint;
})();
