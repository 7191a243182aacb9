// @ts-check
// Makes the comment box and the thread pleasant. Everything here also works without it, as links and forms.

const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("piensas", { createHTML: String }) ?? {
  createHTML: String,
};
const DETAILS = ["name", "email", "website"];
const WINDOW = "piensas-signin";
const SECOND = 1_000;
const PATIENCE = 600 * SECOND;
const LONGEST = 120 * SECOND;
const NEAR = "1000px";
const MINUTE = 60 * SECOND;
const DAY = 1_440;

/** Storage may be full or forbidden; nothing here depends on it. */
const memory = {
  /** @param {string} key */
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(`piensas:${key}`) ?? "null");
    } catch {
      return null;
    }
  },
  /** @param {string} key @param {unknown} value */
  keep(key, value) {
    try {
      if (value) localStorage.setItem(`piensas:${key}`, JSON.stringify(value));
      else localStorage.removeItem(`piensas:${key}`);
    } catch {}
  },
};

/** An element with its properties.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, unknown>} properties @returns {HTMLElementTagNameMap[K]} */
const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

/** @param {HTMLFormElement} form */
const fieldsOf = (form) => new URLSearchParams(/** @type {any} */ (new FormData(form)));

/** Reads HTML. Under another page its addresses are made to lead to us.
 * @param {string} base @param {string} html */
export const parseFor = (base, html) => {
  const read = new DOMParser().parseFromString(policy.createHTML(html), "text/html"); // as HTML, also in a page of XML
  const content = document.createDocumentFragment();
  content.append(...read.body.childNodes);
  for (const name of base ? ["href", "action", "formaction", "src"] : [])
    for (const each of content.querySelectorAll(`[${name}^="/"]`)) each.setAttribute(name, base + each.getAttribute(name));
  return content;
};

/** Times of day, in the reader's own zone and the page's language: how long ago on the day that they are,
 * afterwards when. What the server drew has the newsroom's zone, and a day stays the newsroom's. */
class Times {
  /** @param {string} language */
  constructor(language) {
    /** @param {"long" | "short"} timeStyle */
    const form = (timeStyle) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle });
    this.moment = form("short");
    this.whole = form("long");
    this.ago = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  }

  /** @param {ParentNode} where */
  tell(where) {
    for (const each of /** @type {NodeListOf<HTMLTimeElement>} */ (where.querySelectorAll(":is(.byline, .when) time:not(.day)"))) {
      const then = new Date(each.dateTime);
      const minutes = Math.floor((Date.now() - then.getTime()) / MINUTE);
      const words = minutes >= -1 && minutes < DAY ? this.since(Math.max(minutes, 0)) : this.moment.format(then);
      if (each.textContent !== words) each.textContent = words;
      each.title ||= this.whole.format(then);
    }
  }

  /** @param {number} minutes */
  since(minutes) {
    return minutes < 60 ? this.ago.format(-minutes, "minute") : this.ago.format(-Math.floor(minutes / 60), "hour");
  }
}

/** A discussion that stands in a document, or in a shadow root under somebody else's page, which knows us by
 * the origin `base`. Its parts know each other through it. */
class Discussion {
  /** @param {Document | ShadowRoot} root @param {string} base @param {string} language */
  constructor(root, base, language) {
    this.root = root;
    this.base = base;
    this.language = language;
    this.loaded = base ? performance.now() : 0;
    this.ending = new AbortController();
    this.section = /** @type {HTMLElement} */ (root.querySelector(".discussion[data-story]"));
    this.story = this.section.dataset.story ?? "";
    this.credentials = /** @type {RequestCredentials} */ (base ? "include" : "same-origin");
    this.times = new Times(language);
    this.thread = new Thread(this);
    this.box = new Box(this);
    this.signIn = new SignIn(this);
    this.own = new Own(this);
    this.live = new Live(this);
  }

  get signal() {
    return this.ending.signal;
  }

  begin() {
    this.times.tell(this.root);
    const turn = setInterval(() => document.hidden || this.times.tell(this.root), MINUTE);
    this.signal.addEventListener("abort", () => clearInterval(turn));
    this.thread.begin();
    if (this.box.form) {
      this.signIn.begin();
      this.box.begin();
    }
    this.own.merge();
    this.live.begin();
  }

  /** @param {string} html */
  parse(html) {
    const piece = parseFor(this.base, html);
    this.times.tell(piece);
    return piece;
  }

