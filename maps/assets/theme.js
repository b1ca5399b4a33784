"use strict";
/* Light and dark: as the reader's system has it, or as the reader chose. Colours of the ground come with the data. */
(function () {
  const STATES = ["auto", "light", "dark"];
  const PROPERTIES = { name: "--map-name", county: "--map-county", state: "--map-state", halo: "--map-halo" };

  function Theme(page) {
    this.page = page;
    this.state = "auto";
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.whenChanged = [];
    this.forced = "";
    this.dark.addEventListener("change", () => this.wear());
    this.wear();
  }

  Theme.prototype = {
    shown: function () {
      return this.forced || (this.state === "auto" ? (this.dark.matches ? "dark" : "light") : this.state);
    },

    set: function (state) {
      if (!STATES.includes(state) || state === this.state) return;
      this.state = state;
      this.wear();
    },

    next: function () {
      return STATES[(STATES.indexOf(this.state) + 1) % STATES.length];
    },

    /* Paper is light, whatever the screen is: force("light"), and force("") to go back. */
    force: function (shown) {
      this.forced = shown;
      this.wear();
    },

    wear: function () {
      const root = document.documentElement, colours = this.page.map.themes[this.shown()];
      root.setAttribute("data-theme", this.shown());
      Object.assign(this.page.map, colours);
      for (const name of Object.keys(PROPERTIES)) root.style.setProperty(PROPERTIES[name], colours[name]);
      for (const tell of this.whenChanged) tell();
    },
  };

  Townline.Theme = Theme;
})();
