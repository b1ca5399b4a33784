"use strict";
/* Lines and points, drawn on canvas tiles from arrays of world coordinates. */
(function () {
  const { packed, stop, worldX, worldY, latLngs } = Townline;
  const TILE = 256, DARK = 0.14;

  /* Relative luminance of a colour, after WCAG 2. */
  function luminance(colour) {
    const [red, green, blue] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16) / 255).map(part => part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  const Tiles = L.GridLayer.extend({
    options: { updateWhenZooming: false, keepBuffer: 1 },

    initialize: function (data, options) {
      this.data = data;
      L.GridLayer.prototype.initialize.call(this, options);
    },

    getEvents: function () {
      const events = L.GridLayer.prototype.getEvents.call(this);
      events.zoomend = this.whenZoomed;
      return events;
    },

    /* Tiles have whole zooms; between them, widths must be drawn anew or they would be scaled. */
    whenZoomed: function () {
      if (this.drawnAt !== undefined && this.drawnAt !== this._map.getZoom()) this.redraw();
    },

    /* Unpacks once, when the layer is first shown; then the text is let go. */
    load: function (given, unpack, done) {
      if (this.loaded) return;
      this.loaded = true;
      packed.start(async () => {
        const found = await Promise.all(given.map(unpack));
        for (const each of given) each.packed.data = "";
        done(found);
        if (this._map) this.redraw();
      });
    },

    createTile: function (coords) {
      const map = this._map, zoom = map._animatingZoom ? map._animateToZoom : map.getZoom();
      const scale = Math.pow(2, coords.z - zoom);
      const ratio = (window.devicePixelRatio || 1) * (scale < 1 ? 2 : 1);
      const tile = document.createElement("canvas");
      tile.width = tile.height = TILE * ratio;
      const context = tile.getContext("2d");
      context.scale(ratio, ratio);
      context.lineJoin = context.lineCap = "round";
      const size = Math.pow(2, coords.z);
      this.drawnAt = zoom;
      this.drawTile(context, { size: size, x: coords.x * TILE, y: coords.y * TILE, zoom: zoom, scale: scale, ratio: ratio });
      return tile;
    },
  });

  const Lines = Tiles.extend({
    initialize: function (data, options) {
      this.classes = [];
      Tiles.prototype.initialize.call(this, data, options);
    },

    onAdd: function (map) {
      this.load(this.data.classes, each => packed.lines(each.packed), shapes => {
        this.classes = shapes.map((shape, index) => ({ style: this.data.classes[index].style, shape: shape })).reverse();
      });
      Tiles.prototype.onAdd.call(this, map);
    },

    drawTile: function (context, tile) {
      for (const each of this.classes) {
        if (tile.zoom >= each.style.min_zoom) this.drawClass(context, tile, each.style, each.shape);
      }
    },

    /* On a dark ground, a dark line without a casing gets a pale one. */
    pale: function (style) {
      const colours = this.options.colours;
      return colours && colours.line && !style.casing && luminance(style.colour) < DARK ? colours.line : null;
    },

    drawClass: function (context, tile, style, shape) {
      const width = stop(style.width, tile.zoom), pale = this.pale(style);
      const casing = pale ? 0.9 : stop(style.casing_width, tile.zoom), around = style.casing || pale;
      context.beginPath();
      trace(context, tile, shape, (width / 2 + casing + 1) * tile.scale);
      context.setLineDash([]);
      if (around && casing > 0) {
        context.strokeStyle = around;
        context.lineWidth = (width + 2 * casing) * tile.scale;
        context.stroke();
      }
      context.setLineDash(style.dash.map(length => length * tile.scale));
      context.lineCap = style.dash.length ? "butt" : "round";
      context.strokeStyle = style.colour;
      context.lineWidth = width * tile.scale;
      context.stroke();
    },
  });

  /* Adds to the path every part whose box meets the tile, without points closer than most of a pixel. */
  function trace(context, tile, shape, margin) {
    const west = (tile.x - margin) / tile.size, east = (tile.x + TILE + margin) / tile.size;
    const north = (tile.y - margin) / tile.size, south = (tile.y + TILE + margin) / tile.size;
    const boxes = shape.boxes, starts = shape.starts, xy = shape.xy;
    const blocks = shape.blocks, all = starts.length - 1;
    const apart = (box, at) => box[at] > east || box[at + 2] < west || box[at + 1] > south || box[at + 3] < north;
    for (let part = 0; part < all; part++) {
      if (part % shape.size === 0 && apart(blocks, part / shape.size * 4)) {
        part += shape.size - 1;
        continue;
      }
      if (apart(boxes, part * 4)) continue;
      const end = starts[part + 1];
      let lastX = Infinity, lastY = Infinity;
      for (let at = starts[part]; at < end; at += 2) {
        const x = xy[at] * tile.size - tile.x, y = xy[at + 1] * tile.size - tile.y;
        if (at === starts[part]) context.moveTo(x, y);
        else if (at + 2 < end && Math.abs(x - lastX) + Math.abs(y - lastY) < 0.8) continue;
        else context.lineTo(x, y);
        lastX = x;
        lastY = y;
      }
    }
  }

  const Points = Tiles.extend({
    initialize: function (data, options) {
      this.places = latLngs(data.xy);
      this.x = Float64Array.from(this.places, place => worldX(place[1]));
      this.y = Float64Array.from(this.places, place => worldY(place[0]));
      this.symbols = data.classes.map(each => new Path2D(options.symbols[each.style.symbol]));
      Tiles.prototype.initialize.call(this, data, options);
    },

    isFar: function (zoom) {
      return zoom < this.data.far_zoom;
    },

    size: function (index, zoom) {
      const grown = this.data.grow.length ? stop(this.data.grow, zoom) : 1;
      return this.isFar(zoom) ? this.data.far_size : this.data.classes[this.data.class_of[index]].style.size * grown;
    },

    drawTile: function (context, tile) {
      for (let i = 0; i < this.x.length; i++) {
        const x = this.x[i] * tile.size - tile.x, y = this.y[i] * tile.size - tile.y;
        const size = this.size(i, tile.zoom) * tile.scale, reach = size + 3;
        if (x > -reach && y > -reach && x < TILE + reach && y < TILE + reach) this.drawOne(context, tile, i, x, y, size);
      }
    },

    drawOne: function (context, tile, index, x, y, size) {
      const member = this.data.class_of[index], far = this.isFar(tile.zoom);
      context.setTransform(tile.ratio * size, 0, 0, tile.ratio * size, tile.ratio * x, tile.ratio * y);
      if (!far) {
        context.lineWidth = 2.6 * tile.scale / size;
        context.strokeStyle = "#ffffff";
        context.stroke(this.symbols[member]);
      }
      context.fillStyle = this.data.classes[member].style.colour;
      context.fill(this.symbols[member]);
    },

    /* The place nearest to a point of the screen, or -1 where none is near. */
    nearest: function (point) {
      const map = this._map, zoom = map.getZoom(), scale = Math.pow(2, zoom);
      const world = map.project(map.containerPointToLatLng(point), zoom);
      let best = -1, least = Infinity;
      for (let i = 0; i < this.x.length; i++) {
        const distance = Math.hypot(this.x[i] * scale - world.x, this.y[i] * scale - world.y);
        if (distance < least && distance < this.size(i, zoom) + 3) {
          least = distance;
          best = i;
        }
      }
      return best;
    },

    words: function (index) {
      return this.data.tips.map(column => column[index]).filter(words => words);
    },
  });

  Townline.Tiles = Tiles;
  Townline.Lines = Lines;
  Townline.Points = Points;
})();