  /** @param {string} words */
  announce(words) {
    const status = this.root.getElementById("status");
    if (status) status.textContent = words;
  }

  /** @param {string} words */
  count(words) {
    const heading = this.root.getElementById("count");
    if (heading) heading.textContent = words;
  }

  /** Tells the server that what is this reader's own will be merged here. */
  useScripts() {
    if (this.base) return memory.keep("known", true);
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `piensas-scripts=1; path=/; max-age=31536000; samesite=lax${secure}`;
  }

  /** @param {string} url @param {URLSearchParams} body */
  async send(url, body) {
    const { credentials } = this;
    const answer = await fetch(url, { method: "POST", body, credentials, headers: { accept: "application/json" } });
    const result = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(result.detail), result);
    this.useScripts();
    return result;
  }

  /** The words for what went wrong, and the field that they are about.
   * @param {any} problem @returns {[string, string?]} */
  explain(problem) {
    return problem.code ? [problem.message, problem.field] : [this.box.words.unavailable ?? "", undefined];
  }

  /** Under another page: the link to the discussion's own, with words for when only that knows the reader.
   * @returns {HTMLElement | null} */
  get ourPage() {
    return this.root.querySelector("[data-unkept]");
  }
}

/** The comment box: words, who they are from, and where they go. */
class Box {
  /** @param {Discussion} all */
  constructor(all) {
    this.all = all;
    this.place = /** @type {HTMLElement} */ (all.root.getElementById("respond"));
    this.home = this.place.parentElement;
    this.after = this.place.nextSibling;
    this.heading = this.place.querySelector("h2");
    this.form = /** @type {HTMLFormElement} */ (this.place.querySelector("form"));
    this.cancel = /** @type {HTMLAnchorElement} */ (this.place.querySelector(".cancel"));
    this.button = /** @type {HTMLElement} */ (this.place.querySelector(".post"));
    this.guest = /** @type {HTMLFieldSetElement} */ (this.place.querySelector(".guest"));
    this.preview = /** @type {HTMLElement} */ (this.place.querySelector(".preview"));
    this.words = /** @type {Record<string, string | undefined>} */ (this.form?.dataset ?? {});
    /** Where it stood when the page came, and what it was for. */
    this.atFirst = this.form && {
      parent: this.field("parent").value,
      greeting: this.heading?.innerHTML ?? "",
      button: this.button.textContent,
      href: this.cancel.href,
      hidden: this.cancel.hidden,
    };
  }

  begin() {
    const { form } = this;
    form.addEventListener("focusin", () => this.open());
    form.addEventListener("input", () => (this.saveDraft(), this.grow(), this.showAvatar(), (this.preview.hidden = true)));
    form.addEventListener("submit", (event) => this.post(event));
    const forget = (/** @type {StorageEvent} */ { key, newValue }) => {
      if (key === `piensas:${this.draftKey}` && !newValue) this.field("draft").value = "";
    };
    addEventListener("storage", forget, { signal: this.all.signal });
    this.restoreDetails();
    this.restoreDraft();
    this.showAvatar();
  }

  /** @param {string} name */
  field(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }

  get draftKey() {
    return `draft:${this.all.story}:${this.field("parent").value}`;
  }

  get isBusy() {
    return this.form?.getAttribute("aria-busy") === "true";
  }

  open() {
    this.form.classList.add("open");
  }

  grow() {
    const text = this.field("text");
    if (CSS.supports("field-sizing", "content")) return;
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
  }

  /** Says what is wrong beside the field that it is about, or, without words, takes that away.
   * @param {string} words @param {string} [name] */
  complain(words, name) {
    const error = /** @type {HTMLElement} */ (this.form.querySelector(".error"));
    for (const each of this.form.querySelectorAll("[aria-invalid]")) {
      each.removeAttribute("aria-invalid");
      describe(each, "");
    }
    error.textContent = words;
    error.hidden = !words;
    if (!words) return;
    this.all.announce(words);
    const wrong = name && this.field(name);
    if (!wrong) return this.form.querySelector(".send")?.before(error);
    wrong.closest(".field")?.after(error);
    wrong.setAttribute("aria-invalid", "true");
    describe(wrong, " box-error");
    wrong.focus();
  }

