// Small manners of every page: the menu, one open picker at a time, the command palette, keys.
"use strict";

const menu = document.querySelector(".menu-button");
menu?.addEventListener("click", () => {
  const isOpen = menu.getAttribute("aria-expanded") === "true";
  menu.setAttribute("aria-expanded", String(!isOpen));
  document.body.classList.toggle("menu-open", !isOpen);
});

document.documentElement.classList.add("scripted");
const filters = document.querySelector(".show-filters");
filters?.addEventListener("click", () => {
  const isOpen = filters.getAttribute("aria-expanded") === "true";
  filters.setAttribute("aria-expanded", String(!isOpen));
  filters.closest(".bar").classList.toggle("filters-open", !isOpen);
});

document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.pick[open]")) return;
  document.querySelectorAll("details.pick[open]").forEach((other) => {
    if (other !== event.target) other.open = false;
  });
}, true);

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.pick[open]").forEach((pick) => {
    if (!pick.contains(event.target)) pick.open = false;
  });
});

const palette = document.getElementById("palette");
const palettePlace = document.getElementById("palette-text");
const paletteList = document.getElementById("palette-list");
let paletteItems = null;
let paletteChosen = 0;

async function openPalette() {
  if (!palette || palette.open) return;
  palette.showModal();
  palettePlace.value = "";
  if (paletteItems === null) {
    const answer = await fetch(palettePlace.dataset.source + window.location.search);
    paletteItems = answer.ok ? await answer.json() : [];
  }
  showPalette();
}

function showPalette() {
  const words = palettePlace.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = paletteItems.filter((item) => words.every((word) => item.text.toLowerCase().includes(word))).slice(0, 12);
  paletteChosen = Math.min(paletteChosen, Math.max(found.length - 1, 0));
  paletteList.replaceChildren(...found.map((item, number) => {
    const entry = document.createElement("li");
    entry.role = "option";
    entry.id = `palette-${number}`;
    entry.ariaSelected = String(number === paletteChosen);
    const link = document.createElement("a");
    link.href = item.to;
    link.tabIndex = -1;
    link.textContent = item.text;
    const kind = document.createElement("span");
    kind.textContent = item.kind;
    entry.append(link, kind);
    return entry;
  }));
  palettePlace.setAttribute("aria-activedescendant", found.length ? `palette-${paletteChosen}` : "");
}

palettePlace?.addEventListener("input", () => { paletteChosen = 0; showPalette(); });
palettePlace?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    paletteChosen = Math.max(0, Math.min(paletteList.children.length - 1, paletteChosen + step));
    showPalette();
    event.preventDefault();
  } else if (event.key === "Enter") {
    paletteList.children[paletteChosen]?.querySelector("a").click();
    event.preventDefault();
  }
});
document.querySelector("[data-palette]")?.addEventListener("click", openPalette);
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
  } else if (event.key === "Escape") {
    document.querySelectorAll("details.pick[open]").forEach((pick) => {
      pick.open = false;
      pick.querySelector("summary").focus();
    });
  }
});
