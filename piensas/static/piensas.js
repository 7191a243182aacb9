// @ts-check
// Makes the comment box and the thread pleasant. Everything here also works without it, as links and forms.

const discussion = /** @type {HTMLElement} */ (document.querySelector(".discussion[data-story]"));
const box = /** @type {HTMLElement} */ (document.getElementById("respond"));
const story = discussion.dataset.story ?? "";
const home = box.parentElement;
const after = box.nextSibling;
const heading = box.querySelector("h2");
const greeting = heading?.innerHTML ?? "";
const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("piensas", { createHTML: String }) ?? {
  createHTML: String,
};
const DETAILS = ["name", "email", "website"];

/** @param {string} html */
const parse = (html) => {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return template.content;
};

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

const hasSession = () => document.cookie.includes("piensas-scripts=1");

/** @param {string} words */
const announce = (words) => {
  const status = document.getElementById("status");
  if (status) status.textContent = words;
};

/** @param {string} url @param {HTMLFormElement | URLSearchParams} what */
const send = async (url, what) => {
  const body = what instanceof HTMLFormElement ? new URLSearchParams(/** @type {any} */ (new FormData(what))) : what;
  const answer = await fetch(url, { method: "POST", body, headers: { accept: "application/json" } });
  const result = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(result.detail), result);
  document.cookie = `piensas-scripts=1; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  return result;
};

// ——— the box

const form = /** @type {HTMLFormElement} */ (box.querySelector("form"));

/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
const draftKey = () => `draft:${story}:${field("parent").value}`;

const grow = () => {
  const text = field("text");
  if (CSS.supports("field-sizing", "content")) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
};

/** @param {string} words @param {string} [name] */
const complain = (words, name) => {
  const error = /** @type {HTMLElement} */ (form.querySelector(".error"));
  for (const each of form.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
  error.textContent = words;
  error.hidden = !words;
  if (!words) return;
  announce(words);
  const wrong = name && field(name);
  if (!wrong) return;
  wrong.closest(".field")?.after(error);
  wrong.setAttribute("aria-invalid", "true");
  wrong.setAttribute("aria-describedby", "box-error");
  wrong.focus();
};

const showAvatar = () => {
  const avatar = form.querySelector(".avatar");
  const words = field("name").value.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  let hash = 0x811c9dc5;
  for (const letter of field("name").value.trim()) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  if (!avatar) return;
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
  for (const name of DETAILS) field(name).value ||= details[name] ?? "";
  if (field("save_details")) field("save_details").checked = true;
};

const missing = () => {
  if (!field("text").value.trim()) return "text";
  return ["email", "name"].find((name) => field(name).required && !field(name).value.trim());
};

/** @param {SubmitEvent} event */
const post = async (event) => {
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
    memory.keep("details", field("save_details")?.checked && Object.fromEntries(DETAILS.map((n) => [n, field(n).value])));
    field("text").value = field("draft").value = "";
    complain("");
    goHome();
    show(result);
  } catch (problem) {
    complain(problem.code ? problem.message : (form.dataset.unavailable ?? ""), problem.field);
  } finally {
    form.removeAttribute("aria-busy");
  }
};

const goHome = () => {
  if (box.parentElement === home) return;
  home?.insertBefore(box, after);
  field("parent").value = "";
  if (heading) heading.innerHTML = policy.createHTML(greeting);
  /** @type {HTMLElement} */ (form.querySelector(".cancel")).hidden = true;
  /** @type {HTMLElement} */ (form.querySelector(".post")).textContent = form.dataset.post ?? "";
  field("text").value = field("draft").value = "";
  restoreDraft();
};

/** @param {HTMLAnchorElement} link */
const answer = (link) => {
  const comment = /** @type {HTMLElement} */ (link.closest(".comment"));
  saveDraft();
  comment.after(box);
  field("parent").value = comment.dataset.id ?? "";
  field("text").value = field("draft").value = "";
  if (heading) heading.textContent = (form.dataset.reply ?? "").replace("%(name)s", link.dataset.name ?? "");
  const cancel = /** @type {HTMLAnchorElement} */ (form.querySelector(".cancel"));
  cancel.hidden = false;
  cancel.href = `#comment-${comment.dataset.id}`;
  /** @type {HTMLElement} */ (form.querySelector(".post")).textContent = form.dataset.replyButton ?? "";
  form.classList.add("open");
  complain("");
  restoreDraft();
  field("text").focus();
};

// ——— the thread

/** @param {string} id */
const find = (id) => /** @type {HTMLElement | null} */ (document.querySelector(`.comment[data-id="${CSS.escape(id)}"]`));

