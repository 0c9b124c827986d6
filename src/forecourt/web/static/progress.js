// Reads the page again every two seconds while somebody looks at it, and exchanges the figures.
"use strict";

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/progress");
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("cockpit").replaceWith(page.getElementById("cockpit"));
  } catch {
    // The server is away for a moment: the figures stay.
  }
}

async function refreshOnAndOn() {
  await refresh();
  setTimeout(refreshOnAndOn, 2000);
}

setTimeout(refreshOnAndOn, 2000);
