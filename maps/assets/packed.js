"use strict";
/* Packed bytes -> typed arrays. maps/binary.py writes them and says what stands where. */
(function () {
  const { el, worldX, worldY } = Townline;
  const STEP = 1e-5, LINES_A_BLOCK = 64;
  const waiting = new Set();

  function octets(data) {
    const plain = window.atob(data), found = new Uint8Array(plain.length);
    for (let at = 0; at < plain.length; at++) found[at] = plain.charCodeAt(at);
    return found;
  }

  async function inflate(data) {
    const stream = new Blob([octets(data)]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  /* A number from its planes: exact below 2^53. */
  function number(bytes, from, count, planes, at) {
    let found = 0;
    for (let plane = planes - 1; plane >= 0; plane--) found = found * 256 + bytes[from + plane * count + at];
    return found;
  }

  /* Every second bit of 26, beginning with the lowest. */
  function squeeze(bits) {
    bits &= 0x1555555;
    bits = (bits | bits >>> 1) & 0x3333333;
    bits = (bits | bits >>> 2) & 0x0f0f0f0f;
    bits = (bits | bits >>> 4) & 0xff00ff;
    return (bits | bits >>> 8) & 0x1fff;
  }

  /* Points: world coordinates from an origin that stands in the middle of nothing, their class and their group.
     `cells` are runs of points within squares of 2^11 steps, which stand together along the curve. */
  async function points(given) {
    const bytes = await inflate(given.data), count = given.count, HALF = 0x4000000, CELL = 0x400000;
    const x0 = worldX(given.west * STEP), y0 = worldY(given.south * STEP);
    const x = new Float32Array(count), y = new Float32Array(count), froms = [], codes = [];
    let code = 0, last = -1;
    for (let at = 0; at < count; at++) {
      code += number(bytes, 0, count, given.planes, at);
      const high = Math.floor(code / HALF), low = code - high * HALF;
      const east = squeeze(high) * 8192 + squeeze(low), north = squeeze(high >>> 1) * 8192 + squeeze(low >>> 1);
      x[at] = worldX((given.west + east) * STEP) - x0;
      y[at] = worldY((given.south + north) * STEP) - y0;
      const cell = Math.floor(code / CELL);
      if (cell !== last) {
        froms.push(at);
        codes.push(cell);
        last = cell;
      }
    }
    froms.push(count);
    const member = bytes.slice(given.planes * count, (given.planes + 1) * count), group = new Uint16Array(count);
    for (let at = 0; at < count; at++) group[at] = number(bytes, (given.planes + 1) * count, count, 2, at);
    return { count: count, x0: x0, y0: y0, x: x, y: y, member: member, group: group, west: given.west, south: given.south, froms: Uint32Array.from(froms), codes: Uint32Array.from(codes) };
  }

  /* Column and row of a cell in a grid of squares of 2^level steps. */
  function column(code) {
    return squeeze(Math.floor(code / 0x4000000)) * 8192 + squeeze(code % 0x4000000);
  }

  function row(code) {
    return column(Math.floor(code / 2));
  }

  /* Lines: world coordinates, where each begins, its box, and a box around every few of them. */
  async function lines(given) {
    const bytes = await inflate(given.data), xy = new Float64Array(given.count * 2);
    const starts = new Uint32Array(given.lines + 1), boxes = new Float64Array(given.lines * 4);
    const head = given.lines * given.count_planes, width = given.planes * given.count;
    let x = given.west, y = given.south, at = 0;
    for (let line = 0; line < given.lines; line++) {
      const box = [Infinity, Infinity, -Infinity, -Infinity], end = at + number(bytes, 0, given.lines, given.count_planes, line);
      for (; at < end; at++) {
        x += unfolded(number(bytes, head, given.count, given.planes, at));
        y += unfolded(number(bytes, head + width, given.count, given.planes, at));
        widen(box, xy[at * 2] = worldX(x * STEP), xy[at * 2 + 1] = worldY(y * STEP));
      }
      boxes.set(box, line * 4);
      starts[line + 1] = at * 2;
    }
    return { xy: xy, starts: starts, boxes: boxes, blocks: around(boxes), size: LINES_A_BLOCK };
  }

  function unfolded(number) {
    return number % 2 ? -(number + 1) / 2 : number / 2;
  }

  function widen(box, x, y) {
    if (x < box[0]) box[0] = x;
    if (y < box[1]) box[1] = y;
    if (x > box[2]) box[2] = x;
    if (y > box[3]) box[3] = y;
  }

  function around(boxes) {
    const found = new Float64Array(Math.ceil(boxes.length / 4 / LINES_A_BLOCK) * 4);
    for (let block = 0; block * 4 < found.length; block++) {
      const box = [Infinity, Infinity, -Infinity, -Infinity], end = Math.min(boxes.length, (block + 1) * LINES_A_BLOCK * 4);
      for (let at = block * LINES_A_BLOCK * 4; at < end; at += 4) {
        widen(box, boxes[at], boxes[at + 1]);
        widen(box, boxes[at + 2], boxes[at + 3]);
      }
      found.set(box, block * 4);
    }
    return found;
  }

  /* Says in words why roads or locations are missing; the rest of the page works without them. */
  function complain() {
    if (document.getElementById("not-unpacked")) return;
    const words = typeof DecompressionStream === "undefined"
      ? "This browser is too old to unpack the lines and locations of this map. Areas, search, table and figures work. Any browser from the middle of 2023 or later shows all of it."
      : "Some lines or locations of this file cannot be read; it may have been damaged when it was copied. Ask for the file again.";
    document.getElementById("layers").before(el("p", { id: "not-unpacked", class: "lead", role: "alert", text: words }));
  }

  /* Keeps count of what is being unpacked, so that the page can say when it is ready. */
  function start(work) {
    const task = work().catch(complain);
    waiting.add(task);
    return task.finally(() => waiting.delete(task));
  }

  async function ready() {
    while (waiting.size) await Promise.all(waiting);
  }

  Townline.packed = { points, lines, column, row, start, ready };
})();