  showAvatar() {
    const avatar = this.guest.querySelector(".avatar");
    if (!avatar) return;
    const name = this.field("name").value;
    avatar.textContent = initials(name) || "·";
    avatar.className = `avatar hue-${hash(name.trim()) % 12}`;
  }

  saveDraft() {
    const text = this.field("text").value;
    this.field("draft").value ||= crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    memory.keep(this.draftKey, text && { text, id: this.field("draft").value });
  }

  restoreDraft() {
    const draft = memory.read(this.draftKey);
    if (this.field("text").value) return;
    this.field("text").value = draft?.text ?? "";
    this.field("draft").value = draft?.id ?? "";
    if (draft) this.open();
    this.grow();
  }

  restoreDetails() {
    const details = memory.read("details");
    if (!details) return;
    for (const name of DETAILS) if (this.field(name)) this.field(name).value ||= details[name] ?? "";
    if (this.field("save_details")) this.field("save_details").checked = true;
  }

  keepDetails() {
    if (this.guest.disabled) return;
    const details = () => Object.fromEntries(DETAILS.map((name) => [name, this.field(name).value]));
    memory.keep("details", this.field("save_details")?.checked && details());
  }

  clear() {
    this.preview.hidden = true;
    this.field("text").value = this.field("draft").value = "";
    this.complain("");
  }

  /** The first field that has to be filled in and is not. */
  get missing() {
    if (!this.field("text").value.trim()) return "text";
    const isMissing = (/** @type {string} */ name) => this.field(name)?.required && !this.field(name).value.trim();
    return this.guest.disabled ? undefined : ["email", "name"].find(isMissing);
  }

  /** @param {SubmitEvent} event */
  async post(event) {
    const button = /** @type {HTMLButtonElement} */ (event.submitter);
    const isPreview = button?.name === "preview";
    if (button?.hasAttribute("formaction") && !isPreview) return;
    event.preventDefault();
    if (this.isBusy) return;
    this.open();
    this.saveDraft();
    const { missing } = this;
    if (missing) return this.complain(this.words[missing === "text" ? "textMissing" : "detailsMissing"] ?? "", missing);
    this.form.setAttribute("aria-busy", "true");
    try {
      const result = await this.all.send(isPreview ? button.formAction : this.form.action, fieldsOf(this.form));
      if (isPreview) return this.show(result.html);
      memory.keep(this.draftKey, null);
      this.keepDetails();
      this.clear();
      this.goHome();
      this.all.thread.show(result);
    } catch (problem) {
      this.complain(...this.all.explain(problem));
    } finally {
      this.form.removeAttribute("aria-busy");
      this.all.live.sayHowMany();
    }
  }

  /** How the words would be seen. @param {string} html */
  show(html) {
    const { preview } = this;
    this.complain("");
    preview.lastElementChild?.replaceChildren(parseFor(this.all.base, html));
    preview.hidden = false;
    preview.focus();
  }

  get isHome() {
    return this.place.parentElement === this.home;
  }

  /** Back to where it stood at first. */
  goHome() {
    if (this.isHome) return;
    this.home?.insertBefore(this.place, this.after);
    this.field("parent").value = this.atFirst.parent;
    if (this.heading) this.heading.innerHTML = policy.createHTML(this.atFirst.greeting);
    this.button.textContent = this.atFirst.button;
    this.cancel.href = this.atFirst.href;
    this.cancel.hidden = this.atFirst.hidden;
    this.clear();
    this.restoreDraft();
  }

  /** Goes beneath the comment that it answers.
   * @param {HTMLAnchorElement} link */
  answer(link) {
    const comment = /** @type {HTMLElement} */ (link.closest(".comment"));
    this.saveDraft();
    comment.after(this.place);
    this.field("parent").value = comment.dataset.id ?? "";
    if (this.heading) this.heading.textContent = (this.words.reply ?? "").replace("%(name)s", () => link.dataset.name ?? "");
    this.cancel.hidden = false;
    this.cancel.href = `#comment-${comment.dataset.id}`;
    this.button.textContent = this.words.replyButton ?? "";
    this.open();
    this.clear();
    this.restoreDraft();
    this.field("text").focus();
  }
}

/** Adds what is wrong to a field's description, or takes it away.
 * @param {Element} what @param {string} wrong */
const describe = (what, wrong) => {
  const hints = (what.getAttribute("aria-describedby") ?? "").replace(/ ?box-error/, "");
  what.setAttribute("aria-describedby", `${hints}${wrong}`.trim());
};

