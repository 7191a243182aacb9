// The API's page: sends what a form says and shows what comes back. Without it the page is there to be read.
// @ts-check

const bearer = /** @type {HTMLInputElement} */ (document.querySelector("#bearer"));
const shown = bearer.closest("p");
if (shown) shown.hidden = false;

/** @param {HTMLFormElement} form */
function requestOf(form) {
  const { method = "GET", path = "" } = form.dataset;
  const url = new URL(path, location.origin);
  const headers = new Headers({ accept: "application/json" });
  /** @type {string | undefined} */
  let body;
  let place = path;
  const fields = /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */ (form.querySelectorAll("[data-in]"));
  for (const { name, value, dataset } of fields) {
    if (!value) continue;
    if (dataset.in === "path") place = place.replace(`{${name}}`, encodeURIComponent(value));
    else if (dataset.in === "query") for (const each of value.split(" ")) url.searchParams.append(name, each);
    else if (dataset.in === "header") headers.set(name, value);
    else body = value;
  }
  if (body) headers.set("content-type", "application/json");
  if (bearer.value) headers.set("authorization", `Bearer ${bearer.value}`);
  return new Request(place + url.search, { method, headers, body, credentials: "omit" });
}

/** @param {Response} answer */
async function describe(answer) {
  const words = await answer.text();
  const headers = ["etag", "link", "location", "retry-after", "ratelimit-remaining"]
    .map((name) => [name, answer.headers.get(name)])
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}: ${value}\n`);
  const body = answer.headers.get("content-type")?.includes("json") ? JSON.stringify(JSON.parse(words), null, 1) : words;
  return `${answer.status} ${answer.statusText}\n${headers.join("")}\n${body}`;
}

for (const form of document.forms) {
  const button = form.querySelector("button");
  const place = form.querySelector("pre");
  if (!button?.parentElement || !place) continue;
  button.parentElement.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    place.hidden = false;
    place.textContent = await fetch(requestOf(form)).then(describe).catch(String);
    button.disabled = false;
    place.focus();
  });
}
