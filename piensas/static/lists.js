// @ts-check
// What readers say now: <que-piensas-newest></que-piensas-newest>, and where they say most:
// <que-piensas-discussed></que-piensas-discussed>. Plain lists of links, for the page's own styles.

(() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript ?? document.querySelector('script[src*="/lists.js"]'));
  if (!script) return console.warn('que-piensas-newest: no <script src="…/lists.js"> of this page says where to ask.');
  const base = new URL(script.src).origin;

  /** @param {string} what @returns {CustomElementConstructor} */
  const listOf = (what) =>
    class extends HTMLElement {
      async connectedCallback() {
        const language = this.closest("[lang]")?.getAttribute("lang") ?? "";
        const asked = new URLSearchParams({ language, limit: this.getAttribute("limit") ?? "5" });
        const answer = await fetch(`${base}/embed/${what}?${asked}`).catch(() => null);
        if (!answer?.ok) return;
        const list = document.createElement("ul");
        for (const each of await answer.json()) {
          const item = list.appendChild(document.createElement("li"));
          const link = item.appendChild(document.createElement("a"));
          [link.href, link.dir, link.textContent] = [each.url, "auto", each.words];
          const about = document.createElement("small");
          [about.dir, about.textContent] = ["auto", each.about];
          item.append(" ", about);
        }
        this.replaceChildren(list);
      }
    };

  for (const what of ["newest", "discussed"]) {
    const name = `que-piensas-${what}`;
    if (!customElements.get(name)) customElements.define(name, listOf(what));
  }
})();