/** @param {string} name */
const initials = (name) => {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word][0]).join("").toUpperCase();
};

/** As the server has it (FNV-1a), so that the colour stays.
 * @param {string} name */
const hash = (name) => {
  let sum = 0x811c9dc5;
  for (const letter of name) sum = Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return sum >>> 0;
};

/** Who is writing: somebody who has signed in, or does in a window of its own, or a guest. */
class SignIn {
  /** @param {Discussion} all */
  constructor(all) {
    this.all = all;
    this.who = /** @type {HTMLElement} */ (all.root.getElementById("who"));
    /** @type {Window | null} */
    this.away = null;
    this.turn = 0;
    /** Under another page: what only this page knows, and its hash, which goes with the sign-in. */
    this.ticket = { secret: "", hash: "" };
  }

  begin() {
    this.all.box.form.addEventListener("click", (event) => this.press(event));
    if (this.all.base) return;
    new BroadcastChannel("piensas").addEventListener("message", ({ data }) => (data.error ? this.comeBack(data.error) : this.arrive()));
  }

  /** @param {MouseEvent} event */
  press(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const pressed = /** @type {HTMLButtonElement | null} */ (target.closest("[data-icon], [data-deed]"));
    if (!pressed) return;
    const { deed } = pressed.dataset;
    if (deed === "change") this.choose(Boolean(this.all.box.guest.hidden));
    if (deed === "leave") this.leave(pressed);
    if (deed || this.goAway(pressed)) event.preventDefault();
  }

  /** Either who is signed in or the ways to be somebody; both while another identity is chosen.
   * @param {boolean} choosing */
  choose(choosing) {
    const { guest } = this.all.box;
    const known = this.who.childElementCount > 0;
    guest.hidden = guest.disabled = known && !choosing;
    this.who.querySelector("[data-deed=change]")?.setAttribute("aria-pressed", String(choosing));
  }

  /** @param {DocumentFragment} identity */
  show(identity) {
    this.who.replaceChildren(identity);
    this.choose(false);
  }

  /** Back from a provider, or given up: the box as it was.
   * @param {string} [words] */
  comeBack(words) {
    const { box } = this.all;
    this.turn += 1;
    box.place.querySelector(".connecting")?.remove();
    box.guest.hidden = false;
    this.choose(Boolean(words));
    if (words) box.complain(words);
  }

  /** Goes to a provider in a window of its own; where there is none to be had, or for mail, in this one.
   * @param {HTMLButtonElement} icon */
  goAway(icon) {
    const { box } = this.all;
    box.saveDraft();
    if (icon.dataset.icon === "email") return false;
    this.away = window.open("", WINDOW, "popup,width=520,height=680");
    if (!this.away) return false;
    this.submit(icon.formAction);
    const stop = make("button", { type: "button", textContent: box.words.cancel });
    stop.addEventListener("click", () => (this.away?.close(), this.comeBack(), box.field("text").focus()));
    const panel = make("p", { className: "connecting" });
    panel.append((box.words.connecting ?? "").replace("%(provider)s", () => icon.dataset.label ?? ""), " ", stop);
    box.guest.before(panel);
    box.guest.hidden = true;
    this.all.announce(panel.firstChild?.textContent ?? "");
    stop.focus();
    return true;
  }

  /** Begins a sign-in in the window that has been opened for it.
   * @param {string} action */
  async submit(action) {
    if (this.all.base) await this.makeTicket();
    const errand = make("form", { method: "post", action, target: WINDOW, hidden: true });
    const said = { window: "1", language: this.all.language, ticket: this.ticket.hash };
    for (const [name, value] of Object.entries(said)) errand.append(make("input", { name, value }));
    document.body.append(errand);
    errand.submit();
    errand.remove();
    this.turn += 1;
    this.wait(this.turn);
  }

  /** Until the sign-in has arrived, its window was closed, or the reader has given up.
   * @param {number} turn */
  async wait(turn) {
    const { base, signal } = this.all;
    const began = Date.now();
    while (this.turn === turn && !signal.aborted && Date.now() - began < PATIENCE) {
      const wasClosed = this.away?.closed;
      // A page that cuts its ties (Cross-Origin-Opener-Policy) sees every other window as closed at once.
      if (base && wasClosed && Date.now() - began < 3 * SECOND) this.away = null;
      if (base && (await this.claim())) return this.turn === turn && this.arrive();
      if (wasClosed && this.away && this.turn === turn) return this.comeBack();
      await new Promise((go) => setTimeout(go, SECOND));
    }
    if (this.turn === turn) this.comeBack();
  }

