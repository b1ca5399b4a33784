"use strict";
/* A background map from a tile server, which is asked for nothing before a reader ticks it. */
(function () {
  const { el } = Townline;

  Townline.background = function (box, map, page) {
    if (!page.background) return;
    const { tiles, whose, server } = page.background, pane = map.createPane("background");
    pane.style.zIndex = 220;
    const layer = L.tileLayer(tiles, { pane: "background", maxNativeZoom: 19, maxZoom: page.map.max_zoom });
    const words = el("p", { class: "credit", text: "Background: " + whose }), tick = el("input", { type: "checkbox", id: "show-background" });
    words.hidden = true;
    map.getContainer().appendChild(words);
    box.appendChild(el("div", { class: "layer", "data-background": "" }, [
      el("label", { class: "layer-head" }, [tick, el("span", { class: "layer-words" }, [el("span", { class: "layer-title", text: "Background map" })])]),
      el("p", { class: "quiet", text: whose + ". Asks " + server + " for pictures, so it needs a network." }),
    ]));
    tick.addEventListener("change", () => {
      if (tick.checked) layer.addTo(map);
      else layer.remove();
      words.hidden = !tick.checked;
      map.getContainer().classList.toggle("background-on", tick.checked);
    });
  };
})();
