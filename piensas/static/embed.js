// @ts-check
// Puts a discussion under any page: <que-piensas></que-piensas>. The addresses below are filled in when this
// file is handed out.

(() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript ?? document.querySelector('script[src*="/embed.js"]'));
  if (!script) return console.warn('que-piensas: no <script src="…/embed.js"> of this page says where the comments are.');
  const base = new URL(script.src).origin;
  const code = `${base}PIENSAS_JS`;
  const style = `${base}PIENSAS_CSS`;
  const NEAR = "800px";
  /** @type {Record<string, string>} */
  const SORRY = { en: "Comments could not be loaded.", es: "No se han podido cargar los comentarios." };

  /** The style sheet, fetched once for all discussions of the page.
   * @type {Promise<CSSStyleSheet> | undefined} */
  let sheet;
  const fetchSheet = async () => {
    const answer = await fetch(style);
    if (!answer.ok) throw new Error(answer.statusText);
    return new CSSStyleSheet().replace(await answer.text());
  };

  const canonical = () => /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel="canonical"]'))?.href;

  /** In words for whoever looks after the page.
   * @param {URLSearchParams} wish @param {{ code?: string, detail?: string }} problem */
  const why = (wish, { code, detail }) => {
    const page = wish.get("page") ?? "";
    if (code === "origin_unknown") return `${new URL(page).origin} is not among the origins under [embed] in the settings of ${base}.`;
    if (code === "forged") return `the page is at ${location.origin}, and says that its address is ${page}.`;
    return `${detail ?? "no answer"} (${page})`;
  };

  class QuePiensas extends HTMLElement {
    static observedAttributes = ["page", "story", "language"];
    shown = "";
    near = false;

    /** What is asked for: the page by its own address, unless the element says otherwise. */
    get wish() {
      const page = new URL(this.getAttribute("page") ?? canonical() ?? location.href, location.href);
      page.hash = "";
      const wish = new URLSearchParams({
        page: page.href,
        language: this.getAttribute("language") ?? this.closest("[lang]")?.getAttribute("lang") ?? "",
      });
      const story = this.getAttribute("story");
      if (story) wish.set("story", story);
      return wish;
    }

    connectedCallback() {
      const watcher = new IntersectionObserver(
        (seen) => {
          if (!seen.some((each) => each.isIntersecting)) return;
          watcher.disconnect();
          this.near = true;
          this.load();
        },
        { rootMargin: NEAR },
      );
      watcher.observe(this);
      this.watcher = watcher;
      this.follow = () => setTimeout(() => this.isConnected && this.load(), 100); // the page names itself anew first
      for (const name of ["popstate", "piensas:page"]) addEventListener(name, this.follow);
      /** @type {any} */ (window).navigation?.addEventListener("currententrychange", this.follow);
    }

    disconnectedCallback() {
      this.watcher?.disconnect();
      this.leave?.();
      this.shown = "";
      for (const name of ["popstate", "piensas:page"]) removeEventListener(name, /** @type {any} */ (this.follow));
      /** @type {any} */ (window).navigation?.removeEventListener("currententrychange", this.follow);
    }

    /** Several attributes that change together are one change. */
    attributeChangedCallback() {
      queueMicrotask(() => this.isConnected && this.load());
    }

    /** Shows the discussion of the page as it is now, unless it is shown already. */
    async load() {
      const wish = this.wish;
      const asked = wish.toString();
      if (!this.near || this.shown === asked) return;
      this.shown = asked;
      this.setAttribute("aria-busy", "true");
      try {
        sheet ??= fetchSheet();
        const [{ parseFor, discuss }, css, html] = await Promise.all([import(code), sheet, this.ask(wish)]);
        if (this.shown !== asked) return;
        this.leave?.();
        const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
        root.adoptedStyleSheets = [css];
        root.replaceChildren(parseFor(base, html));
        const section = root.querySelector(".discussion");
        if (section) this.leave = discuss(root, base, section.getAttribute("lang"));
        this.dispatchEvent(new CustomEvent("piensas:shown", { bubbles: true }));
      } catch (fault) {
        this.shown = "";
        sheet = undefined;
        this.fail(fault);
      } finally {
        this.removeAttribute("aria-busy");
      }
    }

    /** Tells the reader that there is nothing, and whoever looks after the page why.
     * @param {any} fault */
    fail(fault) {
      const language = (this.wish.get("language") || document.documentElement.lang).slice(0, 2);
      const words = document.createElement("p");
      words.lang = language in SORRY ? language : "en";
      words.textContent = SORRY[words.lang] ?? "";
      (this.shadowRoot ?? this.attachShadow({ mode: "open" })).replaceChildren(words);
      console.warn(`que-piensas: ${fault.message}`);
      this.dispatchEvent(new CustomEvent("piensas:failed", { bubbles: true, detail: fault }));
    }

    /** The discussion's HTML. The first visit to a page makes its story.
     * @param {URLSearchParams} wish */
    async ask(wish) {
      let answer = await fetch(`${base}/embed/discussion?${wish}`);
      if (answer.status === 204) {
        wish.set("title", this.dataset.title ?? document.title);
        answer = await fetch(`${base}/embed/discussion`, { method: "POST", body: wish });
      }
      if (!answer.ok) throw new Error(why(wish, await answer.json().catch(() => ({}))));
      return answer.text();
    }
  }

  if (!customElements.get("que-piensas")) customElements.define("que-piensas", QuePiensas);
})();