  async makeTicket() {
    if (!crypto.subtle) return; // over http there is no handing over
    const hex = (/** @type {Iterable<number>} */ bytes) => Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
    this.ticket.secret = hex(crypto.getRandomValues(new Uint8Array(32)));
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(this.ticket.secret));
    this.ticket.hash = hex(new Uint8Array(digest));
  }

  /** Has the sign-in arrived? Its session comes as a cookie that no page can read. */
  async claim() {
    const { base, credentials } = this.all;
    const body = new URLSearchParams({ ticket: this.ticket.secret });
    const answer = await fetch(`${base}/embed/session`, { method: "POST", body, credentials }).catch(() => null);
    return answer?.ok && (await answer.json()).signed_in;
  }

  /** Somebody has signed in, in another window. */
  async arrive() {
    const { all } = this;
    const wasWaiting = all.box.place.querySelector(".connecting");
    all.useScripts();
    const own = await all.own.merge();
    this.comeBack();
    all.announce(this.who.textContent ?? "");
    if (wasWaiting) all.box.field("text").focus();
    if (own && !own.identity) this.leadAway();
  }

  /** Signed in, but the browser keeps no session under another page: our own page knows the reader. */
  leadAway() {
    const { box, ourPage } = this.all;
    if (!ourPage) return;
    box.complain(ourPage.dataset.unkept ?? "");
    box.form.querySelector(".error")?.append(" ", ourPage.cloneNode(true));
  }

  /** @param {HTMLButtonElement} pressed */
  async leave(pressed) {
    const { all } = this;
    try {
      await all.send(pressed.formAction, new URLSearchParams());
    } catch (problem) {
      return all.box.complain(...all.explain(problem));
    }
    this.who.replaceChildren();
    this.choose(false);
    if (all.base) memory.keep("known", null);
    all.box.field("text").focus();
  }
}

/** The comments, and what readers do with them. */
class Thread {
  /** @param {Discussion} all */
  constructor(all) {
    this.all = all;
    /** @type {Record<string, (link: HTMLAnchorElement) => unknown>} */
    this.ways = {
      reply: (link) => all.box.answer(link),
      edit: (link) => this.change(link),
      withdraw: (link) => this.change(link),
      next: (link) => this.more(link),
      cancel: (link) => this.cancel(link),
    };
  }

  begin() {
    const { root, signal } = this.all;
    root.addEventListener("click", (event) => this.press(/** @type {MouseEvent} */ (event)), { signal });
    root.addEventListener("submit", (event) => this.submit(/** @type {SubmitEvent} */ (event)), { signal });
  }

