"use strict";
/* The state of the page in its address, after the #: what a shared link carries. Values are looked up among what the
   page has; what is not found there is ignored. */
(function () {
  const WAIT = 250, LONGEST = 4000;
  const PLAIN = ["file:", "http:", "https:"];

  function State() {
    this.parts = [];
    this.timer = 0;
    this.ready = false;
    window.addEventListener("hashchange", () => {
      if (!this.ready || window.location.hash === this.written) return;
      if (isPlace(window.location.hash)) this.pass();
      else this.read();
    });
  }

  /* An address of a place on the page, such as the search: it says nothing of what is seen. */
  function isPlace(hash) {
    return hash.length > 1 && document.getElementById(hash.slice(1)) !== null;
  }

  State.prototype = {
    /* get(): the value, empty at the start's; set(words): takes a value from an address, "" where it has none. */
    add: function (key, get, set) {
      this.parts.push({ key: key, get: get, set: set });
    },

    fragment: function () {
      const found = new URLSearchParams();
      for (const part of this.parts) {
        const words = part.get();
        if (words) found.set(part.key, words);
      }
      return found.toString();
    },

    link: function () {
      const words = this.fragment();
      return window.location.href.split("#")[0] + (words ? "#" + words : "");
    },

    read: function () {
      const hash = window.location.hash;
      const found = new URLSearchParams(hash.length <= LONGEST ? hash.slice(1) : "");
      this.ready = false;
      for (const part of this.parts) part.set(found.get(part.key) || "");
      this.ready = true;
      this.written = hash;
    },

    /* Lets the address be that of a place on the page, and puts what is seen back into it. */
    pass: function () {
      this.written = window.location.hash;
      this.touch();
    },

    /* Notes a change: the address follows a moment later. */
    touch: function () {
      if (!this.ready) return;
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.write(), WAIT);
    },

    write: function () {
      const words = this.fragment(), hash = words ? "#" + words : "";
      if (!PLAIN.includes(window.location.protocol) || hash === window.location.hash) return;
      if (window.location.hash !== this.written) return;  // an address that the reader has just given, still to be read
      try {
        window.history.replaceState(null, "", hash || window.location.href.split("#")[0]);
      } catch (refused) {
        if (refused.name === "SecurityError") window.location.replace(hash || "#");
      }
      this.written = window.location.hash;
    },
  };

  Townline.State = State;
})();
