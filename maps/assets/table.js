"use strict";
/* The table of all areas: sorted by any column, in step with filter and selection. */
(function () {
  const { el, clear, plainText } = Townline;
  const FACTORS = { M: 1e6 };

  /* Number at the start of a displayed text, such as "$1.43M" or "9,596 of 10,000", and after the arrow where a text says
     before and after; null where there is none. */
  function numberOf(words) {
    const found = /(-?)\$?(\d[\d,]*(?:\.\d+)?)([M]?)/.exec(words.split(" → ").pop());
    return found ? (found[1] ? -1 : 1) * Number(found[2].replace(/,/g, "")) * (FACTORS[found[3]] || 1) : null;
  }

  function compare(a, b) {
    return typeof a === "string" ? a.localeCompare(b, "en") : a - b;
  }

  function Table(box, app, actions) {
    this.box = box;
    this.app = app;
    this.actions = actions;
    this.sort = { key: "name", down: false };
    this.whenSorted = () => {};
  }

  Table.prototype = {
    columns: function () {
      const { towns, page, fits } = this.app;
      const verdict = fits && !towns.classes.length ? fits.words.verdict : towns.heading || "Verdict";
      const own = towns.table.map(name => towns.fields.findIndex(field => field.column === name)).map(at => ({
        key: towns.fields[at].column, words: towns.fields[at].short, text: index => towns.values[index][at],
        value: index => towns.fields[at].number ? numberOf(towns.values[index][at]) : towns.values[index][at] || null,
      }));
      return [
        { key: "name", words: page.unit[0].toUpperCase() + page.unit.slice(1), value: index => plainText(towns.names[index]) },
        { key: "verdict", words: verdict, value: index => this.rank(index) },
        ...own,
      ];
    },

    rank: function (index) {
      const { fits, towns } = this.app;
      if (fits && fits.chosen >= 0) {
        const code = fits.code(fits.choice().units[0], index);
        return code < 0 ? null : code;
      }
      const order = ["fail", "not known", "pass"].indexOf(towns.verdicts[index]);
      return order < 0 ? towns.class_of[index] : order;
    },

    /* How rows are sorted: as the reader asked, or by name where the view has no such column. */
    order: function (columns) {
      return columns.some(each => each.key === this.sort.key) ? this.sort : { key: "name", down: false };
    },

    /* Areas that the filter keeps, in order; what has no value comes last either way. */
    rows: function (columns) {
      const { towns, filter } = this.app, order = this.order(columns);
      const column = columns.find(each => each.key === order.key), sign = order.down ? -1 : 1;
      const names = towns.names.map(plainText), values = towns.names.map((_, index) => column.value(index));
      const kept = towns.names.map((_, index) => index).filter(index => filter.keeps(index));
      return kept.sort((a, b) => {
        if ((values[a] === null) !== (values[b] === null)) return values[a] === null ? 1 : -1;
        return (values[a] === null ? 0 : sign * compare(values[a], values[b])) || compare(names[a], names[b]) || a - b;
      });
    },

    isDrawn: function () {
      return Boolean(this.box.firstChild);
    },

    sortBy: function (key, down) {
      if (!this.columns().some(each => each.key === key)) return;
      this.sort = { key: key, down: down };
      if (this.isDrawn()) this.draw();
    },

    draw: function () {
      const columns = this.columns(), rows = this.rows(columns), held = this.held(), high = this.box.scrollTop;
      const { fits, views } = this.app, title = (fits && fits.title()) || (views ? views.title() : "");
      const order = this.order(columns), sorted = columns.find(each => each.key === order.key);
      const said = this.app.filter.words() + ", sorted by " + sorted.words.toLowerCase() + (order.down ? ", descending." : ", ascending.");
      clear(this.box).appendChild(el("table", {}, [
        ...(title ? [el("caption", { text: title })] : []),
        el("thead", {}, [el("tr", {}, columns.map(column => this.head(column, order)))]),
        el("tbody", {}, rows.map(index => this.row(columns, index))),
      ]));
      document.getElementById("table-said").textContent = said;
      const again = held && (this.box.querySelector(held) || this.box.querySelector("thead button"));
      if (again) again.focus({ preventScroll: true });
      this.box.scrollTop = high;
      this.mark(false);
    },

    /* Where the focus is inside the table, to be found again after drawing. */
    held: function () {
      const node = this.box.contains(document.activeElement) ? document.activeElement : null;
      if (!node) return "";
      return node.hasAttribute("data-town") ? "[data-town='" + node.getAttribute("data-town") + "']" : "[data-sort='" + node.getAttribute("data-sort") + "']";
    },

    head: function (column, order) {
      const mine = column.key === order.key, down = mine && order.down;
      const button = el("button", { type: "button", "data-sort": column.key }, [
        el("span", { text: column.words }), ...(mine ? [el("span", { class: "arrow", "aria-hidden": "true", text: down ? "▼" : "▲" })] : []),
      ]);
      button.addEventListener("click", () => {
        this.sortBy(column.key, mine && !down);
        this.whenSorted();
      });
      return el("th", { scope: "col", "aria-sort": mine ? (down ? "descending" : "ascending") : "none" }, [button]);
    },

    row: function (columns, index) {
      const { towns, verdict } = this.app, look = verdict(index), actions = this.actions;
      const button = el("button", { type: "button", text: towns.names[index], "data-town": index });
      button.addEventListener("click", () => actions.select(index));
      button.addEventListener("focus", () => actions.point(index));
      button.addEventListener("blur", () => actions.point(-1));
      return el("tr", { "data-row": index }, [
        el("th", { scope: "row" }, [button]),
        el("td", { class: "verdict-cell", text: look.sign + " " + look.label }),
        ...columns.slice(2).map(column => el("td", { class: "number", text: column.text(index) || "–" })),
      ]);
    },

    /* Marks the selected area's row, and brings it into view within the table, which leaves the page where it is. */
    mark: function (bring) {
      const selected = this.app.selected();
      for (const row of this.box.querySelectorAll("tr[aria-current]")) row.removeAttribute("aria-current");
      const row = this.box.querySelector("tr[data-row='" + selected + "']");
      if (!row) return;
      row.setAttribute("aria-current", "true");
      if (!bring) return;
      const head = this.box.querySelector("thead").offsetHeight, outer = this.box.getBoundingClientRect(), inner = row.getBoundingClientRect();
      if (inner.top < outer.top + head || inner.bottom > outer.bottom) this.box.scrollTop += inner.top - outer.top - outer.height / 2;
    },
  };

  Townline.Table = Table;
  Townline.numberOf = numberOf;
})();