  /** @param {MouseEvent} event */
  press(event) {
    const link = /** @type {HTMLElement} */ (event.target).closest?.("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const kind = [...link.classList, link.rel].find((name) => name in this.ways);
    if (!kind || (kind === "reply" && !this.all.box.form)) return;
    event.preventDefault();
    this.follow(link, this.ways[kind]);
  }

  /** Where we cannot do it in place, the link still leads to the page that can.
   * @param {HTMLAnchorElement} link @param {(link: HTMLAnchorElement) => unknown} way */
  async follow(link, way) {
    try {
      await way(link);
    } catch {
      location.assign(link.href);
    }
  }

  /** @param {SubmitEvent} event */
  submit(event) {
    const sent = /** @type {HTMLFormElement} */ (event.target);
    if (!sent.matches(".votes, .comment form.change")) return;
    event.preventDefault();
    this.deed(sent, event.submitter);
  }

  /** @param {string} id */
  find(id) {
    return /** @type {HTMLElement | null} */ (this.all.root.querySelector(`.comment[data-id="${CSS.escape(id)}"]`));
  }

  get ids() {
    return [...this.all.root.querySelectorAll(".comment[data-id]")].map((each) => /** @type {HTMLElement} */ (each).dataset.id ?? "0");
  }

  /** @param {string} piece */
  parse(piece) {
    return /** @type {HTMLElement} */ (this.all.parse(piece).firstElementChild);
  }

  /** Puts a comment's HTML in its place: over what stands there, under its parent, or at the end.
   * @param {string} id @param {string | undefined} parent @param {HTMLElement} fresh */
  put(id, parent, fresh) {
    const old = this.find(id);
    if (old) {
      old.replaceWith(fresh);
      return fresh;
    }
    const thread = this.all.root.getElementById("thread");
    const above = parent ? this.find(parent)?.closest("li") : thread;
    if (!above) return null;
    const item = make("li", { id: `comment-${id}` });
    item.append(fresh);
    const list = above.querySelector(":scope > ol.comments") ?? this.openList(above);
    if (!parent && thread?.dataset.order === "newest") list.prepend(item);
    else list.append(item);
    return fresh;
  }

  /** @param {HTMLElement} above */
  openList(above) {
    const list = make("ol", { className: "comments" });
    above.querySelector(":scope > .comment")?.after(list);
    return list;
  }

  /** Leads the reader to a comment. All of the thread is laid out for that, and keeps its real heights.
   * @param {HTMLElement | null} [comment] */
  lead(comment) {
    const list = this.all.root.getElementById("thread")?.classList;
    list?.add("whole");
    comment?.classList.add("here");
    comment?.focus();
    setTimeout(() => list?.remove("whole"), SECOND);
  }

  /** @param {any} result */
  show(result) {
    this.lead(this.put(result.comment.id, result.comment.parent, this.parse(result.piece)));
    this.all.count(result.count);
    this.all.announce(result.message);
  }

  /** @param {any} result @param {HTMLElement} pressed */
  showVote(result, pressed) {
    const place = pressed.matches(":last-child") ? "last" : "first";
    const fresh = this.put(result.comment.id, result.comment.parent, this.parse(result.piece));
    const again = /** @type {HTMLElement | null} */ (fresh?.querySelector(`.votes button:${place}-child`));
    this.all.announce(again?.getAttribute("aria-label") ?? "");
    again?.focus();
  }

  /** @param {HTMLAnchorElement} link */
  async more(link) {
    const { root, section, own } = this.all;
    const place = /** @type {HTMLElement} */ (link.closest(".more"));
    const page = this.all.parse(await (await fetch(link.href)).text());
    const items = [...page.querySelectorAll("#thread > ol.comments > li")];
    const next = page.querySelector("#thread > .more");
    if (!items.length || section.dataset.branch) return location.assign(link.href);
    for (const item of items) root.getElementById(item.id)?.remove();
    place.closest("#thread")?.querySelector(":scope > ol.comments")?.append(...items);
    if (next) place.replaceWith(next);
    else place.remove();
    await own.merge();
    this.lead(/** @type {HTMLElement | null} */ (items[0].querySelector(".comment")));
  }

  /** Fetches the form that a link leads to and lets the author use it in place.
   * @param {HTMLAnchorElement} link */
  async change(link) {
    const { base, credentials } = this.all;
    const comment = /** @type {HTMLElement} */ (link.closest(".comment"));
    const found = await fetch(link.href, { credentials });
    if (base && found.status === 404) return this.disown(comment);
    const changing = this.all.parse(await found.text()).querySelector("form.change");
    if (!changing) return location.assign(link.href);
    comment.querySelector("form.change")?.remove();
    comment.append(changing);
    /** @type {HTMLElement | null} */ (changing.querySelector("textarea, button"))?.focus();
  }

  /** Under another page, whose reader the browser keeps no session for.
   * @param {HTMLElement} comment */
  disown(comment) {
    const words = this.all.ourPage?.dataset.unowned ?? "";
    for (const each of comment.querySelectorAll(".edit, .withdraw")) each.remove();
    comment.querySelector("footer")?.append(make("p", { className: "hint", textContent: words }));
    this.all.announce(words);
    comment.focus();
  }

  /** @param {HTMLAnchorElement} link */
  cancel(link) {
    const { box } = this.all;
    const changing = link.closest("form.change");
    const comment = /** @type {HTMLElement | null} */ (link.closest("li")?.querySelector(".comment"));
    if (changing) changing.remove();
    else if (box.isHome) return location.assign(link.href);
    else box.goHome();
    comment?.focus();
  }

  /** @param {HTMLFormElement} what @param {HTMLElement | null} button */
  async deed(what, button) {
    const body = fieldsOf(what);
    const value = button?.getAttribute("value");
    if (value) body.set("value", value);
    try {
      const result = await this.all.send(what.action, body);
      if (button && what.matches(".votes")) this.showVote(result, button);
      else this.show(result);
    } catch (problem) {
      const [words] = this.all.explain(problem);
      this.all.announce(words);
      if (!what.querySelector(".error")) what.prepend(make("p", { className: "error" }));
      /** @type {HTMLElement} */ (what.querySelector(".error")).textContent = words;
    }
  }

  /** Puts a comment's new words in place of the old, with the reader's own vote.
   * @param {HTMLElement} old @param {HTMLElement} fresh */
  renew(old, fresh) {
    const said = (/** @type {HTMLElement} */ each) => each.querySelector(".text")?.innerHTML;
    if (said(old) === said(fresh) || old.matches(".own") || old.contains(this.all.root.activeElement)) return;
    const pressed = old.querySelector(".votes [aria-pressed=true]");
    const votes = pressed && old.querySelector(".votes");
    if (votes) fresh.querySelector(".votes")?.replaceWith(votes);
    fresh.classList.toggle("new", old.matches(".new"));
    old.replaceWith(fresh);
  }
}

/** What is this reader's own on a page that is the same for everybody. */
class Own {
  /** @param {Discussion} all */
  constructor(all) {
    this.all = all;
  }

