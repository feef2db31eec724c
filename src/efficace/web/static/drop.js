// Files and whole folders dropped on the form that takes them; without this script files are chosen one by one.
"use strict";

async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((take, fail) => entry.file(take, fail))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((take, fail) => reader.readEntries(take, fail));  // at most 100 at a time
    if (!some.length) return (await Promise.all(found.map(filesIn))).flat();
    found.push(...some);
  }
}

document.querySelectorAll("form.drop").forEach((form) => {
  const place = form.querySelector("[data-drop]");
  const folder = form.querySelector("[data-folder]");
  folder.closest("label").hidden = false;
  const shown = (event, isOver) => { event.preventDefault(); form.classList.toggle("over", isOver); };
  form.addEventListener("dragover", (event) => shown(event, true));
  form.addEventListener("dragleave", (event) => shown(event, false));
  form.addEventListener("drop", async (event) => {
    shown(event, false);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const all = new DataTransfer();
    (await Promise.all(entries.map(filesIn))).flat().forEach((file) => all.items.add(file));
    place.files = all.files;
    if (place.files.length) form.requestSubmit();
  });
  folder.addEventListener("change", () => {
    const all = new DataTransfer();
    [...folder.files].forEach((file) => all.items.add(file));
    place.files = all.files;
    if (place.files.length) form.requestSubmit();
  });
});
