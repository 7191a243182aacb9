// @ts-check
// Tells the page that opened this window how the sign-in went, and closes the window.

const error = document.getElementById("arrived")?.dataset.error ?? "";
new BroadcastChannel("piensas").postMessage({ error });
if (window.name === "piensas-signin") setTimeout(() => window.close(), 100);
