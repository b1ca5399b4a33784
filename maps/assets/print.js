"use strict";
/* One sheet of paper, for Letter as for A4 in landscape: the map as it is in view, legend, figures and sources. */
(function () {
  const { el, clear, sheet } = Townline;
  const SMALLEST = 6, SMALL = 9.5, LARGEST = 11.5;

  function entry(each) {
    const copy = node => node ? [node.cloneNode(true)] : [];
    const rows = each.rows.map(row => el("li", {}, [...copy(row.swatch), el("span", { text: row.label }), el("span", { class: "amount", text: row.amount })]));
    return el("div", { class: "sheet-entry" }, [
      el("p", { class: "sheet-title" }, [...copy(each.swatch), el("span", { text: each.title }), el("span", { class: "amount", text: each.amount })]),
      ...(rows.length ? [el("ul", {}, rows)] : []),
    ]);
  }

  function townBox(town) {
    return town ? [el("div", { class: "sheet-town" }, [el("p", { class: "sheet-title", text: town.name }), ...town.lines.map(words => el("p", { text: words }))])] : [];
  }

  function Print(app, theme) {
    this.app = app;
    this.theme = theme;
    this.box = el("section", { class: "sheet", id: "sheet", "aria-hidden": "true" });
    document.body.appendChild(this.box);
    window.addEventListener("beforeprint", () => this.begin());
    window.addEventListener("afterprint", () => this.end());
  }

  Print.prototype = {
    fill: function () {
      const said = sheet(this.app);
      this.side = el("div", { class: "sheet-side" }, [...townBox(said.town), ...said.legend.map(entry)]);
      this.head = el("div", { class: "sheet-head" }, [
        el("p", { class: "sheet-region", text: [said.region, said.day].filter(words => words).join(" · ") }),
        el("p", { class: "sheet-question", text: said.title }),
        ...[said.answer, said.view, said.only].filter(words => words).map(words => el("p", { class: "sheet-answer", text: words })),
        ...(said.caution ? [el("p", { class: "sheet-caution", text: said.caution })] : []),
      ]);
      clear(this.box).append(this.head, this.side, el("p", { class: "sheet-foot", text: said.sources }));
    },

    /* Letters shrink until the legend fits beside the map; a long one has two columns. */
    fit: function () {
      document.body.classList.remove("long-legend");
      if (this.shrink(SMALL)) return;
      document.body.classList.add("long-legend");
      this.shrink(SMALLEST);
    },

    shrink: function (least) {
      for (let size = LARGEST; size >= least; size -= 0.5) {
        this.side.style.fontSize = size + "px";
        if (this.side.scrollHeight <= this.side.clientHeight && this.side.scrollWidth <= this.side.clientWidth) return true;
      }
      return false;
    },

    begin: function () {
      if (this.view) return;
      const map = this.app.map;
      this.view = { bounds: map.getBounds(), center: map.getCenter(), zoom: map.getZoom(), moved: this.app.moved(), scroll: window.scrollY, focus: document.activeElement };
      this.theme.force("light");
      this.fill();
      document.body.classList.add("printing");
      this.place();
      this.fit();
      map.invalidateSize({ animate: false, pan: false });
      map.fitBounds(this.view.moved ? this.view.bounds : this.app.page.bounds, { animate: false, padding: [20, 12] });
    },

    place: function () {
      const top = this.head.offsetHeight, foot = this.box.querySelector(".sheet-foot").offsetHeight, root = document.body.style;
      root.setProperty("--sheet-top", top + "px");
      root.setProperty("--sheet-foot", foot + "px");
    },

    end: function () {
      if (!this.view) return;
      document.body.classList.remove("printing");
      this.theme.force("");
      this.app.map.invalidateSize({ animate: false, pan: false });
      if (this.view.moved) this.app.map.setView(this.view.center, this.view.zoom, { animate: false });
      else this.app.whole();
      window.scrollTo(0, this.view.scroll);
      if (this.view.focus) this.view.focus.focus({ preventScroll: true });
      this.view = null;
    },
  };

  Townline.Print = Print;
})();
