"use strict";
/* Large sets of points: boxes of a degree grid from far, dots from near, on canvas tiles from typed arrays. */
(function () {
  const { packed, stop, worldX, worldY } = Townline;
  const TILE = 256, LEVEL = 11, STEP = 1e-5, CLOSE = 14;

  const Dots = Townline.Tiles.extend({
    onAdd: function (map) {
      this.load([this.data], each => packed.points(each.packed), ([found]) => {
        this.points = found;
        this.grids = {};
        this.cells = this.grid(LEVEL);
      });
      map.getContainer().classList.add("dots-on");
      Townline.dots[this.data.key] = this;
      Townline.Tiles.prototype.onAdd.call(this, map);
    },

    onRemove: function (map) {
      delete Townline.dots[this.data.key];
      map.getContainer().classList.toggle("dots-on", Object.keys(Townline.dots).length > 0);
      Townline.Tiles.prototype.onRemove.call(this, map);
    },

    /* Cells of 2^level steps that hold points: first point, world box and counts by class. Cells of one parent stand
       together along the curve, so coarser grids are runs of finer ones. */
    grid: function (level) {
      const given = this.points, kinds = this.data.classes.length, shift = Math.pow(4, level - LEVEL), size = Math.pow(2, level);
      const froms = [], codes = [];
      given.codes.forEach((code, at) => {
        const own = Math.floor(code / shift);
        if (own !== codes[codes.length - 1]) {
          codes.push(own);
          froms.push(given.froms[at]);
        }
      });
      const boxes = new Float64Array(codes.length * 4), counts = new Uint32Array(codes.length * kinds);
      froms.push(given.count);
      codes.forEach((code, at) => {
        const west = given.west + packed.column(code) * size, south = given.south + packed.row(code) * size;
        boxes.set([worldX(west * STEP), worldY((south + size) * STEP), worldX((west + size) * STEP), worldY(south * STEP)], at * 4);
        for (let point = froms[at]; point < froms[at + 1]; point++) counts[at * kinds + given.member[point]]++;
      });
      return { froms: Uint32Array.from(froms), boxes: boxes, counts: counts, count: codes.length };
    },

    /* The grid whose boxes are just wide enough to be told apart at a zoom. */
    coarse: function (zoom) {
      let level = LEVEL;
      while (Math.pow(2, level) * STEP / 360 * 256 * Math.pow(2, zoom) < this.data.boxes.pixels && level < 22) level++;
      return this.grids[level] = this.grids[level] || this.grid(level);
    },

    isFar: function (zoom) {
      return zoom < this.data.far_zoom;
    },

    /* Calls with each point of a world box; `only` is a class, or -1 for all. */
    within: function (west, north, east, south, only, call) {
      const { x, y, x0, y0, member } = this.points, { froms, boxes, count } = this.cells;
      for (let cell = 0, at = 0; cell < count; cell++, at += 4) {
        if (boxes[at] > east || boxes[at + 2] < west || boxes[at + 1] > south || boxes[at + 3] < north) continue;
        for (let point = froms[cell]; point < froms[cell + 1]; point++) {
          if (only >= 0 && member[point] !== only) continue;
          const wx = x[point] + x0, wy = y[point] + y0;
          if (wx >= west && wx < east && wy >= north && wy < south) call(wx, wy, point);
        }
      }
    },

    drawTile: function (context, tile) {
      if (!this.cells) return;
      const counts = this.data.classes.map(() => 0);
      if (this.isFar(tile.zoom)) this.drawBoxes(context, tile, counts);
      else this.drawDots(context, tile, counts);
      context.canvas.setAttribute("data-counts", counts.join(" "));
    },

    /* Colour and width, as a share of the whole, of a box. */
    shade: function (counts, from) {
      const look = this.data.boxes;
      let met = 0, known = 0, all = 0;
      this.data.classes.forEach((_, kind) => {
        const here = counts[from + kind];
        all += here;
        if (!look.unknown.includes(kind)) known += here;
        if (look.met.includes(kind)) met += here;
      });
      const shade = known ? look.shades.find(each => met / known >= each.least) : look.none;
      return { colour: shade.colour, width: stop(look.sizes, all), all: all };
    },

    drawBoxes: function (context, tile, sums) {
      const { boxes, counts, count } = this.coarse(tile.zoom), kinds = sums.length;
      for (let box = 0, at = 0; box < count; box++, at += 4) {
        const west = boxes[at] * tile.size - tile.x, east = boxes[at + 2] * tile.size - tile.x;
        const north = boxes[at + 1] * tile.size - tile.y, south = boxes[at + 3] * tile.size - tile.y;
        if (west > TILE || east < 0 || north > TILE || south < 0) continue;
        const { colour, width } = this.shade(counts, box * kinds), x = (west + east) / 2, y = (north + south) / 2;
        const wide = (east - west) * width, high = (south - north) * width;
        context.fillStyle = colour;
        context.fillRect(x - wide / 2, y - high / 2, wide, high);
        if (x >= 0 && x < TILE && y >= 0 && y < TILE) sums.forEach((_, kind) => { sums[kind] += counts[box * kinds + kind]; });
      }
    },

    /* The symbol of a class on a canvas of its own, in pixels of the screen. */
    sprite: function (kind, tile) {
      const style = this.data.classes[kind].style, size = style.size * stop(this.data.grow, tile.zoom) * tile.scale * tile.ratio;
      const reach = Math.ceil(size + 1.5 * tile.ratio), canvas = document.createElement("canvas");
      canvas.width = canvas.height = 2 * reach + 1;
      const context = canvas.getContext("2d"), symbol = new Path2D(this.options.symbols[style.symbol]);
      context.translate(reach + 0.5, reach + 0.5);
      context.scale(size, size);
      if (tile.zoom >= CLOSE) {
        context.lineWidth = 2 * tile.ratio / size;
        context.strokeStyle = "#ffffff";
        context.stroke(symbol);
      }
      context.fillStyle = style.colour;
      context.fill(symbol);
      return { canvas: canvas, reach: reach, width: canvas.width };
    },

    drawDots: function (context, tile, sums) {
      const stamps = [];
      this.data.classes.forEach((_, kind) => {
        const sprite = this.sprite(kind, tile), places = this.places(tile, kind, sprite.reach / tile.ratio, sums);
        if (tile.zoom >= CLOSE) stamps.push(() => this.place(context, tile, sprite, places));
        else stamps.push(places.length ? { sprite: sprite, places: places } : null);
      });
      if (tile.zoom >= CLOSE) stamps.forEach(draw => draw());
      else this.stampAll(context, tile, stamps.filter(each => each));
    },

    /* Where points of a class stand in pixels of the screen, those just outside of the tile as well. */
    places: function (tile, kind, reach, sums) {
      const found = [], size = tile.size, margin = reach / size;
      const west = tile.x / size, north = tile.y / size, wide = TILE / size;
      this.within(west - margin, north - margin, west + wide + margin, north + wide + margin, kind, (wx, wy) => {
        found.push((wx - west) * size * tile.ratio, (wy - north) * size * tile.ratio);
        if (wx >= west && wx < west + wide && wy >= north && wy < north + wide) sums[kind]++;
      });
      return found;
    },

    place: function (context, tile, sprite, places) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      for (let at = 0; at < places.length; at += 2) {
        context.drawImage(sprite.canvas, places[at] - sprite.reach - 0.5, places[at + 1] - sprite.reach - 0.5);
      }
    },

    /* Many small dots: pixels are written at once, each pixel's last class wins. */
    stampAll: function (context, tile, stamps) {
      if (!stamps.length) return;
      const side = context.canvas.width, image = context.createImageData(side, side), pixels = new Uint32Array(image.data.buffer);
      for (const { sprite, places } of stamps) {
        const inked = ink(sprite);
        for (let at = 0; at < places.length; at += 2) {
          const x = Math.floor(places[at]) - sprite.reach, y = Math.floor(places[at + 1]) - sprite.reach;
          for (const [dx, dy, colour] of inked) {
            const px = x + dx, py = y + dy;
            if (px >= 0 && px < side && py >= 0 && py < side) pixels[py * side + px] = colour;
          }
        }
      }
      context.putImageData(image, 0, 0);
    },

    /* The place or box at a point of the screen, or -1 where there is none. */
    nearest: function (point) {
      const map = this._map, zoom = map.getZoom(), size = Math.pow(2, zoom);
      if (!this.cells) return -1;
      const world = map.project(map.containerPointToLatLng(point), zoom), x = world.x / size, y = world.y / size;
      if (this.isFar(zoom)) {
        const boxes = this.coarse(zoom).boxes;
        for (let at = 0; at < boxes.length; at += 4) {
          if (x >= boxes[at] && x < boxes[at + 2] && y >= boxes[at + 1] && y < boxes[at + 3]) return at / 4;
        }
        return -1;
      }
      let best = -1, least = 7 / size;
      this.within(x - least, y - least, x + least, y + least, -1, (wx, wy, index) => {
        const distance = Math.hypot(wx - x, wy - y);
        if (distance < least && zoom >= CLOSE - 1) {
          least = distance;
          best = index;
        }
      });
      return best;
    },

    words: function (index) {
      const zoom = this._map.getZoom(), classes = this.data.classes;
      if (!this.isFar(zoom)) return [classes[this.points.member[index]].label];
      const counts = this.coarse(zoom).counts.subarray(index * classes.length, (index + 1) * classes.length);
      const all = counts.reduce((sum, each) => sum + each, 0);
      return [said(all, "location") + " in this box"].concat(classes.map((each, kind) => each.label + ": " + counts[kind].toLocaleString("en-US")).filter((_, kind) => counts[kind]));
    },

    /* Points by class within bounds, by default of the view. */
    count: function (bounds) {
      const box = bounds ? L.latLngBounds(bounds) : this._map.getBounds(), found = this.data.classes.map(() => 0);
      this.within(worldX(box.getWest()), worldY(box.getNorth()), worldX(box.getEast()), worldY(box.getSouth()), -1, (x, y, point) => { found[this.points.member[point]]++; });
      return Object.fromEntries(this.data.classes.map((each, kind) => [each.label, found[kind]]));
    },

    /* Points by class of every group, such as a town. */
    countGroups: function () {
      const kinds = this.data.classes.length, found = new Uint32Array(this.data.groups.length * kinds), { group, member, count } = this.points;
      for (let point = 0; point < count; point++) found[group[point] * kinds + member[point]]++;
      return Object.fromEntries(this.data.groups.map((name, at) => [name, Object.fromEntries(this.data.classes.map((each, kind) => [each.label, found[at * kinds + kind]]))]));
    },
  });

  /* Pixels of a sprite that are mostly covered, with their colour as one number. */
  function ink(sprite) {
    const image = sprite.canvas.getContext("2d").getImageData(0, 0, sprite.width, sprite.width), found = [];
    const colours = new Uint32Array(image.data.buffer), middle = (sprite.width - 1) / 2;
    colours.forEach((colour, at) => {
      const x = at % sprite.width, y = Math.floor(at / sprite.width);
      if (image.data[at * 4 + 3] > 110 || (x === middle && y === middle)) found.push([x, y, (colour | 0xff000000) >>> 0]);
    });
    return found;
  }

  function said(count, noun) {
    return count.toLocaleString("en-US") + " " + noun + (count === 1 ? "" : "s");
  }

  Townline.Dots = Dots;
  Townline.dots = {};
})();
