// Replaces a dealer's photo by our copy as soon as there is one: same element, no flash, no shift.
"use strict";

const external = () => document.querySelectorAll("[data-external]");
let lastId = document.body.dataset.liveFrom;
let events = null;

function listen() {
  if (!external().length) return;
  const query = new URLSearchParams({ cursor: lastId });
  for (const vehicle of new Set([...external()].map((figure) => figure.dataset.vehicle))) {
    query.append("vehicle_id", vehicle);
  }
  events = new EventSource(`/api/events?${query}`);
  events.addEventListener("image", (event) => {
    lastId = event.lastEventId;
    const change = JSON.parse(event.data);
    const figure = document.querySelector(`[data-external][data-image="${Number(change.image_id)}"]`);
    if (figure && !change.is_external) becomeOurs(figure, lastId);
  });
}

async function becomeOurs(figure, version) {
  const image = figure.querySelector("img");
  const url = `/i/${figure.dataset.image}?v=${encodeURIComponent(version)}`;
  if (image.complete) {
    await replace(image, url);
  } else {
    // Still on its way, or not asked for yet; `/i/` gives our copy to whoever asks from now on.
    for (const end of ["load", "error"]) {
      image.addEventListener(end, () => replace(image, url), { once: true });
    }
  }
  if (!figure.hasAttribute("data-external")) return;
  figure.removeAttribute("data-external");
  const mark = figure.querySelector(".mark");
  mark.textContent = mark.dataset.ours;
  const count = document.querySelector("[data-ours-count]");
  if (count) count.textContent = String(document.querySelectorAll("[data-image]:not([data-external])").length);
  if (!external().length) events.close();
}

async function replace(image, url) {
  if (image.getAttribute("src") === url) return;
  const next = new Image();
  next.src = url;
  try {
    await next.decode();
  } catch {
    return; // what is shown stays
  }
  image.src = url; // loaded and decoded: the element shows it in the same frame
  image.closest("[data-image]").classList.remove("is-broken");
}

function noteBroken(image) {
  if (image.complete && image.currentSrc && !image.naturalWidth) {
    image.closest("[data-image]")?.classList.add("is-broken");
  }
}

// Errors of images do not bubble; those that came before this script are looked for once.
document.addEventListener("error", (event) => event.target instanceof HTMLImageElement && noteBroken(event.target), true);
document.querySelectorAll("[data-image] img").forEach(noteBroken);

// A page that is kept for the back button keeps no connection open.
addEventListener("pagehide", () => events?.close());
addEventListener("pageshow", (event) => {
  if (event.persisted) listen();
});
listen();
