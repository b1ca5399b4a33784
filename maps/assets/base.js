"use strict";
/* Helpers that the other scripts share. Data only ever becomes text, numbers or values of fixed attributes. */
window.Townline = (function () {
  const SVG = "http://www.w3.org/2000/svg";
  const STEP = 1e-5;

  function read(id) {
    return JSON.parse(document.getElementById(id).textContent);
  }

  function fill(node, attributes, children) {
    for (const name of Object.keys(attributes || {})) {
      if (name === "text") node.textContent = attributes.text;
      else if (attributes[name] !== null) node.setAttribute(name, attributes[name]);
    }
    for (const child of children || []) node.appendChild(child);
    return node;
  }

  function el(tag, attributes, children) {
    return fill(document.createElement(tag), attributes, children);
  }

  function svg(tag, attributes, children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
  }

  function clear(node) {
    while (node.firstChild) node.removeChild(node.firstChild);
    return node;
  }

  /* Web Mercator on a square of 256 units, as Leaflet has it at zoom 0. */
  function worldX(lon) {
    return (lon + 180) / 360 * 256;
  }

  function worldY(lat) {
    const sine = Math.sin(lat * Math.PI / 180);
    return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 256;
  }

  /* Differences in steps of 1e-5 degree -> [[lat, lon], ...]. */
  function latLngs(run) {
    const points = [];
    let x = 0, y = 0;
    for (let i = 0; i < run.length; i += 2) {
      x += run[i];
      y += run[i + 1];
      points.push([y * STEP, x * STEP]);
    }
    return points;
  }

  function polygon(parts) {
    return parts.map(rings => rings.map(latLngs));
  }

  function lineLatLngs(counts, run) {
    const all = latLngs(run), lines = [];
    let at = 0;
    for (const count of counts) lines.push(all.slice(at, at += count));
    return lines;
  }

  /* Value at a zoom between stops [zoom, value]. */
  function stop(stops, zoom) {
    if (!stops.length) return 0;
    if (zoom <= stops[0][0]) return stops[0][1];
    for (let i = 1; i < stops.length; i++) {
      const low = stops[i - 1], high = stops[i];
      if (zoom <= high[0]) return low[1] + (high[1] - low[1]) * (zoom - low[0]) / (high[0] - low[0]);
    }
    return stops[stops.length - 1][1];
  }

  function plainText(words) {
    return words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  return { read, el, svg, clear, fill, worldX, worldY, latLngs, polygon, lineLatLngs, stop, plainText };
})();
