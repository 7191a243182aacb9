// @ts-check
// How many comments there are: <que-piensas-count page="…" story="…"></que-piensas-count>, all that a page has at one
// time with one request.

(() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript ?? document.querySelector('script[src*="/count.js"]'));
  if (!script) return console.warn('que-piensas-count: no <script src="…/count.js"> of this page says where to ask.');
  const base = new URL(script.src).origin;
  const AT_ONCE = 30; // addresses that a web server takes in one line
  /** @type {Count[]} */
  let waiting = [];

  const ask = async () => {
    const every = waiting;
    waiting = [];
    for (const kind of [every.filter((each) => each.story), every.filter((each) => !each.story)]) {
      while (kind.length) {
        const some = kind.splice(0, AT_ONCE);
        const asked = new URLSearchParams([["language", document.documentElement.lang], ...some.flatMap((each) => each.wish)]);
        const answer = await fetch(`${base}/embed/counts?${asked}`).catch(() => null);
        const counts = answer?.ok ? await answer.json() : [];
        some.forEach((each, place) => counts[place] && (each.textContent = counts[place]));
      }
    }
  };

  class Count extends HTMLElement {
    static observedAttributes = ["page", "story"];

    /** What is asked about; an address that is none is the server's to pass over. */
    get wish() {
      const page = this.getAttribute("page") ?? "";
      const known = URL.canParse(page, location.href) ? new URL(page, location.href).href : page;
      return this.story ? [["page", known], ["story", this.story]] : [["page", known]];
    }

    /** The name that the page gives its discussion. */
    get story() {
      return this.getAttribute("story");
    }

    connectedCallback() {
      if (!waiting.length) setTimeout(ask);
      if (!waiting.includes(this)) waiting.push(this);
    }

    attributeChangedCallback() {
      if (this.isConnected) this.connectedCallback();
    }
  }

  if (!customElements.get("que-piensas-count")) customElements.define("que-piensas-count", Count);
})();
