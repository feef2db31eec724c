// Draws the pictures of a page from the definitions beside them; the interpreter needs no code made at run time.
"use strict";

function draw(root) {
  root.querySelectorAll("[data-chart]:not([data-drawn])").forEach((place) => {
    place.dataset.drawn = "yes";
    const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const options = { ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: false, hover: false };
    window.vegaEmbed(place, spec, options).catch((error) => { place.textContent = error.message; });
  });
}

draw(document);
document.body.addEventListener("htmx:load", (event) => draw(event.detail.elt));