  /** Is there anything to ask for? Under another page there is no cookie that we could see: we ask once a day,
   * and whoever is known always. */
  get hasSession() {
    if (!this.all.base) return document.cookie.includes("piensas-scripts=1");
    const today = new Date().toDateString();
    const asks = memory.read("known") || memory.read("asked") !== today;
    memory.keep("asked", today);
    return asks;
  }

  async merge() {
    if (!this.hasSession) return;
    const { all } = this;
    const seen = memory.read(`seen:${all.story}`) ?? "0";
    const { ids } = all.thread;
    const asked = `${all.base}/stories/${all.story}/viewer?language=${all.language}&since=${seen}`;
    const answer = await fetch(asked, { credentials: all.credentials }).catch(() => null);
    if (!answer?.ok) return;
    const own = await answer.json();
    if (all.box.form) all.signIn.show(all.parse(own.identity));
    this.showComments(own.pieces);
    this.showVotes(own.votes);
    this.showNews(own.news, seen === "0" ? [] : ids.filter((id) => BigInt(id) > BigInt(seen)));
    memory.keep(`seen:${all.story}`, own.now);
    return own;
  }

  /** @param {{ id: string, parent: string, piece: string }[]} pieces */
  showComments(pieces) {
    const { thread } = this.all;
    for (const { id, parent, piece } of pieces.reverse()) {
      const fresh = thread.parse(piece);
      if (thread.find(id) || fresh.matches(".held")) thread.put(id, parent, fresh);
    }
  }

  /** @param {Record<string, number>} votes */
  showVotes(votes) {
    for (const [id, value] of Object.entries(votes)) {
      const pressed = this.all.thread.find(id)?.querySelector(`.votes [value="${value > 0 ? "up" : "down"}"]`);
      pressed?.setAttribute("aria-pressed", "true");
      pressed?.setAttribute("value", "none");
    }
  }

  /** @param {string} words @param {string[]} fresh the ids of comments that came since the last visit */
  showNews(words, fresh) {
    const news = /** @type {HTMLElement | null} */ (this.all.root.querySelector(".news"));
    if (!news || !words) return;
    news.textContent = words;
    news.hidden = false;
    for (const id of fresh) this.all.thread.find(id)?.classList.add("new");
  }
}

/** What others write meanwhile. */
class Live {
  /** @param {Discussion} all */
  constructor(all) {
    this.all = all;
    this.button = /** @type {HTMLButtonElement | null} */ (all.root.querySelector(".arrivals"));
    /** Comments that wait to be shown, so that nothing moves under a reader's eyes.
     * @type {Map<string, { id: string, parent: string, piece: string }>} */
    this.coming = new Map();
    this.newest = all.thread.ids.map(BigInt).reduce((most, id) => (id > most ? id : most), 0n);
    /** @type {EventSource | null} */
    this.source = null;
    this.last = "";
    /** How often it has been cut off in a row, when it began last, and when it may begin again. */
    this.cuts = this.began = this.due = 0;
    this.timer = 0;
    this.near = !window.IntersectionObserver;
  }

