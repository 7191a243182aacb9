// @ts-check
// Asks the device for a passkey: a new one for an invitation, or one that it has.

const form = /** @type {HTMLFormElement} */ (document.getElementById("staff"));
const error = /** @type {HTMLElement} */ (document.getElementById("staff-error"));
const key = form.dataset.key ?? "";

/** @param {string | undefined} words */
function say(words) {
  error.textContent = words ?? "";
  error.hidden = !words;
}

/** @param {string} address @param {object} what */
async function ask(address, what) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(what),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? form.dataset.failed);
  return said;
}

async function make() {
  const options = await ask("/staff/passkey/new", { key });
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
}

async function open() {
  const options = await ask("/staff/passkey", {});
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

document.getElementById("staff-scripts")?.remove();
form.querySelector("button")?.removeAttribute("hidden");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!("PublicKeyCredential" in window)) return say(form.dataset.unable);
  say("");
  try {
    const credential = /** @type {PublicKeyCredential} */ (await (key ? make() : open()));
    const answer = JSON.stringify(credential.toJSON());
    const { next } = await ask(key ? "/staff/invitation" : "/staff", { key, answer });
    location.assign(next);
  } catch (fault) {
    say(fault instanceof DOMException ? form.dataset.failed : /** @type {Error} */ (fault).message);
  }
});

export {};
