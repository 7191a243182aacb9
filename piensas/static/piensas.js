// @ts-check
// Makes the comment box and the thread pleasant. Everything here also works without it, as links and forms.

const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("piensas", { createHTML: String }) ?? {
  createHTML: String,
};
const DETAILS = ["name", "email", "website"];
const WINDOW = "piensas-signin";

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

/** Reads HTML. Under another page its addresses are made to lead to us.
 * @param {string} base @param {string} html */
export const parseFor = (base, html) => {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  for (const name of base ? ["href", "action", "formaction", "src"] : [])
    for (const each of template.content.querySelectorAll(`[${name}^="/"]`)) each.setAttribute(name, base + each.getAttribute(name));
  return template.content;
};

/** Makes a discussion pleasant that stands in a document, or in a shadow root under somebody else's page,
 * which knows us by the origin `base`.
 * @param {Document | ShadowRoot} root @param {string} base @param {string} language */
export const discuss = (root, base, language) => {
  const loaded = base ? performance.now() : 0;
  const ending = new AbortController();
  const { signal } = ending;
  const discussion = /** @type {HTMLElement} */ (root.querySelector(".discussion[data-story]"));
  const box = /** @type {HTMLElement} */ (root.getElementById("respond"));
  const story = discussion.dataset.story ?? "";
  const home = box.parentElement;
  const after = box.nextSibling;
  const heading = box.querySelector("h2");
  const greeting = heading?.innerHTML ?? "";
  /** @type {RequestCredentials} */
  const credentials = base ? "include" : "same-origin";

  /** @param {string} html */
  const parse = (html) => parseFor(base, html);

  /** Under another page there is no cookie that we could see: we ask once a day, and whoever is known always. */
  const hasSession = () => {
    if (!base) return document.cookie.includes("piensas-scripts=1");
    const today = new Date().toDateString();
    const asks = memory.read("known") || memory.read("asked") !== today;
    memory.keep("asked", today);
    return asks;
  };

  /** @param {string} words */
  const announce = (words) => {
    const status = root.getElementById("status");
    if (status) status.textContent = words;
  };

  /** Tells the server that what is this reader's own will be merged here. */
  const useScripts = () => {
    if (base) return memory.keep("known", true);
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `piensas-scripts=1; path=/; max-age=31536000; samesite=lax${secure}`;
  };

  /** @param {string} url @param {HTMLFormElement | URLSearchParams} what */
  const send = async (url, what) => {
    const body = what instanceof HTMLFormElement ? new URLSearchParams(/** @type {any} */ (new FormData(what))) : what;
    const answer = await fetch(url, { method: "POST", body, credentials, headers: { accept: "application/json" } });
    const result = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(result.detail), result);
    useScripts();
    return result;
  };

  // ——— the box

  const form = /** @type {HTMLFormElement} */ (box.querySelector("form"));
  const cancel = /** @type {HTMLAnchorElement} */ (box.querySelector(".cancel"));
  const button = /** @type {HTMLElement} */ (box.querySelector(".post"));
  const guest = /** @type {HTMLFieldSetElement} */ (box.querySelector(".guest"));
  const who = /** @type {HTMLElement} */ (root.getElementById("who"));

  /** The words for what went wrong, and the field that they are about.
   * @param {any} problem @returns {[string, string?]} */
  const explain = (problem) =>
    problem.code ? [problem.message, problem.field] : [form?.dataset.unavailable ?? "", undefined];

  /** @param {string} name */
  const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  const draftKey = () => `draft:${story}:${field("parent").value}`;

  const grow = () => {
    const text = field("text");
    if (CSS.supports("field-sizing", "content")) return;
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
  };

  /** Adds what is wrong to a field's description, or takes it away.
   * @param {Element} what @param {string} wrong */
  const describe = (what, wrong) => {
    const hints = (what.getAttribute("aria-describedby") ?? "").replace(/ ?box-error/, "");
    what.setAttribute("aria-describedby", `${hints}${wrong}`.trim());
  };

  /** @param {string} words @param {string} [name] */
  const complain = (words, name) => {
    const error = /** @type {HTMLElement} */ (form.querySelector(".error"));
    for (const each of form.querySelectorAll("[aria-invalid]")) {
      each.removeAttribute("aria-invalid");
      describe(each, "");
    }
    error.textContent = words;
    error.hidden = !words;
    if (!words) return;
    announce(words);
    const wrong = name && field(name);
    if (!wrong) return form.querySelector(".send")?.before(error);
    wrong.closest(".field")?.after(error);
    wrong.setAttribute("aria-invalid", "true");
    describe(wrong, " box-error");
    wrong.focus();
  };

  const showAvatar = () => {
    const avatar = guest.querySelector(".avatar");
    if (!avatar) return;
    const words = field("name").value.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
    const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
    let hash = 0x811c9dc5;
    for (const letter of field("name").value.trim()) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
    avatar.textContent = letters.map((word) => [...word][0]).join("").toUpperCase() || "·";
    avatar.className = `avatar hue-${(hash >>> 0) % 12}`;
  };

  const saveDraft = () => {
    const text = field("text").value;
    field("draft").value ||= crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    memory.keep(draftKey(), text && { text, id: field("draft").value });
  };

  const restoreDraft = () => {
    const draft = memory.read(draftKey());
    if (field("text").value) return;
    field("text").value = draft?.text ?? "";
    field("draft").value = draft?.id ?? "";
    if (draft) form.classList.add("open");
    grow();
  };

  const restoreDetails = () => {
    const details = memory.read("details");
    if (!details) return;
    for (const name of DETAILS) if (field(name)) field(name).value ||= details[name] ?? "";
    if (field("save_details")) field("save_details").checked = true;
  };

  const missing = () => {
    if (!field("text").value.trim()) return "text";
    return ["email", "name"].find((name) => !guest.disabled && field(name)?.required && !field(name).value.trim());
  };

  /** @param {SubmitEvent} event */
  const post = async (event) => {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.classList.add("open");
    saveDraft();
    const first = missing();
    if (first) {
      const words = /** @type {Record<string, string | undefined>} */ (form.dataset);
      return complain(words[first === "text" ? "textMissing" : "detailsMissing"] ?? "", first);
    }
    form.setAttribute("aria-busy", "true");
    try {
      const result = await send(form.action, form);
      memory.keep(draftKey(), null);
      if (!guest.disabled) memory.keep("details", field("save_details")?.checked && Object.fromEntries(DETAILS.map((n) => [n, field(n).value])));
      field("text").value = field("draft").value = "";
      complain("");
      goHome();
      show(result);
    } catch (problem) {
      complain(...explain(problem));
    } finally {
      form.removeAttribute("aria-busy");
      sayHowMany();
    }
  };

  /** Where the box stood when the page came, and what it was for. */
  const atFirst = form && {
    parent: field("parent").value,
    button: button.textContent,
    href: cancel.href,
    hidden: cancel.hidden,
  };

  const goHome = () => {
    if (box.parentElement === home) return;
    home?.insertBefore(box, after);
    field("parent").value = atFirst.parent;
    if (heading) heading.innerHTML = policy.createHTML(greeting);
    button.textContent = atFirst.button;
    cancel.href = atFirst.href;
    cancel.hidden = atFirst.hidden;
    field("text").value = field("draft").value = "";
    complain("");
    restoreDraft();
  };

  /** @param {HTMLAnchorElement} link */
  const answer = (link) => {
    const comment = /** @type {HTMLElement} */ (link.closest(".comment"));
    saveDraft();
    comment.after(box);
    field("parent").value = comment.dataset.id ?? "";
    field("text").value = field("draft").value = "";
    if (heading) heading.textContent = (form.dataset.reply ?? "").replace("%(name)s", () => link.dataset.name ?? "");
    cancel.hidden = false;
    cancel.href = `#comment-${comment.dataset.id}`;
    button.textContent = form.dataset.replyButton ?? "";
    form.classList.add("open");
    complain("");
    restoreDraft();
    field("text").focus();
  };

  // ——— who is writing

  /** Either who is signed in or the ways to be somebody; both while another identity is chosen.
   * @param {boolean} choosing */
  const choose = (choosing) => {
    const known = who.childElementCount > 0;
    guest.hidden = guest.disabled = known && !choosing;
    who.querySelector("[data-deed=change]")?.setAttribute("aria-pressed", String(choosing));
  };

  /** @type {Window | null} */
  let away = null;
  let waiting = 0;

  /** Back from a provider, or given up: the box as it was.
   * @param {string} [words] */
  const comeBack = (words) => {
    waiting += 1;
    box.querySelector(".connecting")?.remove();
    guest.hidden = false;
    choose(Boolean(words));
    if (words) complain(words);
  };

  /** Begins a sign-in in the window that has been opened for it.
   * @param {string} action */
  const submit = async (action) => {
    if (base) await makeTicket();
    const errand = document.createElement("form");
    Object.assign(errand, { method: "post", action, target: WINDOW, hidden: true });
    const said = { window: "1", language, ticket: ticket.hash };
    for (const [name, value] of Object.entries(said)) errand.append(Object.assign(document.createElement("input"), { name, value }));
    document.body.append(errand);
    errand.submit();
    errand.remove();
    waiting += 1;
    wait(waiting);
  };

  /** Until the sign-in has arrived, its window was closed, or the reader has given up.
   * @param {number} turn */
  const wait = async (turn) => {
    const began = Date.now();
    while (waiting === turn && !signal.aborted && Date.now() - began < 600_000) {
      const wasClosed = away?.closed;
      // A page that cuts its ties (Cross-Origin-Opener-Policy) sees every other window as closed at once.
      if (base && wasClosed && Date.now() - began < 3000) away = null;
      if (base && (await claim())) return waiting === turn && arrive();
      if (wasClosed && away && waiting === turn) return comeBack();
      await new Promise((go) => setTimeout(go, 1000));
    }
    if (waiting === turn) comeBack();
  };

  /** Goes to a provider in a window of its own; where there is none to be had, or for mail, in this one.
   * @param {HTMLButtonElement} icon */
  const goAway = (icon) => {
    saveDraft();
    if (icon.dataset.icon === "email") return false;
    away = window.open("", WINDOW, "popup,width=520,height=680");
    if (!away) return false;
    submit(icon.formAction);
    const stop = Object.assign(document.createElement("button"), { type: "button", textContent: form.dataset.cancel });
    stop.addEventListener("click", () => (away?.close(), comeBack(), field("text").focus()));
    const panel = Object.assign(document.createElement("p"), { className: "connecting" });
    panel.append((form.dataset.connecting ?? "").replace("%(provider)s", () => icon.dataset.label ?? ""), " ", stop);
    guest.before(panel);
    guest.hidden = true;
    announce(panel.firstChild?.textContent ?? "");
    stop.focus();
    return true;
  };

  /** Somebody has signed in, in another window. */
  const arrive = async () => {
    const wasWaiting = box.querySelector(".connecting");
    useScripts();
    const own = await merge();
    comeBack();
    announce(who.textContent ?? "");
    if (wasWaiting) field("text").focus();
    if (own && !own.identity) leadAway();
  };

  /** Under another page: the link to the discussion's own, with words for when only that knows the reader.
   * @returns {HTMLElement | null} */
  const ourPage = () => root.querySelector("[data-unkept]");

  /** Signed in, but the browser keeps no session under another page: our own page knows the reader. */
  const leadAway = () => {
    const way = ourPage();
    if (!way) return;
    complain(way.dataset.unkept ?? "");
    form.querySelector(".error")?.append(" ", way.cloneNode(true));
  };

  /** Under another page: what only this page knows, and its hash, which goes with the sign-in. */
  const ticket = { secret: "", hash: "" };

  const makeTicket = async () => {
    if (!crypto.subtle) return; // over http there is no handing over
    const hex = (/** @type {Iterable<number>} */ bytes) => Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
    ticket.secret = hex(crypto.getRandomValues(new Uint8Array(32)));
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(ticket.secret));
    ticket.hash = hex(new Uint8Array(digest));
  };

  /** Has the sign-in arrived? Its session comes as a cookie that no page can read. */
  const claim = async () => {
    const body = new URLSearchParams({ ticket: ticket.secret });
    const answer = await fetch(`${base}/embed/session`, { method: "POST", body, credentials }).catch(() => null);
    return answer?.ok && (await answer.json()).signed_in;
  };

  /** How a sign-in in another window went. */
  const listen = () => {
    if (!base) new BroadcastChannel("piensas").addEventListener("message", ({ data }) => (data.error ? comeBack(data.error) : arrive()));
  };

  /** @param {HTMLButtonElement} pressed */
  const leave = async (pressed) => {
    await send(pressed.formAction, new URLSearchParams());
    who.replaceChildren();
    choose(false);
    if (base) memory.keep("known", null);
    field("text").focus();
  };

  /** @type {Record<string, (pressed: HTMLButtonElement) => unknown>} */
  const deeds = {
    change: () => choose(Boolean(guest.hidden)),
    leave: (pressed) => leave(pressed).catch((problem) => complain(...explain(problem))),
  };

  // ——— the thread

  /** @param {string} id */
  const find = (id) => /** @type {HTMLElement | null} */ (root.querySelector(`.comment[data-id="${CSS.escape(id)}"]`));

  /** Puts a comment's HTML in its place: over what stands there, under its parent, or at the end.
   * @param {string} id @param {string | undefined} parent @param {HTMLElement} fresh */
  const put = (id, parent, fresh) => {
    const old = find(id);
    if (old) {
      old.replaceWith(fresh);
      return fresh;
    }
    const above = parent ? find(parent)?.closest("li") : root.getElementById("thread");
    if (!above) return null;
    let list = above.querySelector(":scope > ol.comments");
    if (!list) {
      list = document.createElement("ol");
      list.className = "comments";
      above.querySelector(":scope > .comment")?.after(list);
    }
    const item = document.createElement("li");
    item.id = `comment-${id}`;
    item.append(fresh);
    const first = !parent && root.getElementById("thread")?.dataset.order === "newest";
    if (first) list.prepend(item);
    else list.append(item);
    return fresh;
  };

  /** @param {string} piece */
  const parsePiece = (piece) => /** @type {HTMLElement} */ (parse(piece).firstElementChild);

  /** Leads the reader to a comment.
   * @param {HTMLElement | null} [comment] */
  const lead = (comment) => {
    comment?.classList.add("here");
    comment?.focus();
  };

  /** @param {any} result */
  const show = (result) => {
    lead(put(result.comment.id, result.comment.parent, parsePiece(result.piece)));
    const count = root.getElementById("count");
    if (count) count.textContent = result.count;
    announce(result.message);
  };

  /** @param {any} result @param {HTMLElement} pressed */
  const showVote = (result, pressed) => {
    const place = pressed.matches(":last-child") ? "last" : "first";
    const fresh = put(result.comment.id, result.comment.parent, parsePiece(result.piece));
    const again = /** @type {HTMLElement | null} */ (fresh?.querySelector(`.votes button:${place}-child`));
    announce(again?.getAttribute("aria-label") ?? "");
    again?.focus();
  };

  /** @param {HTMLAnchorElement} link */
  const more = async (link) => {
    const place = /** @type {HTMLElement} */ (link.closest(".more"));
    const page = parse(await (await fetch(link.href)).text());
    const items = [...page.querySelectorAll("#thread > ol.comments > li")];
    const next = page.querySelector("#thread > .more");
    if (!items.length || discussion.dataset.branch) return location.assign(link.href);
    for (const item of items) root.getElementById(item.id)?.remove();
    place.closest("#thread")?.querySelector(":scope > ol.comments")?.append(...items);
    if (next) place.replaceWith(next);
    else place.remove();
    await merge();
    lead(/** @type {HTMLElement | null} */ (items[0].querySelector(".comment")));
  };

  /** Fetches the form that a link leads to and lets the author use it in place.
   * @param {HTMLAnchorElement} link */
  const change = async (link) => {
    const comment = /** @type {HTMLElement} */ (link.closest(".comment"));
    const found = await fetch(link.href, { credentials });
    if (base && found.status === 404) return disown(comment);
    const page = parse(await found.text());
    const changing = page.querySelector("form.change");
    if (!changing) return location.assign(link.href);
    comment.querySelector("form.change")?.remove();
    comment.append(changing);
    /** @type {HTMLElement | null} */ (changing.querySelector("textarea, button"))?.focus();
  };

  /** Under another page, whose reader the browser keeps no session for.
   * @param {HTMLElement} comment */
  const disown = (comment) => {
    const words = ourPage()?.dataset.unowned ?? "";
    for (const each of comment.querySelectorAll(".edit, .withdraw")) each.remove();
    comment.querySelector("footer")?.append(Object.assign(document.createElement("p"), { className: "hint", textContent: words }));
    announce(words);
    comment.focus();
  };

  /** @param {HTMLFormElement} what @param {HTMLElement | null} button */
  const deed = async (what, button) => {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(what)));
    const value = button?.getAttribute("value");
    if (value) body.set("value", value);
    try {
      const result = await send(what.action, body);
      if (button && what.matches(".votes")) showVote(result, button);
      else show(result);
    } catch (problem) {
      const [words] = explain(problem);
      announce(words);
      let error = what.querySelector(".error");
      if (!error) what.prepend((error = Object.assign(document.createElement("p"), { className: "error" })));
      error.textContent = words;
    }
  };

  // ——— what is this reader's own

  const merge = async () => {
    if (!hasSession()) return;
    const seen = memory.read(`seen:${story}`) ?? "0";
    const ids = [...root.querySelectorAll(".comment[data-id]")].map((each) => /** @type {HTMLElement} */ (each).dataset.id ?? "0");
    const answer = await fetch(`${base}/stories/${story}/viewer?language=${language}&since=${seen}`, { credentials }).catch(() => null);
    if (!answer?.ok) return;
    const own = await answer.json();
    if (form) {
      who.replaceChildren(parse(own.identity));
      choose(false);
    }
    for (const { id, parent, piece } of own.pieces.reverse()) {
      const fresh = parsePiece(piece);
      if (find(id) || fresh.matches(".held")) put(id, parent, fresh);
    }
    for (const [id, value] of Object.entries(own.votes)) {
      const pressed = find(id)?.querySelector(`.votes [value="${value > 0 ? "up" : "down"}"]`);
      pressed?.setAttribute("aria-pressed", "true");
      pressed?.setAttribute("value", "none");
    }
    const news = /** @type {HTMLElement | null} */ (root.querySelector(".news"));
    if (news && own.news) {
      news.textContent = own.news;
      news.hidden = false;
      for (const id of ids) if (BigInt(id) > BigInt(seen) && seen !== "0") find(id)?.classList.add("new");
    }
    memory.keep(`seen:${story}`, own.now);
    return own;
  };

  // ——— what others write meanwhile

  const arrivals = /** @type {HTMLButtonElement | null} */ (root.querySelector(".arrivals"));
  /** Comments that wait to be shown, so that nothing moves under a reader's eyes.
   * @type {Map<string, { id: string, parent: string, piece: string }>} */
  const coming = new Map();
  const newest = [...root.querySelectorAll(".comment[data-id]")].reduce((most, each) => {
    const id = BigInt(/** @type {HTMLElement} */ (each).dataset.id ?? 0);
    return id > most ? id : most;
  }, 0n);
  /** @type {EventSource | null} */
  let source = null;
  let last = "";

  const listenForOthers = () => {
    if (!arrivals || document.hidden || source) return;
    const asked = new URLSearchParams({ language, revision: discussion.dataset.revision ?? "", age: `${Math.round(performance.now() - loaded)}` });
    source = new EventSource(`${base}/stories/${story}/events?${last ? `language=${language}&since=${last}` : asked}`);
    source.addEventListener("changes", (event) => {
      last = event.lastEventId;
      takeChanges(JSON.parse(event.data));
    });
  };

  /** Is it one that the reader has not been able to see, and that has a place on this page?
   * @param {any} change */
  const isNew = ({ id, parent, edited }) =>
    (!edited || BigInt(id) > newest) && (!parent || find(parent) || coming.has(parent));

  /** Puts a comment's new words in place of the old, with the reader's own vote.
   * @param {HTMLElement} old @param {HTMLElement} fresh */
  const renew = (old, fresh) => {
    const said = (/** @type {HTMLElement} */ each) => each.querySelector(".text")?.innerHTML;
    if (said(old) === said(fresh) || old.matches(".own") || old.contains(root.activeElement)) return;
    const pressed = old.querySelector(".votes [aria-pressed=true]");
    const votes = pressed && old.querySelector(".votes");
    if (votes) fresh.querySelector(".votes")?.replaceWith(votes);
    fresh.classList.toggle("new", old.matches(".new"));
    old.replaceWith(fresh);
  };

  /** @param {any} changed */
  const takeChanges = ({ count, changes, is_all: isAll }) => {
    for (const change of changes) {
      const old = find(change.id);
      const fresh = parsePiece(change.piece);
      if (old) renew(old, fresh);
      else if (fresh.matches(".gone")) coming.delete(change.id);
      else if (isNew(change)) coming.set(change.id, change);
    }
    const heading = root.getElementById("count");
    if (heading) heading.textContent = count;
    if (arrivals && !isAll) arrivals.dataset.stale = "1";
    sayHowMany();
  };

  /** Not while the reader's own comment is under way: it may be heard of before its answer is here. */
  const sayHowMany = () => {
    if (!arrivals || form?.getAttribute("aria-busy") === "true") return;
    for (const id of coming.keys()) if (find(id)) coming.delete(id);
    const { stale, all, one, other } = arrivals.dataset;
    const words = stale ? all : coming.size === 1 ? one : other;
    arrivals.hidden = !coming.size && !stale;
    arrivals.textContent = (words ?? "").replace("%(n)s", String(coming.size));
  };

  arrivals?.addEventListener("click", () => {
    if (arrivals.dataset.stale) return location.reload();
    const fresh = [...coming.values()].map(({ id, parent, piece }) => put(id, parent || undefined, parsePiece(piece)));
    coming.clear();
    sayHowMany();
    for (const each of fresh) each?.classList.add("new");
    lead(fresh.find(Boolean) ?? null);
  });

  /** A tab that nobody looks at asks for nothing. */
  const stopListening = () => {
    source?.close();
    source = null;
  };
  const look = () => (document.hidden ? stopListening() : listenForOthers());

  // ——— what readers do

  root.addEventListener("click", (/** @type {any} */ event) => {
    const link = /** @type {HTMLElement} */ (event.target).closest?.("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const kind = [...link.classList, link.rel].find((name) => name in clicks);
    if (!kind || (kind === "reply" && !form)) return;
    event.preventDefault();
    follow(link, clicks[kind]);
  }, { signal });

  /** Where we cannot do it in place, the link still leads to the page that can.
   * @param {HTMLAnchorElement} link @param {(link: HTMLAnchorElement) => unknown} way */
  const follow = async (link, way) => {
    try {
      await way(link);
    } catch {
      location.assign(link.href);
    }
  };

  /** @type {Record<string, (link: HTMLAnchorElement) => unknown>} */
  const clicks = {
    reply: answer,
    edit: change,
    withdraw: change,
    next: more,
    cancel: (link) => {
      const changing = link.closest("form.change");
      const comment = /** @type {HTMLElement | null} */ (link.closest("li")?.querySelector(".comment"));
      if (changing) changing.remove();
      else if (box.parentElement === home) return location.assign(link.href);
      else goHome();
      comment?.focus();
    },
  };

  root.addEventListener("submit", (/** @type {any} */ event) => {
    const sent = /** @type {HTMLFormElement} */ (event.target);
    if (!sent.matches(".votes, .comment form.change")) return;
    event.preventDefault();
    deed(sent, event.submitter);
  }, { signal });

  if (form) {
    form.addEventListener("click", (event) => {
      const pressed = /** @type {HTMLButtonElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-icon], [data-deed]"));
      if (!pressed) return;
      const name = pressed.dataset.deed;
      if (name) deeds[name](pressed);
      if (name || goAway(pressed)) event.preventDefault();
    });
    listen();
    form.addEventListener("focusin", () => form.classList.add("open"));
    form.addEventListener("input", () => (saveDraft(), grow(), showAvatar()));
    form.addEventListener("submit", post);
    addEventListener("storage", ({ key, newValue }) => {
      if (key === `piensas:${draftKey()}` && !newValue) field("draft").value = "";
    }, { signal });
    restoreDetails();
    restoreDraft();
    showAvatar();
  }
  merge();
  document.addEventListener("visibilitychange", look, { signal });
  signal.addEventListener("abort", stopListening);
  look();
  return () => ending.abort();
};

if (document.querySelector(".discussion[data-story]")) discuss(document, "", document.documentElement.lang);