  begin() {
    const { signal, section } = this.all;
    if (!this.button) return;
    this.button.addEventListener("click", () => this.show());
    document.addEventListener("visibilitychange", () => this.look(), { signal });
    signal.addEventListener("abort", () => this.stop());
    if (this.near) return this.look();
    const watcher = new IntersectionObserver(
      (seen) => {
        if (!seen.some((each) => each.isIntersecting)) return;
        watcher.disconnect();
        this.near = true;
        this.look();
      },
      { rootMargin: NEAR },
    );
    watcher.observe(section);
  }

  /** A tab that nobody looks at asks for nothing, nor does one that is not near its discussion yet. */
  look() {
    this.stop();
    if (document.hidden || !this.near || this.all.signal.aborted) return;
    this.timer = setTimeout(() => this.listen(), this.due - performance.now());
  }

  stop() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  listen() {
    const { base, story, section, language, loaded } = this.all;
    this.began = performance.now();
    const age = String(Math.round(this.began - loaded));
    /** @type {Record<string, string>} */
    const since = this.last ? { since: this.last } : { revision: section.dataset.revision ?? "", age };
    this.source = new EventSource(`${base}/stories/${story}/events?${new URLSearchParams({ language, ...since })}`);
    this.source.onerror = () => this.comeBack(0);
    const on = (/** @type {string} */ name, /** @type {(data: string) => void} */ deed) =>
      this.source?.addEventListener(name, ({ data, lastEventId }) => {
        this.last = lastEventId || this.last;
        deed(data);
      });
    on("here", () => {});
    on("later", (data) => this.comeBack(Number(data)));
    on("changes", (data) => this.take(JSON.parse(data)));
  }

  /** Listens again, but not when everybody else does: after a restart all are cut off at once. The browser
   * itself would come back to the second, and never again after an answer that it does not like.
   * @param {number} pause the least, in milliseconds */
  comeBack(pause) {
    const now = performance.now();
    this.cuts = now - this.began > LONGEST ? 1 : this.cuts + 1;
    this.due = now + pause + Math.random() * Math.min(LONGEST, 2 * SECOND * 2 ** this.cuts);
    this.look();
  }

  /** @param {any} changed */
  take({ count, changes, is_all: isAll }) {
    const { thread } = this.all;
    for (const change of changes) {
      const old = thread.find(change.id);
      const fresh = thread.parse(change.piece);
      if (old) thread.renew(old, fresh);
      else if (fresh.matches(".gone")) this.coming.delete(change.id);
      else if (this.isNew(change)) this.coming.set(change.id, change);
    }
    this.all.count(count);
    if (this.button && !isAll) this.button.dataset.stale = "1";
    this.sayHowMany();
  }

  /** Is it one that the reader has not been able to see, and that has a place on this page?
   * @param {any} change */
  isNew({ id, parent, edited }) {
    return (!edited || BigInt(id) > this.newest) && (!parent || this.all.thread.find(parent) || this.coming.has(parent));
  }

  /** Not while the reader's own comment is under way: it may be heard of before its answer is here. */
  sayHowMany() {
    if (!this.button || this.all.box.isBusy) return;
    for (const id of this.coming.keys()) if (this.all.thread.find(id)) this.coming.delete(id);
    const { stale, all, one, other } = this.button.dataset;
    const words = stale ? all : this.coming.size === 1 ? one : other;
    this.button.hidden = !this.coming.size && !stale;
    this.button.textContent = (words ?? "").replace("%(n)s", String(this.coming.size));
  }

  show() {
    if (this.button?.dataset.stale) return location.reload();
    const { thread } = this.all;
    const fresh = [...this.coming.values()].map(({ id, parent, piece }) => thread.put(id, parent || undefined, thread.parse(piece)));
    this.coming.clear();
    this.sayHowMany();
    for (const each of fresh) each?.classList.add("new");
    thread.lead(fresh.find(Boolean));
  }
}

/** Makes a discussion pleasant, until the function that it returns is called.
 * @param {Document | ShadowRoot} root @param {string} base @param {string} language */
export const discuss = (root, base, language) => {
  const discussion = new Discussion(root, base, language);
  discussion.begin();
  return () => discussion.ending.abort();
};

if (document.querySelector(".discussion[data-story]")) discuss(document, "", document.documentElement.lang);
