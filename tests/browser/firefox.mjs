// A reader under another site's page, in the Firefox of this machine: node firefox.mjs WISH, which is
//   {"page": address, "allowed": [what may be asked for], "preferences": {of about:config}}
// and says {"browser": its version, "saw": {what worked: where}, "heard": [what must not be], "missed": a fault}.
import puppeteer from "puppeteer-core";

const wish = JSON.parse(process.argv[2]);
const PATIENCE = 10_000;
const HERE = "yes";
const OUR_PAGE = "on our page";
const TOLD = "told why not";
const LINES = 8;

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
page.on("console", (said) => ["error", "warn"].includes(said.type()) && heard.push(said.text()));
page.on("pageerror", (fault) => heard.push(String(fault)));
page.on("request", (asked) => {
  const url = asked.url();
  if (![...wish.allowed, "data:", "about:"].some((start) => url.startsWith(start))) heard.push(`a request to a third party: ${url}`);
});

/** Where the discussion is: under the site's page, until the reader is led to ours. */
let where = HERE;
const within = (selector) => (where === HERE ? `que-piensas >>> ${selector}` : selector);

/** Waits until something is visible that contains the words; what it was.
 * @param {Record<string, string>} choices words by selector */
const seeOne = async (choices) => {
  const found = (choices, isHere) => {
    const root = isHere ? document.querySelector("que-piensas")?.shadowRoot : document;
    const shows = (selector) =>
      [...(root?.querySelectorAll(selector) ?? [])].some((each) => each.checkVisibility() && each.textContent.includes(choices[selector]));
    return Object.keys(choices).find(shows);
  };
  return (await page.waitForFunction(found, {}, choices, where === HERE)).jsonValue();
};
const see = (selector, words = "") => seeOne({ [selector]: words });
const fill = (selector, words) => page.locator(within(selector)).fill(words);
const press = (selector) => page.locator(within(selector)).click();
const open = () => press("#box-text");

/** The provider's window closes by itself. Headless, nothing gives the page its focus back. */
const consent = async (popup) => {
  await popup.locator('[name="name"]').fill("Ana Signed");
  await popup.locator('button[value="yes"]').click();
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
