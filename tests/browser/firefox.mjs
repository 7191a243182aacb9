// A reader under another site's page, in the Firefox of this machine: node firefox.mjs WISH, which is
//   {"page": address, "allowed": [what may be asked for], "preferences": {of about:config}}
// and says {"browser": its version, "saw": {what worked: where}, "heard": [what must not be], "missed": a fault}.
import { setTimeout as sleep } from "node:timers/promises";
import puppeteer from "puppeteer-core";

const wish = JSON.parse(process.argv[2]);
const PATIENCE = 10_000;
const HERE = "yes";
const OUR_PAGE = "on our page";
const TOLD = "told why not";
const LINES = 8;

/** Some versions say so of every stream that is open when a page is left. */
const AS_IT_LEAVES = /\/events\?\S* was interrupted while the page was loading/;

const firefox = await puppeteer.launch({
  browser: "firefox",
  executablePath: "/usr/bin/firefox-esr",
  acceptInsecureCerts: true,
  defaultViewport: { width: 1000, height: 900 },
  extraPrefsFirefox: wish.preferences,
});
const page = await firefox.newPage();
page.setDefaultTimeout(PATIENCE);
const heard = [];
const hear = (words) => AS_IT_LEAVES.test(words) || heard.push(words);
page.on("console", (said) => ["error", "warn"].includes(said.type()) && hear(said.text()));
page.on("pageerror", (fault) => hear(String(fault)));
page.on("request", (asked) => {
  const url = asked.url();
  if (![...wish.allowed, "data:", "about:"].some((start) => url.startsWith(start))) heard.push(`a request to a third party: ${url}`);
});

/** Where the discussion is: under the site's page, until the reader is led to ours. */
let where = HERE;

/** What it finds at last. Puppeteer's own ways of waiting make functions of text in the page, which our policy forbids
 * in Firefox 140; and in a page that is just going away there is nothing to be found. */
const until = async (find) => {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(50)) {
    const found = await find().catch(() => null);
    if (found) return found;
  }
  throw new Error("Nothing of it was seen.");
};

/** Waits until something is visible that contains the words; what it was.
 * @param {Record<string, string>} choices words by selector */
const seeOne = (choices) => {
  const look = (choices, isHere) => {
    const root = isHere ? document.querySelector("que-piensas")?.shadowRoot : document;
    const shows = (selector) =>
      [...(root?.querySelectorAll(selector) ?? [])].some((each) => each.checkVisibility() && each.textContent.includes(choices[selector]));
    return Object.keys(choices).find(shows);
  };
  return until(() => page.evaluate(look, choices, where === HERE));
};
const see = (selector, words = "") => seeOne({ [selector]: words });

/** What can be seen, is not switched off and has stopped moving. */
const find = async (selector, on = page, isHere = where === HERE) => {
  const look = (selector, isHere) => {
    const root = isHere ? document.querySelector("que-piensas")?.shadowRoot : document;
    const found = root?.querySelector(selector);
    return found?.checkVisibility() && !found.disabled ? found : null;
  };
  let before = "";
  return until(async () => {
    const found = (await on.evaluateHandle(look, selector, isHere)).asElement();
    const place = found ? JSON.stringify(await found.boundingBox()) : "";
    const rests = place !== "" && place === before;
    before = place;
    return rests ? found : null;
  });
};
const fill = async (selector, words, ...there) => {
  const field = await find(selector, ...there);
  await field.evaluate((each) => (each.focus(), each.select()));
  await field.type(words);
};
const press = async (selector, ...there) => (await find(selector, ...there)).click();
const open = () => press("#box-text");

/** The provider's window closes by itself. Headless, nothing gives the page its focus back. */
const consent = async (popup) => {
  await fill('[name="name"]', "Ana Signed", popup, false);
  await press('button[value="yes"]', popup, false);
  await page.bringToFront();
};

const steps = {
  "guest posts": async () => {
    await see("#greeting", "What do you think?");
    await fill("#box-text", "As a guest, from afar.");
    await fill('[name="email"]', "far@example.org");
    await fill('[name="name"]', "Far reader");
    await press(".send .post");
    await see(".comment .text", "As a guest, from afar.");
    await see(".comment.own .edit");
  },
  "edits it": async () => {
    await press(".comment.own .edit");
    const unowned = ".comment.own footer .hint";
    if ((await seeOne({ "form.change textarea": "", [unowned]: "this comment is yours" })) === unowned) return TOLD;
    await fill("form.change textarea", "As a guest, from very far.");
    await press("form.change .post");
    return see(".comment.own > .text", "As a guest, from very far.");
  },
  "signs in": async () => {
    await open();
    const opened = new Promise((tell) => page.once("popup", tell));
    await press('[data-icon="google"]');
    await consent(await opened);
    const unkept = ".error [data-unkept]";
    if ((await seeOne({ ".who": "Google", [unkept]: "" })) === unkept) {
      await Promise.all([page.waitForNavigation(), press(unkept)]);
      where = OUR_PAGE;
      await open();
    }
    await see(".who", "You are commenting using your Google account.");
  },
  posts: async () => {
    await fill("#box-text", "As myself.");
    await press(".send .post");
    await see(".comment .by", "Ana Signed");
  },
  "stays signed in": async () => {
    await page.reload();
    await see(".comment .text", "As myself.");
    await open();
    await see(".who", "Google");
  },
  "logs out": async () => {
    await press('[data-deed="leave"]');
    await see('[name="email"]');
    await page.reload();
    await see(".comment .text", "As myself.");
    await open();
    await see('[name="email"]');
  },
};

const saw = {};
let missed = null;
try {
  await page.goto(wish.page);
  for (const [name, step] of Object.entries(steps)) {
    missed = name;
    saw[name] = (await step()) === TOLD ? TOLD : where;
  }
  missed = null;
} catch (fault) {
  missed += `: ${String(fault.stack).split("\n").slice(0, LINES).join("\n")}`;
}
console.log(JSON.stringify({ browser: await firefox.version(), saw, heard, missed }));
await firefox.close();
