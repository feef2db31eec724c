// Steps with leads: sent without leaving the page. Where the server cannot be reached they are kept in this tab, in the
// order in which they were pressed, and sent when it is back; nothing that was pressed is lost without a word.


const board = document.getElementById("queue-board");
const KEPT = `efficace-steps-${board.dataset.user}`;
const TOLD = "efficace-told";
const HEARTBEAT_MS = 20000;
const PATIENCE_MS = 15000;
let kept = stored(KEPT);
let told = stored(TOLD);
let awaySince = null;
let isSignedOut = false;
let isSending = false;

function stored(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "[]");
  } catch {
    return [];
  }
}

// A browser that stores nothing still keeps the steps as long as the page stays.
function store(name, list) {
  try {
    if (list.length) sessionStorage.setItem(name, JSON.stringify(list));
    else sessionStorage.removeItem(name);
  } catch { /* in memory alone */ }
}

function keep(list) {
  kept = list;
  store(KEPT, kept);
  show();
}

function token() {
  return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
}

// The row or card of a lead.
function placeOf(lead) {
  const field = document.querySelector(`form.lead-actions input[name="lead"][value="${CSS.escape(lead)}"]`);
  return field?.closest(".lead, .lead-did") ?? null;
}

function stepOf(form, button) {
  const label = [...button.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent).join("").trim();
  const fields = Object.fromEntries(new FormData(form));
  const heading = form.closest(".lead, .lead-did")?.querySelector(".lead-name, h2, span");
  return { to: form.getAttribute("action"), next: form.dataset.next, lead: fields.lead, seen: fields.seen, step: button.value, label, name: heading?.textContent ?? "" };
}

// What became of a step: taken, refused, away (nothing is known) or signed out.
async function send(one) {
  const body = new URLSearchParams({ lead: one.lead, step: one.step, seen: one.seen });
  const headers = { "HX-Request": "true", "X-CSRF-Token": token() };
  try {
    const answer = await fetch(one.to, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.headers.has("HX-Redirect")) return { kind: "signed out" };
    if (answer.status >= 500 || answer.status === 429) return { kind: "away" };
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    if (!answer.ok) return { kind: "refused", said: page.querySelector("h1")?.textContent ?? "" };
    return { kind: "taken", text, said: page.querySelector(".lead-said")?.textContent ?? "" };
  } catch {
    return { kind: "away" };
  }
}

function fill(template, values) {
  return Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), template);
}

function button(text, pressed) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", pressed);
  return made;
}

function show() {
  document.querySelectorAll(".lead-kept").forEach((one) => one.remove());
  document.querySelectorAll(".is-kept").forEach((one) => one.classList.remove("is-kept"));
  kept.forEach((one, number) => {
    const place = placeOf(one.lead);
    if (!place) return;
    const line = document.createElement("p");
    line.className = "lead-kept";
    line.append(fill(board.dataset.kept, { step: one.label }), " ", button(board.dataset.takeBack, () => keep(kept.filter((_, other) => other !== number))));
    place.classList.add("is-kept");
    place.append(line);
  });
  const lines = [...told];
  if (isSignedOut) lines.push(fill(board.dataset.signedOut, { n: kept.length }));
  else if (awaySince) lines.push(fill(board.dataset.away, { at: awaySince }));
  if (kept.length && !isSignedOut) lines.push(fill(board.dataset.count, { n: kept.length }));
  board.replaceChildren(...lines.map((text) => {
    const line = document.createElement("p");
    line.textContent = text;
    return line;
  }));
  if (isSignedOut) {
    const link = document.createElement("a");
    link.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = board.dataset.signIn;
    board.append(link);
  } else if (awaySince) board.append(button(board.dataset.again, sendKept));
  board.hidden = lines.length === 0;
}

function away() {
  awaySince ??= new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date());
  show();
}

function tellLater(said) {
  told = [...told, said];
  store(TOLD, told);
}

async function press(form, one) {
  if (kept.length) {
    keep([...kept, one]);
    sendKept();
    return;
  }
  form.querySelectorAll("button").forEach((other) => { other.disabled = true; });
  const found = await send(one);
  form.querySelectorAll("button").forEach((other) => { other.disabled = false; });
  if (found.kind === "away" || found.kind === "signed out") {
    isSignedOut = found.kind === "signed out";
    keep([one]);
    if (!isSignedOut) away();
    return;
  }
  awaySince = null;
  const row = form.closest("li.lead");
  if (found.kind === "taken" && row) {
    told = [];
    window.htmx.swap(row, found.text, { swapStyle: "outerHTML" });
    (placeOf(one.lead)?.querySelector("button") ?? document.querySelector("li.lead button"))?.focus({ preventScroll: true });
    show();
    return;
  }
  if (found.said) tellLater(found.said);
  if (found.kind === "taken") location.assign(found.said ? location.href : one.next);
  else show();
}

// In their order: what was pressed first is sent first, and what comes after a step that failed waits with it.
async function sendKept() {
  if (isSending) return;
  isSending = true;
  const before = kept.length;
  while (kept.length) {
    const one = kept[0];
    const found = await send(one);
    isSignedOut = found.kind === "signed out";
    if (found.kind === "away") away();
    if (found.kind === "away" || isSignedOut) break;
    if (found.said) tellLater(`${one.name}: ${found.said}`);
    keep(kept.slice(1));
  }
  isSending = false;
  if (before && !kept.length) {
    tellLater(fill(board.dataset.sent, { n: before }));
    location.reload();
  } else show();
}

async function listen() {
  if (document.visibilityState !== "visible" || isSending) return;
  const isThere = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }).then((answer) => answer.ok, () => false);
  if (!isThere) away();
  else if (kept.length) await sendKept();
  else if (awaySince) location.reload();
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches?.("form.lead-actions") || !event.submitter) return;
  event.preventDefault();
  event.stopPropagation();
  press(event.target, stepOf(event.target, event.submitter));
}, true);
window.addEventListener("online", listen);
window.addEventListener("offline", away);
window.addEventListener("beforeunload", (event) => {
  if (kept.length) event.preventDefault();
});
setInterval(listen, HEARTBEAT_MS);
store(TOLD, []);
show();
if (kept.length) sendKept();
