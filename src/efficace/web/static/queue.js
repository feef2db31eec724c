// Lets the clocks of the lead queue run: the promise of each lead, in the opening hours of its owner.
"use strict";

const queue = document.getElementById("queue");
const hours = queue ? JSON.parse(document.getElementById("queue-hours").textContent) : {};
const begun = performance.now();
const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// The server's clock, so that a wrong one on this machine moves nothing.
function nowMs() {
  return Number(queue.dataset.now) + performance.now() - begun;
}

function runSeconds(calendar, at) {
  const asOf = Number(queue.dataset.asOf);
  if (calendar === undefined) return Math.max(at - asOf, 0) / 1000;
  return (hours[calendar] ?? []).reduce((sum, [opens, closes]) => sum + Math.max(Math.min(closes, at) - opens, 0), 0) / 1000;
}

function two(number) {
  return String(number).padStart(2, "0");
}

// As the server writes a length of time; by the minute where motion is not wanted.
function told(seconds) {
  const whole = isCalm && seconds >= 60 ? Math.floor(seconds / 60) * 60 : Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${two(whole % 60)}` : ""}`;
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${two(minutes % 60)}` : ""}`;
  const rest = Math.round(whole / 3600);
  return `${Math.floor(rest / 24)} ${queue.dataset.days}${rest % 24 ? ` ${rest % 24} h` : ""}`;
}

function draw(words, used, promise) {
  const track = words.closest(".lead")?.querySelector("svg.clock");
  if (!track) return;
  const tick = Number(queue.dataset.tick);
  const share = Math.min(Math.max(used / Math.max(promise, 1) * tick, 0), 1);
  track.querySelector(".passed").setAttribute("width", (Math.min(share, tick) * 150).toFixed(1));
  track.querySelector(".past").setAttribute("width", (Math.max(share - tick, 0) * 150).toFixed(1));
}

function show() {
  const at = nowMs();
  document.querySelectorAll("[data-clock]").forEach((words) => {
    const promise = Number(words.dataset.promise);
    const used = Number(words.dataset.age) + runSeconds(words.dataset.calendar, at);
    const left = promise - used;
    const text = (left < 0 ? queue.dataset.late : queue.dataset.left).replace("{time}", told(Math.abs(left)));
    if (words.textContent !== text) words.textContent = text;
    words.classList.toggle("warn", left < 0);
    draw(words, used, promise);
  });
}

if (queue?.dataset.live) {
  show();
  setInterval(show, isCalm ? 60000 : 1000);
}

document.body.addEventListener("htmx:afterSwap", () => {
  if (queue?.dataset.live) show();
});
