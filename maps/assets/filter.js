"use strict";
/* Which areas a reader wants to see: by verdict, by the reading that colours the map, by a text of few values. */
(function () {
  const { el, clear } = Townline;
  const FIRST = ["fail", "not known", "pass"];
  const MOST_VALUES = 12, MOST_FIELDS = 6, LONGEST = 60;

  function capital(words) {
    return words.charAt(0).toUpperCase() + words.slice(1);
  }

  function count(number) {
    return number.toLocaleString("en-US");
  }

  function Filter(box, app) {
    this.box = box;
    this.app = app;
    this.keys = ["", ""];
    this.whenChanged = () => {};
    this.build();
    this.refresh();
  }

  Filter.prototype = {
    build: function () {
      const units = this.app.page.units;
      this.selects = ["Show", "and"].map((words, at) => el("select", { id: "filter-" + at, "aria-label": at ? "Show only, by text" : "Show only, by verdict" }));
      this.said = el("p", { class: "filter-said", id: "filter-said", role: "status" });
      this.button = el("button", { type: "button", class: "tool", id: "filter-clear", text: "Show all " + units });
      const inside = el("div", { class: "fold-inside" }, [
        el("label", { for: "filter-0", text: "Show only" }), ...this.selects, this.said, this.button,
      ]);
      this.summary = el("summary", { text: "Filter" });
      this.box.appendChild(this.summary);
      this.box.appendChild(inside);
      this.box.hidden = false;
      this.selects.forEach((select, at) => select.addEventListener("change", () => this.choose(at, select.value)));
      this.button.addEventListener("click", () => {
        this.keys = ["", ""];
        this.changed();
        this.selects[0].focus();
      });
    },

    choose: function (at, key) {
      this.keys[at] = key;
      this.changed();
    },

    changed: function () {
      this.refresh();
      this.whenChanged();
    },

    /* Groups of options [title, [key, label, test]] for the two selects. */
    groups: function () {
      return [[...this.verdicts(), ...this.readings()], this.texts()];
    },

    verdicts: function () {
      const { towns, page } = this.app;
      if (!towns.verdicts.length) return [];
      const there = [...new Set(towns.classes.map(each => each.verdict))].sort((a, b) => FIRST.indexOf(a) - FIRST.indexOf(b));
      const options = there.map(verdict => [verdict, capital(page.verdicts[verdict].label), index => towns.verdicts[index] === verdict]);
      return [[towns.heading || "Target", options]];
    },

    readings: function () {
      const { fits, towns } = this.app;
      if (!fits || fits.chosen < 0) return [];
      const rows = fits.choice().units[0], codes = towns.names.map((_, index) => fits.code(rows, index));
      const options = fits.looks.map((look, code) => ["reading " + code, capital(look.label), index => codes[index] === code]);
      const kept = options.filter((_, code) => fits.choice().counts[code] !== "");
      if (fits.kind === "programme") kept.splice(1, 0, ["reading 0 1", fits.looks.slice(0, 2).map(look => look.label).join(" or "), index => codes[index] === 0 || codes[index] === 1]);
      return [[fits.title(), kept.map(([key, label, test]) => [key, capital(label), test])]];
    },

    texts: function () {
      const { towns } = this.app, found = [];
      towns.fields.forEach((field, at) => {
        if (!field.filter) return;
        const values = [...new Set(towns.values.map(row => row[at]).filter(words => words))].sort();
        const few = values.length > 1 && values.length <= MOST_VALUES && values.length < towns.names.length / 2;
        if (!few || values.some(words => words.length > LONGEST)) return;
        found.push([field.short, values.map(words => [field.column + ":" + words, capital(words), index => towns.values[index][at] === words])]);
      });
      return found.slice(0, MOST_FIELDS);
    },

    /* Offers what the data and the chosen reading have; a choice that is no longer there is dropped. */
    refresh: function () {
      const all = this.groups(), every = this.app.towns.names.map((_, index) => index);
      this.tests = this.selects.map((select, at) => {
        const options = all[at].flatMap(group => group[1]), mine = options.find(option => option[0] === this.keys[at]);
        if (!mine) this.keys[at] = "";
        clear(select).appendChild(el("option", { value: "", text: at ? "Any " + all[at].slice(0, 2).map(group => group[0].toLowerCase()).join(" or ") : "All " + this.app.page.units }));
        for (const [title, group] of all[at]) {
          select.appendChild(el("optgroup", { label: title }, group.map(([key, label, test]) => el("option", { value: key, text: label + " (" + count(every.filter(test).length) + ")" }))));
        }
        select.value = this.keys[at];
        select.hidden = !options.length;
        return mine ? mine[2] : null;
      }).filter(test => test);
      this.shown = every.filter(index => this.keeps(index)).length;
      this.button.hidden = !this.tests.length;
      this.said.textContent = this.words();
      this.summary.textContent = this.tests.length ? "Filter: " + this.words() : "Filter";
    },

    keeps: function (index) {
      return this.tests.every(test => test(index));
    },

    words: function () {
      const all = this.app.towns.names.length;
      return (this.tests.length ? count(this.shown) + " of " + count(all) : "All " + count(all)) + " " + (all === 1 ? this.app.page.unit : this.app.page.units);
    },

    /* What is chosen, in words; empty where nothing is. */
    chosenWords: function () {
      return this.selects.filter(select => select.value).map(select => select.selectedOptions[0].textContent.replace(/ \([\d,]+\)$/, "")).join(", ");
    },
  };

  Townline.Filter = Filter;
})();
