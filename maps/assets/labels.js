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
      this.keeps = () => true;
    },

    /* kind: "town", "site", "county" or "state"; show(): whether their layer is shown. */
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
      if (!this._map) return;
      this.placed = this.place(this._map.getZoom());
      this.show();
    },

    measure: function (item) {
      this.pen.font = item.weight + " " + item.size + "px " + this.family;
      const spaced = isPlain(item) ? 1 : 1.28;
      return this.pen.measureText(isPlain(item) ? item.name : item.name.toUpperCase()).width * spaced;
    },

    place: function (zoom) {
      const map = this._map, taken = [], placed = [];
      const isChosen = item => item.kind === "town" && item.index === this.chosen;
      const queue = this.items.filter(isChosen).concat(this.items.filter(item => !isChosen(item)));
      for (const item of queue) {
        const forced = isChosen(item);
        if (!item.show() || (item.kind === "town" && !forced && !this.keeps(item.index)) || ((zoom > item.maxZoom || zoom < item.minZoom) && !forced)) continue;
        const width = this.measure(item), half = width / 2 + 3, high = item.size * 0.6 + 1;
        const at = map.project(item.place, zoom);
        if (!forced && item.span && width > item.reach * item.span * Math.pow(2, zoom)) continue;
        const tries = item.apart ? around(item.apart, half, high) : TRIES.map(shift => [0, shift * item.size]);
        const shift = tries.find(([x, y]) => !hits(taken, at.x + x, at.y + y, half, high));
        if (!shift && !forced) continue;
        const box = { x: at.x + (shift ? shift[0] : 0), y: at.y + (shift ? shift[1] : 0), half: half, high: high };
        taken.push(box);
        placed.push({ item: item, x: box.x, y: box.y, half: half, high: high, bounds: L.bounds([box.x - half, box.y - high], [box.x + half, box.y + high]) });
      }
      return placed;
    },

    show: function () {
      const map = this._map, origin = map.getPixelOrigin(), view = map.getPixelBounds();
      const seen = this.placed.filter(each => isPlain(each.item) ? view.contains(map.project(each.item.place)) : view.contains(each.bounds));
      for (const each of seen) each.shown = each.item.kind === "site" ? Math.max(view.min.x + each.half, Math.min(view.max.x - each.half, each.x)) : each.x;
      const apart = seen.filter((each, at) => !seen.slice(0, at).some(other => meet(each, other)));
      this.box.replaceChildren(...apart.map(each => {
        const name = el("span", { class: "name name-" + each.item.kind, text: each.item.name });
        const spot = el("span", { class: "name-place" }, [name]);
        name.style.fontSize = each.item.size + "px";
        name.style.fontWeight = each.item.weight;
        L.DomUtil.setPosition(spot, L.point(each.shown, each.y).subtract(origin).round());
        return spot;
      }));
    },
  });

  function isPlain(item) {
    return item.kind === "town" || item.kind === "site";
  }

  /* Where the name of a sign may stand: below, above, right, left, then further off. */
  function around(apart, half, high) {
    const y = apart + high, x = apart + half;
    return [[0, y], [0, -y], [x, 0], [-x, 0], [half, y], [-half, y], [half, -y], [-half, -y], [0, y + 2 * high], [0, -y - 2 * high]];
  }

  /* Whether the name of a sign that was moved into view meets another name. */
  function meet(one, other) {
    return (one.item.kind === "site" || other.item.kind === "site") && Math.abs(one.shown - other.shown) < one.half + other.half && Math.abs(one.y - other.y) < one.high + other.high;
  }

  function hits(taken, x, y, half, high) {
    return taken.some(box => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < box.high + high);
  }

  Townline.Labels = Labels;
})();