/** Puts a comment's HTML in its place: over what stands there, under its parent, or at the end.
 * @param {string} id @param {string | undefined} parent @param {string} piece */
const put = (id, parent, piece) => {
  const fresh = /** @type {HTMLElement} */ (parse(piece).firstElementChild);
  const old = find(id);
  if (old) {
    old.replaceWith(fresh);
    return fresh;
  }
  const above = parent ? find(parent)?.closest("li") : document.getElementById("thread");
  if (!above) return null;
  let list = above.querySelector(":scope > ol.comments");
  if (!list) {
    list = document.createElement("ol");
    list.className = "comments";
    above.querySelector(":scope > .comment, :scope > .box")?.after(list) ?? above.prepend(list);
  }
  const item = document.createElement("li");
  item.id = `comment-${id}`;
  item.append(fresh);
  const first = !parent && document.getElementById("thread")?.dataset.order === "newest";
  if (first) list.prepend(item);
  else list.append(item);
  return fresh;
};

/** @param {any} result */
const show = (result) => {
  const fresh = put(result.comment.id, result.comment.parent, result.piece);
  announce(result.message);
  fresh?.focus();
};

/** @param {HTMLAnchorElement} link */
const more = async (link) => {
  const place = /** @type {HTMLElement} */ (link.closest(".more"));
  const page = parse(await (await fetch(link.href)).text());
  const items = [...page.querySelectorAll("#thread > ol.comments > li")];
  const next = page.querySelector("#thread > .more");
  if (!items.length) return location.assign(link.href);
  place.closest("#thread")?.querySelector(":scope > ol.comments")?.append(...items);
  if (next) place.replaceWith(next);
  else place.remove();
  /** @type {HTMLElement | null} */ (items[0].querySelector(".comment"))?.focus();
};

/** Fetches the form that a link leads to and lets the author use it in place.
 * @param {HTMLAnchorElement} link */
const change = async (link) => {
  const comment = /** @type {HTMLElement} */ (link.closest(".comment"));
  const page = parse(await (await fetch(link.href)).text());
  const changing = page.querySelector("form.change");
  if (!changing) return location.assign(link.href);
  comment.querySelector("form.change")?.remove();
  comment.append(changing);
  /** @type {HTMLElement | null} */ (changing.querySelector("textarea, button"))?.focus();
};

/** @param {HTMLFormElement} what @param {HTMLElement | null} button */
const deed = async (what, button) => {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(what)));
  const value = button?.getAttribute("value");
  if (value) body.set("value", value);
  try {
    show(await send(what.action, body));
  } catch (problem) {
    const words = problem.code ? problem.message : (form?.dataset.unavailable ?? "");
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
  const ids = [...document.querySelectorAll(".comment[data-id]")].map((each) => /** @type {HTMLElement} */ (each).dataset.id ?? "0");
  const language = document.documentElement.lang;
  const own = await (await fetch(`/stories/${story}/viewer?language=${language}&since=${seen}`)).json();
  for (const { id, parent, piece } of own.pieces.reverse()) put(id, parent, piece);
  for (const [id, value] of Object.entries(own.votes)) {
    const pressed = find(id)?.querySelector(`.votes [value="${value > 0 ? "up" : "down"}"]`);
    pressed?.setAttribute("aria-pressed", "true");
    pressed?.setAttribute("value", "none");
  }
  const news = /** @type {HTMLElement | null} */ (document.querySelector(".news"));
  if (news && own.news) {
    news.textContent = own.news;
    news.hidden = false;
    for (const id of ids) if (BigInt(id) > BigInt(seen) && seen !== "0") find(id)?.classList.add("new");
  }
  const newest = ids.reduce((a, b) => (BigInt(a) > BigInt(b) ? a : b), seen);
  memory.keep(`seen:${story}`, newest);
};

// ——— what readers do

document.addEventListener("click", (event) => {
  const link = /** @type {HTMLElement} */ (event.target).closest?.("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const kind = [...link.classList, link.rel].find((name) => name in clicks);
  if (!kind || (kind === "reply" && !form)) return;
  event.preventDefault();
  clicks[kind](link);
});

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
    else goHome();
    comment?.focus();
  },
};

document.addEventListener("submit", (event) => {
  const sent = /** @type {HTMLFormElement} */ (event.target);
  if (!sent.matches(".votes, .comment form.change")) return;
  event.preventDefault();
  deed(sent, event.submitter);
});

if (form) {
  form.addEventListener("focusin", () => form.classList.add("open"));
  form.addEventListener("input", () => (saveDraft(), grow(), showAvatar()));
  form.addEventListener("submit", post);
  restoreDetails();
  restoreDraft();
  showAvatar();
}
merge();
