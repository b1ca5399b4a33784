"use strict";
/* One of many readings of the areas at a time, such as programmes or clusters: the chooser with its legend, and all
   readings of a place. */
(function () {
  const { el, clear, swatch, stop } = Townline;
  const NONE = { sign: "–", outline: "#8b8982", outline_width: [[4, 0.25], [11, 1]] };

  /* Text of a packed column: a wording and its figures. */
  function unpack(column, at) {
    if (!column.list) column.list = column.rows ? column.rows.split("|") : [];
    const row = column.list.length && column.list[at] ? column.list[at].split(" ") : [];
    const form = column.forms[column.forms.length > 1 ? Number(row.shift()) : 0];
    return form.map((piece, index) => piece + (index < row.length ? row[index] : "")).join("");
  }

  function capital(words) {
    return words.charAt(0).toUpperCase() + words.slice(1);
  }

  function Chooser(box, towns, page) {
    this.box = box;
    this.towns = towns;
    this.data = towns.fits;
    this.words = this.data.words;
    this.kind = this.words.kind;
    this.looks = this.data.looks;
    this.none = Object.assign({ label: this.words.none.toLowerCase() }, NONE);
    this.page = page;
    this.chosen = this.data.start;
    const view = L.latLngBounds(page.bounds);
    this.far = Townline.latLngs(towns.labels.xy).filter(place => !view.contains(place)).length;
    this.build();
  }

  Chooser.prototype = {
    choice: function () {
      return this.data.choices[this.chosen];
    },

    title: function () {
      if (this.chosen < 0) return "";
      return this.choice().title + (this.choice().status ? " (" + this.choice().status + ")" : "");
    },

    /* Number of the verdict of a town in one unit's rows, or -1; the town's county, labor market or state has it. */
    code: function (rows, index) {
      const at = this.data.units[rows.unit].of[index];
      return at < 0 || rows.codes[at] === "." ? -1 : Number(rows.codes[at]);
    },

    look: function (index) {
      const code = this.code(this.choice().units[0], index);
      return code < 0 ? this.none : this.looks[code];
    },

    view: function () {
      const rows = this.choice().units[0], last = this.looks.length;
      const codes = this.towns.names.map((_, index) => this.code(rows, index));
      return {
        fill: index => codes[index] < 0 ? this.page.map.land : "url(#fit-" + codes[index] + ")",
        look: index => codes[index] < 0 ? this.none : this.looks[codes[index]],
        rank: index => last - codes[index] - (codes[index] < 0 ? last + 2 : 0),
      };
    },

    tips: function (index) {
      const look = this.look(index), rows = this.choice().units[0], at = this.data.units[rows.unit].of[index];
      const more = this.code(rows, index) < 0 ? [] : this.data.tips.map(name => unpack(rows[name], at)).filter(words => words);
      return [look.sign + " " + capital(look.label), this.title(), ...more, ...this.whose(rows, index)];
    },

    /* Words on whose verdict it is, where it is not the place's own. */
    whose: function (rows, index) {
      const unit = this.data.units[rows.unit], at = unit.of[index];
      return unit.places.length && at >= 0 ? ["Verdict of its " + unit.names[0] + ", " + unit.places[at]] : [];
    },

    /* -- the chooser --------------------------------------------------------------------------------------- */
    build: function () {
      const select = el("select", { id: this.kind, "aria-describedby": this.kind + "-said" });
      if (this.towns.classes.length) select.appendChild(el("option", { value: "-1", text: "Share of premises served" }));
      this.words.groups.forEach((words, group) => {
        const mine = this.data.choices.map((each, at) => [each, at]).filter(([each]) => each.group === group);
        if (mine.length) select.appendChild(el("optgroup", { label: words }, mine.map(([each, at]) => this.option(each, at))));
      });
      select.value = String(this.chosen);
      this.select = select;
      this.name = el("p", { class: "fit-name", id: this.kind + "-name" });
      this.legend = el("ul", { class: "fit-legend", id: "fit-legend" });
      this.said = el("p", { class: "quiet", id: this.kind + "-said", role: "status" });
      const label = el("label", { for: this.kind, text: this.towns.classes.length ? "Colour the map by" : this.words.label });
      clear(this.box).appendChild(el("div", { class: "choice" }, [label, select]));
      this.box.appendChild(el("div", { class: "fit-words" }, [this.name, this.legend, this.said]));
      this.box.hidden = false;
      this.explain();
    },

    option: function (each, at) {
      const status = each.open ? "" : " (" + each.status + ")", first = each.counts.findIndex(words => words !== "");
      return el("option", { value: at, text: each.title + status + ": " + each.counts[first] + " " + this.looks[first].count_label });
    },

    wire: function (changed) {
      this.select.addEventListener("change", () => {
        this.choose(Number(this.select.value));
        changed();
      });
    },

    choose: function (at) {
      this.chosen = at;
      this.select.value = String(at);
      this.explain();
    },

    explain: function () {
      clear(this.legend);
      this.name.textContent = "";
      document.body.setAttribute("data-" + this.kind, this.chosen < 0 ? "" : this.choice().name);
      if (this.chosen < 0) {
        this.said.textContent = this.data.invite;
        return;
      }
      const each = this.choice(), unit = this.data.units[each.units[0].unit];
      const rest = this.towns.names.filter((_, index) => this.code(each.units[0], index) < 0).length;
      this.looks.forEach((look, code) => {
        if (each.counts[code] !== "") this.legend.appendChild(this.chip(look, "url(#fit-" + code + ")", each.counts[code]));
      });
      this.legend.appendChild(el("li", { class: "total", "data-total": each.total, text: "All " + unit.names[1] + " " + each.total }));
      this.name.textContent = this.title();
      const words = [each.said || this.data.said];
      if (unit.places.length) words.push("The verdict is of the " + unit.names[0] + ", painted on all its " + this.page.units + ".");
      if (each.off) words.push(each.off + " " + this.words.off + ".");
      if (this.far) words.push(this.far + " lie beyond this view: zoom out.");
      if (rest) words.push("Pale without pattern: " + this.none.label + " (" + rest + " " + (rest === 1 ? this.page.unit : this.page.units) + ").");
      this.said.textContent = words.join(" ");
    },

    chip: function (look, fill, count) {
      const picture = swatch("polygons", { paint: fill, opacity: this.towns.opacity, outline: look.pattern === "lines" ? "#8b8982" : look.outline, outline_width: stop(look.outline_width, 9) }, {});
      return el("li", { "data-verdict": look.label, "data-count": count }, [
        picture,
        el("span", { text: look.sign + " " + capital(look.label) }),
        el("span", { class: "amount", text: count }),
      ]);
    },

    /* -- a place ------------------------------------------------------------------------------------------- */
    place: function (box, list, index) {
      this.lead(box, index);
      this.list(list, index);
    },

    /* All readings that reach a place: by look, then by rank, by choice, nearest unit first. */
    rows: function (index) {
      const found = [];
      this.data.choices.forEach((each, order) => each.units.forEach(rows => {
        const code = this.code(rows, index);
        if (code >= 0) found.push({ each: each, rows: rows, code: code, order: order });
      }));
      return found.sort((a, b) => a.code - b.code || a.each.rank - b.each.rank || a.order - b.order || a.rows.unit - b.rows.unit);
    },

    lines: function (found, index) {
      const at = this.data.units[found.rows.unit].of[index];
      return this.data.lines
        .map(([name, before]) => [name, before, unpack(found.rows[name], at)])
        .filter(line => line[2])
        .map(([name, before, words]) => [name, before + words]);
    },

    why: function (found, index) {
      return this.lines(found, index).map(([name, words]) => el("p", { class: name === this.data.lines[0][0] ? "reason" : "quiet", "data-said": name, text: words }));
    },

    pill: function (code) {
      const look = this.looks[code], node = el("span", { class: "fit-pill", "data-verdict": look.label, text: look.sign + " " + capital(look.label) });
      node.style.color = look.colour;
      return node;
    },

    /* What the choice says of a place, right below its name. */
    lead: function (box, index) {
      const old = box.querySelector(".lead");
      if (old) old.remove();
      if (this.chosen < 0 || index < 0) return;
      const rows = this.choice().units[0], code = this.code(rows, index);
      const inside = code < 0
        ? [el("p", { text: this.words.none + " on " + this.title() })]
        : [el("p", {}, [this.pill(code), el("span", { text: " " + this.title() })]), ...this.whose(rows, index).map(words => el("p", { class: "quiet", text: words })), ...this.why({ rows: rows }, index)];
      box.querySelector(".town-head").after(el("div", { class: "lead" }, inside));
    },

    list: function (box, index) {
      clear(box).hidden = false;
      const all = this.rows(index);
      box.appendChild(el("h2", { text: this.words.head.replace("{name}", () => this.towns.names[index]) }));
      box.appendChild(el("p", { class: "quiet", text: this.data.note }));
      this.looks.forEach((look, code) => {
        const mine = all.filter(found => found.code === code);
        if (!mine.length) return;
        const group = el("details", { "data-verdict": look.label }, [
          el("summary", { text: look.sign + " " + capital(look.label) + " (" + mine.length + ")" }),
          this.table(mine, index, look),
        ]);
        group.open = look.open;
        box.appendChild(group);
      });
    },

    table: function (mine, index, look) {
      return el("table", { class: "fit-table", "aria-label": capital(look.label) }, [
        el("thead", {}, [el("tr", {}, this.words.columns.map(words => el("th", { scope: "col", text: words })))]),
        el("tbody", {}, mine.map(found => el("tr", { ["data-" + this.kind]: found.each.name, "data-unit": this.data.units[found.rows.unit].unit }, [
          el("th", { scope: "row" }, [
            el("span", { class: "fit-title", text: found.each.title }),
            ...(found.each.status ? [el("span", { class: found.each.open ? "fit-open" : "quiet", text: capital(found.each.status) })] : []),
            ...this.whose(found.rows, index).map(words => el("span", { class: "quiet", text: words })),
          ]),
          el("td", {}, this.why(found, index)),
        ]))),
      ]);
    },
  };

  Townline.Chooser = Chooser;
  Townline.unpack = unpack;
})();
