"use strict";
/* Names on the map: set largest first, where they hit no other name. The same zoom always gives the same names. */
(function () {
  const { el, latLngs } = Townline;
  const TRIES = [0, -0.8, 0.8];

  const Labels = L.Layer.extend({
    initialize: function (style) {
      this.style = style;
      this.items = [];
      this.chosen = -1;
    },

    /* kind: "town", "county" or "state"; show(): whether their layer is shown. */
    add: function (kind, names, xy, settings, show) {
      const places = latLngs(xy);
      names.forEach((name, index) => {
        if (name) this.items.push({ kind: kind, index: index, name: name, place: places[index], show: show, ...settings(index) });
      });
      this.items.sort((a, b) => a.rank - b.rank);
    },

    onAdd: function (map) {
      this.box = map.createPane("names");
      this.box.classList.add("leaflet-zoom-hide", "names");
      this.box.setAttribute("aria-hidden", "true");
      this.pen = document.createElement("canvas").getContext("2d");
      this.family = window.getComputedStyle(map.getContainer()).fontFamily;
      this.refresh();
    },

    getEvents: function () {
      return { zoomend: this.refresh, moveend: this.show, resize: this.show };
    },

    choose: function (index) {
      this.chosen = index;
      this.refresh();
    },

    refresh: function () {
      this.placed = this.place(this._map.getZoom());
      this.show();
    },

    measure: function (item) {
      this.pen.font = item.weight + " " + item.size + "px " + this.family;
      const spaced = item.kind === "town" ? 1 : 1.28;
      return this.pen.measureText(item.kind === "town" ? item.name : item.name.toUpperCase()).width * spaced;
    },

    place: function (zoom) {
      const map = this._map, taken = [], placed = [];
      const isChosen = item => item.kind === "town" && item.index === this.chosen;
      const queue = this.items.filter(isChosen).concat(this.items.filter(item => !isChosen(item)));
      for (const item of queue) {
        const forced = isChosen(item);
        if (!item.show() || ((zoom > item.maxZoom || zoom < item.minZoom) && !forced)) continue;
        const width = this.measure(item), half = width / 2 + 3, high = item.size * 0.6 + 1;
        const at = map.project(item.place, zoom);
        if (!forced && item.span && width > item.reach * item.span * Math.pow(2, zoom)) continue;
        const y = TRIES.map(shift => at.y + shift * item.size).find(y => !hits(taken, at.x, y, half, high));
        if (y === undefined && !forced) continue;
        const box = { x: at.x, y: y === undefined ? at.y : y, half: half, high: high };
        taken.push(box);
        placed.push({ item: item, x: box.x, y: box.y, bounds: L.bounds([box.x - half, box.y - high], [box.x + half, box.y + high]) });
      }
      return placed;
    },

    show: function () {
      const map = this._map, origin = map.getPixelOrigin(), view = map.getPixelBounds();
      const seen = this.placed.filter(each => each.item.kind === "town" ? view.contains([each.x, each.y]) : view.contains(each.bounds));
      this.box.replaceChildren(...seen.map(each => {
        const name = el("span", { class: "name name-" + each.item.kind, text: each.item.name });
        const spot = el("span", { class: "name-place" }, [name]);
        name.style.fontSize = each.item.size + "px";
        name.style.fontWeight = each.item.weight;
        L.DomUtil.setPosition(spot, L.point(each.x, each.y).subtract(origin).round());
        return spot;
      }));
    },
  });

  function hits(taken, x, y, half, high) {
    return taken.some(box => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < box.high + high);
  }

  Townline.Labels = Labels;
})();
