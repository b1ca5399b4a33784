"use strict";
/* The map as a picture (PNG): what is in view, with title, day, caution, legend and sources. */
(function () {
  const { sheet } = Townline;
  const SCALE = 2, SIDE = 270, PAD = 16, NARROW = 560, LEAST_HIGH = 420, MOST = 16000;
  const serial = new XMLSerializer();

  /* A drawing of the page as an image of its own; patterns of the page go with it, since an image sees no page. */
  function image(drawing, width, height) {
    const copy = drawing.cloneNode(true);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.removeAttribute("style");
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    for (const patterns of document.querySelectorAll(".patterns defs")) copy.insertBefore(patterns.cloneNode(true), copy.firstChild);
    return new Promise((done, failed) => {
      const found = new Image();
      found.onload = () => done(found);
      found.onerror = () => failed(new Error("a part of the map could not be drawn"));
      found.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(serial.serializeToString(copy));
    });
  }

  /* -- the map ------------------------------------------------------------------------------------------- */
  function depth(node) {
    return Number(window.getComputedStyle(node.closest(".leaflet-pane")).zIndex) || 0;
  }

  async function drawMap(pen, app) {
    const box = app.map.getContainer(), origin = box.getBoundingClientRect();
    pen.save();
    pen.beginPath();
    pen.rect(0, 0, origin.width, origin.height);
    pen.clip();
    pen.fillStyle = box.style.backgroundColor;
    pen.fillRect(0, 0, origin.width, origin.height);
    const parts = [...box.querySelectorAll(".leaflet-pane > svg, .leaflet-pane canvas, .name")].map((node, at) => [depth(node), at, node]);
    parts.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [, , node] of parts) await drawPart(pen, node, origin);
    pen.restore();
    drawScale(pen, box, origin);
  }

  async function drawPart(pen, node, origin) {
    if (node.classList.contains("name")) return drawName(pen, node, origin);
    const at = node.getBoundingClientRect();
    if (!at.width || !at.height) return;
    const isTile = node.tagName === "CANVAS";
    if (!isTile && !node.querySelector("path[d]:not([d='M0 0'])")) return;
    const drawing = isTile ? node : await image(node, at.width, at.height);
    pen.globalAlpha = Number(window.getComputedStyle(node.closest(".leaflet-pane")).opacity);
    pen.drawImage(drawing, at.left - origin.left, at.top - origin.top, at.width, at.height);
    pen.globalAlpha = 1;
  }

  function drawName(pen, node, origin) {
    const look = window.getComputedStyle(node), at = node.getBoundingClientRect(), root = window.getComputedStyle(document.documentElement);
    const words = look.textTransform === "uppercase" ? node.textContent.toUpperCase() : node.textContent;
    pen.font = look.fontWeight + " " + look.fontSize + " " + look.fontFamily;
    if ("letterSpacing" in pen) pen.letterSpacing = look.letterSpacing === "normal" ? "0px" : look.letterSpacing;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 3;
    pen.strokeStyle = root.getPropertyValue("--map-halo");
    pen.fillStyle = look.color;
    const x = at.left - origin.left, y = (at.top + at.bottom) / 2 - origin.top;
    pen.strokeText(words, x, y);
    pen.fillText(words, x, y);
    if ("letterSpacing" in pen) pen.letterSpacing = "0px";
  }

  function drawScale(pen, box, origin) {
    for (const node of box.querySelectorAll(".leaflet-control-scale-line")) {
      const at = node.getBoundingClientRect(), x = at.left - origin.left, y = at.top - origin.top;
      pen.fillStyle = "rgb(255 255 255 / 85%)";
      pen.fillRect(x, y, at.width, at.height);
      pen.strokeStyle = pen.fillStyle = "#1b1f24";
      pen.lineWidth = 1.5;
      pen.strokeRect(x, y, at.width, at.height);
      pen.font = "11px sans-serif";
      pen.textBaseline = "middle";
      pen.fillText(node.textContent, x + 4, y + at.height / 2 + 1);
    }
  }

  /* -- words beside it ----------------------------------------------------------------------------------- */
  function wrapped(pen, words, width) {
    const lines = [];
    let line = "";
    for (const word of words.split(" ")) {
      const longer = line ? line + " " + word : word;
      if (line && pen.measureText(longer).width > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    return line ? [...lines, line] : lines;
  }

  /* Notes what is to be drawn where; nothing is drawn before the size of the picture is known. */
  function Layout(pen, family) {
    this.pen = pen;
    this.family = family;
    this.items = [];
  }

  Layout.prototype = {
    text: function (words, x, y, width, look) {
      const font = (look.weight || 400) + " " + look.size + "px " + this.family, high = look.size * 1.35;
      this.pen.font = font;
      const lines = wrapped(this.pen, words, width);
      lines.forEach((line, at) => this.items.push({ words: line, x: x, y: y + at * high, font: font, look: look }));
      return lines.length * high;
    },

    row: function (each, x, y, width, look) {
      if (each.swatch) this.items.push({ swatch: each.swatch, x: x, y: y });
      const left = each.swatch ? 34 : 0;
      this.pen.font = look.size + "px " + this.family;
      const room = each.amount ? this.pen.measureText(each.amount).width + 10 : 0;
      if (each.amount) this.items.push({ words: each.amount, x: x + width, y: y, font: look.size + "px " + this.family, look: { ...look, end: true } });
      return this.text(each.label, x + left, y, width - left - room, look);
    },

    drawAll: async function (ink) {
      for (const item of this.items) {
        if (item.swatch) {
          this.pen.drawImage(await image(item.swatch, 28, 16), item.x, item.y);
          continue;
        }
        this.pen.font = item.font;
        this.pen.textBaseline = "top";
        this.pen.textAlign = item.look.end ? "right" : "left";
        this.pen.fillStyle = item.look.colour || ink;
        this.pen.fillText(item.words, item.x, item.y);
      }
      this.pen.textAlign = "left";
    },
  };

  function entries(said, quiet) {
    const town = said.town ? [[{ label: said.town.name, weight: 700 }, ...said.town.lines.map(words => ({ label: words }))]] : [];
    const layers = said.legend.map(each => [{ label: each.title, swatch: each.swatch, amount: each.amount, weight: 700 }, ...each.rows]);
    return [...town, ...layers].map(rows => rows.map(row => ({ ...row, look: { size: 12, weight: row.weight || 400, colour: row.weight ? "" : quiet } })));
  }

  /* Columns beside the map; one that is full makes room for the next. Returns how wide and how high they are. */
  function columns(layout, list, x, top, high) {
    let y = top, column = 0, deepest = top;
    for (const rows of list) {
      const mark = layout.items.length, start = y;
      const put = () => rows.forEach(row => { y += Math.max(layout.row(row, x + column * SIDE, y, SIDE - 2 * PAD, row.look), row.swatch ? 18 : 0) + 2; });
      put();
      if (y > top + high && start > top) {
        layout.items.length = mark;
        column += 1;
        y = top;
        put();
      }
      deepest = Math.max(deepest, y);
      y += 8;
    }
    return { wide: (column + 1) * SIDE, high: deepest - top };
  }

  function plan(pen, app) {
    const root = window.getComputedStyle(document.documentElement), colour = name => root.getPropertyValue(name).trim();
    const said = sheet(app), size = app.map.getSize(), layout = new Layout(pen, window.getComputedStyle(document.body).fontFamily);
    const beside = size.x >= NARROW, tall = Math.max(size.y, LEAST_HIGH), quiet = colour("--quiet");
    const wide = beside ? size.x + PAD : size.x, list = entries(said, quiet);
    const across = beside ? size.x + SIDE : size.x - 2 * PAD;
    let y = PAD;
    y += layout.text([said.region, said.day].filter(words => words).join(" · "), PAD, y, across, { size: 13, colour: quiet });
    y += layout.text(said.title, PAD, y, across, { size: 22, weight: 700 });
    for (const words of [said.answer, said.view, said.only].filter(each => each)) y += layout.text(words, PAD, y, across, { size: words === said.view ? 12 : 15, weight: words === said.view ? 400 : 600 });
    if (said.caution) y += layout.text("⚠ " + said.caution, PAD, y + 4, across, { size: 12, weight: 600 }) + 4;
    const mapTop = y + 12;
    const legend = columns(layout, list, beside ? wide + PAD : PAD, beside ? mapTop : mapTop + size.y + PAD, beside ? tall : Infinity);
    const width = beside ? wide + legend.wide : size.x;
    const end = beside ? mapTop + Math.max(size.y, legend.high) : mapTop + size.y + PAD + legend.high;
    const foot = layout.text(said.sources, PAD, end + 12, width - 2 * PAD, { size: 11, colour: quiet });
    return { layout: layout, mapTop: mapTop, width: Math.ceil(width), height: Math.ceil(end + 12 + foot + PAD), paper: colour("--paper"), ink: colour("--ink"), plate: colour("--plate") };
  }

  /* Returns a canvas with the whole picture. */
  async function picture(app) {
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    const made = plan(pen, app), scale = Math.min(SCALE, MOST / Math.max(made.width, made.height));
    canvas.width = made.width * scale;
    canvas.height = made.height * scale;
    pen.scale(scale, scale);
    pen.fillStyle = made.paper;
    pen.fillRect(0, 0, made.width, made.height);
    pen.fillStyle = made.plate;
    for (const item of made.layout.items.filter(each => each.swatch)) pen.fillRect(item.x - 1, item.y - 1, 30, 18);
    pen.save();
    pen.translate(0, made.mapTop);
    await drawMap(pen, app);
    pen.restore();
    await made.layout.drawAll(made.ink);
    return canvas;
  }

  /* A name of a file out of a title: letters and digits only. */
  function fileName(words) {
    return (Townline.plainText(words).replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "map") + ".png";
  }

  async function save(app) {
    app.map.invalidateSize({ animate: false, pan: false });
    const canvas = await picture(app);
    const content = await new Promise(done => canvas.toBlob(done, "image/png"));
    if (!content) throw new Error("the picture is too large for this browser");
    const address = URL.createObjectURL(content), link = Townline.el("a", { href: address, download: fileName(sheet(app).region + " " + sheet(app).title) });
    document.body.appendChild(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  Townline.picture = { save };
})();
