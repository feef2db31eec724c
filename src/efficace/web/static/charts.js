// Draws the pictures of a page from the definitions beside them; the interpreter needs no code made at run time.
"use strict";

const OPTIONS = { ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: told, hover: false };

// What a point says is the title of its picture while the pointer is on it.
function told(_handler, event, _item, value) {
  const place = event.target.closest?.(".picture");
  if (value) place?.setAttribute("title", value);
  else place?.removeAttribute("title");
}

async function drawOne(place) {
  place.dataset.state = "drawing";
  try {
    const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    await window.vegaEmbed(place, spec, OPTIONS);
    // The place has one label; what is drawn in it says nothing more to a screen reader.
    place.querySelector("svg")?.setAttribute("aria-hidden", "true");
  } catch (error) {
    place.textContent = error.message;
  }
  place.dataset.state = "drawn";
}

function draw(root) {
  root.querySelectorAll("[data-chart]:not([data-state])").forEach(drawOne);
}

draw(document);
document.body.addEventListener("htmx:load", (event) => draw(event.detail.elt));
