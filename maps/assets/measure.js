"use strict";
/* Distances and areas on the sphere, measured by clicks or by keys. */
(function () {
  const { el } = Townline;
  const RADIUS = 6371008.8, MILE = 1609.344, ACRE = 4046.8564224, NEAR = 12;
  const rad = degrees => degrees * Math.PI / 180;

  /* Metres along the great circle, by the haversine formula. */
  function distance(a, b) {
    const x = Math.sin(rad(b.lat - a.lat) / 2), y = Math.sin(rad(b.lng - a.lng) / 2);
    return 2 * RADIUS * Math.asin(Math.sqrt(x * x + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * y * y));
  }

  function length(points) {
    return points.slice(1).reduce((sum, point, at) => sum + distance(points[at], point), 0);
  }

  /* Square metres inside a ring of great circles: the spherical excess between each side and the equator. */
  function area(points) {
    const excess = points.reduce((sum, a, at) => {
      const b = points[(at + 1) % points.length], p = Math.tan(rad(a.lat) / 2), q = Math.tan(rad(b.lat) / 2);
      return sum + 2 * Math.atan2(Math.tan(rad(b.lng - a.lng) / 2) * (p + q), 1 + p * q);
    }, 0);
    return Math.abs(excess) * RADIUS * RADIUS;
  }

  function figure(value) {
    return value.toLocaleString("en-US", value < 100 ? { minimumFractionDigits: value < 10 ? 2 : 1, maximumFractionDigits: value < 10 ? 2 : 1 } : { maximumFractionDigits: 0 });
  }

  function lengthWords(metres) {
    return figure(metres / MILE) + " miles (" + figure(metres / 1000) + " km)";
  }

  function areaWords(metres) {
    return figure(metres / MILE / MILE) + " square miles (" + figure(metres / ACRE) + " acres)";
  }

  function Measure(map, renderer) {
    this.map = map;
    this.renderer = renderer;
    this.active = false;
    this.group = L.featureGroup().addTo(map);
    this.points = [];
    this.closed = false;
    this.build();
  }

  Measure.prototype = {
    build: function () {
      this.button = el("button", { type: "button", class: "home", id: "measure", "aria-pressed": "false", "aria-label": "Measure distance and area", title: "Measure distance and area" }, [
        Townline.svg("svg", { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true", focusable: "false" }, [
          Townline.svg("path", { d: "M2 13L13 2L18 7L7 18ZM5 10L7 12M8 7L11 10M11 4L13 6", fill: "none", stroke: "currentColor", "stroke-width": 1.7 }),
        ]),
      ]);
      this.said = el("p", { id: "measure-said", role: "status" });
      this.actions = [["Close area", () => this.close()], ["Undo", () => this.undo()], ["Done", () => this.end()]].map(([words, act]) => {
        const button = el("button", { type: "button", class: "tool", text: words });
        button.addEventListener("click", act);
        return button;
      });
      this.box = el("div", { class: "measure", role: "group", "aria-label": "Measuring" }, [this.said, el("div", { class: "measure-actions" }, this.actions)]);
      this.box.hidden = true;
      this.cross = el("div", { class: "cross", "aria-hidden": "true" });
      this.map.getContainer().append(this.box, this.cross);
      L.DomEvent.disableClickPropagation(this.box).disableClickPropagation(this.button);
      this.button.addEventListener("click", () => this.active ? this.end() : this.begin());
      this.map.on("click", event => { if (this.active) this.add(event.latlng, event.containerPoint); });
      this.map.getContainer().addEventListener("keydown", event => this.key(event));
    },

    control: function () {
      const control = L.control({ position: "topleft" });
      control.onAdd = () => el("div", { class: "leaflet-bar" }, [this.button]);
      return control;
    },

    begin: function () {
      this.points = [];
      this.closed = false;
      this.turn(true);
      this.map.getContainer().focus({ preventScroll: true });
      this.tell();
    },

    end: function () {
      this.turn(false);
      this.group.clearLayers();
      this.button.focus({ preventScroll: true });
    },

    turn: function (on) {
      this.active = on;
      this.box.hidden = !on;
      this.button.setAttribute("aria-pressed", String(on));
      this.map.getContainer().classList.toggle("measuring", on);
      if (on) this.map.doubleClickZoom.disable();
      else this.map.doubleClickZoom.enable();
    },

    key: function (event) {
      if (!this.active || (event.target !== this.map.getContainer() && event.key !== "Escape")) return;
      const acts = { Enter: () => this.add(this.map.getCenter()), Escape: () => this.end(), Backspace: () => this.undo() };
      if (!Object.hasOwn(acts, event.key)) return;
      event.preventDefault();
      acts[event.key]();
    },

    add: function (point, at) {
      if (this.closed) {
        this.points = [];
        this.closed = false;
      }
      const last = this.points[this.points.length - 1];
      if (at && this.points.length > 2 && this.map.latLngToContainerPoint(this.points[0]).distanceTo(at) < NEAR) return this.close();
      if (last && last.equals(point)) return;
      this.points.push(point);
      this.tell();
    },

    close: function () {
      if (this.points.length < 3) return;
      this.closed = true;
      this.tell();
      this.map.getContainer().focus({ preventScroll: true });
    },

    undo: function () {
      if (this.closed) this.closed = false;
      else this.points.pop();
      this.tell();
    },

    words: function () {
      const count = this.points.length;
      if (!count) return "Click points on the map; or move it with arrow keys, Enter sets its middle, Escape ends.";
      if (count === 1) return "1 point set.";
      const ring = this.closed ? [...this.points, this.points[0]] : this.points;
      const far = lengthWords(length(ring));
      return this.closed ? "Area " + areaWords(area(this.points)) + ", " + far + " around." : count + " points, " + far + ".";
    },

    tell: function () {
      this.said.textContent = this.words();
      this.actions[0].hidden = this.closed || this.points.length < 3;
      this.actions[1].hidden = !this.points.length;
      this.draw();
    },

    draw: function () {
      const look = { renderer: this.renderer, interactive: false, smoothFactor: 0, fill: this.closed, fillColor: "#ffffff", fillOpacity: 0.35 };
      const shape = this.closed ? L.polygon : L.polyline;
      this.group.clearLayers();
      for (const [color, weight] of [["#ffffff", 5], ["#111111", 2]]) this.group.addLayer(shape(this.points, { ...look, color: color, weight: weight }));
      for (const point of this.points) this.group.addLayer(L.circleMarker(point, { renderer: this.renderer, interactive: false, radius: 4, color: "#111111", weight: 2, fillColor: "#ffffff", fillOpacity: 1 }));
    },
  };

  Townline.Measure = Measure;
  Townline.sphere = { distance, length, area };
})();
