// Steps with leads: sent without leaving the page. Where the server cannot be reached they are kept in this tab, in the
// order in which they were pressed, and sent when it is back; nothing that was pressed is lost without a word.


const board = document.getElementById("queue-board");
const KEPT = `efficace-steps-${board.dataset.user}`;
const TOLD = "efficace-told";
const HEARTBEAT_MS = 10000;
const PATIENCE_MS = 15000;
let kept = stored(KEPT);
let told = stored(TOLD);
let awaySince = null;
let isSignedOut = false;
let isSending = false;
let isPressing = false;

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
  isPressing = true;
  const found = await send(one);
  isPressing = false;
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

// What stands on the page for a lead, whether or not a step can be taken with it.
function rowsOf(lead) {
  return [...document.querySelectorAll(`.queue-page .lead[data-lead="${CSS.escape(lead)}"]`)];
}

// Puts one element where another stood; who stood on a button of it stands on the same one, or on the next there is.
function put(old, made) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(made);
  if (!focused) return;
  const same = focused.value && made.querySelector(`button[value="${CSS.escape(focused.value)}"]`);
  const after = [...document.querySelectorAll(".queue-page .lead button")].find((one) => made.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  (same || made.querySelector("button, a") || after)?.focus({ preventScroll: true });
}

// Others took steps: their leads change where they stand, and whom to answer next with its place in the list.
function tell(page) {
  const changed = new Map([...page.querySelectorAll("li.lead")].map((row) => [row.dataset.lead, row]));
  const card = document.querySelector(".next-lead");
  const next = page.querySelector(".next-lead");
  const isMoved = card && card.dataset.lead !== next?.dataset.lead;
  for (const [lead, row] of changed) {
    rowsOf(lead).filter((one) => one.matches("li") && one.dataset.steps !== row.dataset.steps).forEach((one) => put(one, document.importNode(row, true)));
  }
  if (isMoved) {
    const row = changed.get(card.dataset.lead);
    const free = next && rowsOf(next.dataset.lead).find((one) => one.matches("li"));
    if (next) put(card, document.importNode(next, true));
    else card.remove();
    if (free && row) put(free, document.importNode(row, true));
    else free?.remove();
  } else if (card && next && card.dataset.steps !== next.dataset.steps) put(card, document.importNode(next, true));
  for (const id of ["answer", "lead-tabs"]) {
    const [old, made] = [document.getElementById(id), page.getElementById(id)];
    if (old && made && old.innerHTML !== made.innerHTML) old.replaceChildren(...document.importNode(made, true).childNodes);
  }
  document.body.dispatchEvent(new Event("htmx:afterSwap"));
  show();
}

async function hear() {
  const at = new URL(board.dataset.news ?? "/healthz", location.href);
  if (board.dataset.news) at.searchParams.set("since", board.dataset.heard);
  const answer = await fetch(at, { cache: "no-store", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
  if (!answer || answer.status >= 500) return false;
  const isNews = answer.status === 200 && !answer.headers.has("HX-Redirect") && !isPressing;
  const page = isNews ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const news = page?.getElementById("lead-news");
  if (news) {
    board.dataset.heard = news.dataset.heard;
    tell(page);
  }
  return true;
}

async function listen() {
  if (document.visibilityState !== "visible" || isSending) return;
  if (!await hear()) away();
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
