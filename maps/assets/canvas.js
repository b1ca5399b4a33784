"use strict";
/* Lines and points, drawn on canvas tiles from arrays of world coordinates. */
(function () {
  const { runs, stop, worldX, worldY, latLngs } = Townline;
  const TILE = 256;

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
      this.classes = data.classes.map(each => ({ style: each.style, shape: runs(each.parts, each.xy) })).reverse();
      Tiles.prototype.initialize.call(this, data, options);
    },

    drawTile: function (context, tile) {
      for (const each of this.classes) {
        if (tile.zoom >= each.style.min_zoom) this.drawClass(context, tile, each.style, each.shape);
      }
    },

    drawClass: function (context, tile, style, shape) {
      const width = stop(style.width, tile.zoom), casing = stop(style.casing_width, tile.zoom);
      context.beginPath();
      trace(context, tile, shape, (width / 2 + casing + 1) * tile.scale);
      context.setLineDash([]);
      if (style.casing && casing > 0) {
        context.strokeStyle = style.casing;
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
    for (let part = 0, box = 0; box < boxes.length; part++, box += 4) {
      if (boxes[box] > east || boxes[box + 2] < west || boxes[box + 1] > south || boxes[box + 3] < north) continue;
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

  Townline.Lines = Lines;
  Townline.Points = Points;
})();
