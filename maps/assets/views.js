"use strict";
/* The choice "Show": the plan as it stands, scenarios, earlier filings, and what changes. A view swaps what the towns
   layer says of each town; shapes, names and places stay. */
(function () {
  const { el, clear, unpack } = Townline;
  const PARTS = ["classes", "class_of", "verdicts", "tips", "values", "table", "heading"];

  function Views(box, towns, page) {
    this.towns = towns;
    this.page = page;
    this.list = towns.views.list;
    this.at = 0;
    this.made = [Object.fromEntries(PARTS.map(part => [part, towns[part]]))];
    this.own = new Set(this.list.flatMap(view => view.layers));
    Object.assign(page.verdicts, towns.views.looks);
    this.build(box);
  }

  Views.prototype = {
    view: function () {
      return this.list[this.at];
    },

    build: function (box) {
      const groups = new Map();
      this.list.forEach((view, at) => {
        if (!groups.has(view.group)) groups.set(view.group, []);
        groups.get(view.group).push(el("option", { value: at, text: view.label }));
      });
      this.select = el("select", { id: "view", "aria-describedby": "view-said" });
      groups.forEach((options, words) => {
        if (words) this.select.appendChild(el("optgroup", { label: words }, options));
        else options.forEach(each => this.select.appendChild(each));
      });
      this.said = el("p", { class: "quiet", id: "view-said", role: "status" });
      box.prepend(
        el("div", { class: "choice" }, [el("label", { for: "view", text: "Show" }), this.select]));
      box.appendChild(el("div", { class: "view-words" }, [this.said]));
      const answer = document.getElementById("answer");
      answer.setAttribute("role", "status");
      answer.setAttribute("aria-atomic", "true");
      box.hidden = false;
    },

    wire: function (changed) {
      this.changed = changed;
      this.select.addEventListener("change", () => this.choose(Number(this.select.value)));
      this.dress();
    },

    choose: function (at) {
      this.at = at;
      this.select.value = String(at);
      Object.assign(this.towns, this.data(at));
      this.dress();
      this.changed();
      document.dispatchEvent(new CustomEvent("townline:view", { detail: { key: this.view().key } }));
    },

    /* -- figures of a view --------------------------------------------------------------------------------- */
    data: function (at) {
      if (!this.made[at]) this.made[at] = "before" in this.list[at] ? this.change(this.list[at]) : this.plan(this.list[at]);
      return this.made[at];
    },

    figures: function (view) {
      const members = Array.from(view.class_of, Number);
      return { classes: view.classes, class_of: members, verdicts: members.map(member => view.classes[member].verdict), table: view.table, heading: "before" in view ? "Change" : "" };
    },

    plan: function (view) {
      const base = this.made[0], all = this.towns.names;
      const cell = (columns, rows, index) => columns.map((column, at) => column ? unpack(column, index) : rows[index][at]);
      return Object.assign(this.figures(view), {
        values: all.map((_, index) => cell(view.values, base.values, index)),
        tips: all.map((_, index) => cell(view.tips, base.tips, index).filter(words => words)),
      });
    },

    /* Every line of the panel before and after; and what only the change says. */
    change: function (view) {
      const one = this.data(view.before), other = this.data(view.after), made = this.figures(view);
      const pair = (before, after) => before === after ? before : (before || "–") + " → " + (after || "–");
      return Object.assign(made, {
        values: this.towns.names.map((_, index) => one.values[index].map((before, field) =>
          field in view.own ? unpack(view.own[field], index) : view.alone.includes(field) ? before || other.values[index][field] : pair(before, other.values[index][field]))),
        tips: this.towns.names.map((_, index) => {
          const look = this.page.verdicts[made.verdicts[index]];
          return [look.sign + " " + look.label, unpack(view.said, index)];
        }),
      });
    },

    /* -- words and layers ---------------------------------------------------------------------------------- */
    dress: function () {
      const view = this.view(), [lead, name, rest] = view.question;
      clear(document.getElementById("question")).append(lead, ...(name ? [el("bdi", { text: name })] : []), rest);
      const answer = clear(document.getElementById("answer"));
      view.answer.forEach(([look, words], at) => {
        if (at) answer.append("before" in view ? "; " : ", ");
        answer.appendChild(el("span", { class: look, text: words }));
      });
      document.getElementById("town").setAttribute("data-target", view.aim);
      document.body.setAttribute("data-view", view.key);
      this.said.textContent = view.note;
    },

    /* What the table is about, where it is not the plan as it stands. */
    title: function () {
      return this.at ? this.view().question.join("") : "";
    },

    /* Whether a layer belongs to what is shown. */
    holds: function (key) {
      return !this.own.has(key) || this.view().layers.includes(key);
    },

    /* What the change says of a town, below its name. */
    lead: function (box, index) {
      const head = box.querySelector(".town-head");
      if (!head || index < 0 || !("before" in this.view())) return;
      const [look, ...said] = this.towns.tips[index], more = said.filter(words => !look.toLowerCase().endsWith(words.toLowerCase()));
      if (more.length) head.after(el("div", { class: "change" }, more.map(words => el("p", { text: words }))));
    },
  };

  /* For other scripts: keys of all views, the one that is shown, and a way to show another. */
  function expose(views) {
    const keys = views ? views.list.map(view => view.key) : ["now"];
    Townline.views = {
      keys: keys,
      current: () => keys[views ? views.at : 0],
      choose: key => {
        const at = keys.indexOf(key);
        if (at < 0) return false;
        if (views && at !== views.at) views.choose(at);
        return true;
      },
    };
  }

  Townline.Views = Views;
  Townline.exposeViews = expose;
})();
