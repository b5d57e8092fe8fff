// Keep what somebody types into a form with data-draft, so that a lost connection, an ended session
// or a crash loses no word: at once on this device, and, where data-save names an address, on the
// server a moment later. What was kept comes back when the form is opened again; it goes when the
// form was sent. Without JavaScript the button "Save as a draft" does the same by hand.
const PREFIX = "guildmark-draft:";
const PAUSE = 1500; // Milliseconds after the last key until the server is told.
const AGAIN = 15000; // Milliseconds until an absent server is asked again.
const SKIPPED = new Set(["csrfmiddlewaretoken", "draft", "stamp", "website"]);

// Whoever has no account may sit at a computer that others use next: theirs goes with the window.
function storage() {
  const isKnown = document.querySelector("form[data-person], [data-arrived][data-person]")?.dataset.person;
  try {
    const place = isKnown ? window.localStorage : window.sessionStorage;
    place.setItem(`${PREFIX}probe`, "");
    place.removeItem(`${PREFIX}probe`);
    return place;
  } catch {
    return null; // A private window that keeps nothing.
  }
}

const shelf = storage();

// A form is found again by its address and name, so that two requirements or editions don't mix.
function placeOf(form) {
  const asked = new URLSearchParams(window.location.search);
  const about = ["framework", "edition", "about"].map((name) => asked.get(name) ?? "").join("/");
  return `${PREFIX}${form.dataset.person ?? ""}:${window.location.pathname}?${about}:${form.dataset.draft}`;
}

// What the server knows as well is kept by its token, wherever the form is opened.
const keyOf = (form, token) => `${PREFIX}${form.dataset.person ?? ""}:draft:${token}`;

function read(key) {
  try {
    return JSON.parse(shelf?.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    shelf?.setItem(key, JSON.stringify(value));
  } catch {
    // A full storage: the server still has it.
  }
}

// What names the form when it arrives: its token, or the name of the form itself.
const nameOf = (form) => form.elements.draft?.value ?? form.dataset.draft;

function typed(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value !== "" && !SKIPPED.has(name)) fields[name] = value;
  }
  return fields;
}

function fill(form, fields) {
  let changed = false;
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements[name];
    if (!field) continue;
    if (field instanceof RadioNodeList) {
      changed ||= field.value !== value;
      field.value = value;
    } else if (field.type === "checkbox") {
      changed ||= !field.checked;
      field.checked = true;
    } else if (field.value !== value) {
      changed = true;
      field.value = value;
    }
    if (changed) (field[0] ?? field).closest("details")?.setAttribute("open", "");
  }
  return changed;
}

function watch(form) {
  const place = placeOf(form);
  const failed = form.querySelector(".field--error, .error-summary") !== null;
  const before = JSON.stringify(typed(form));
  const status = form.querySelector("[data-draft-status]");
  const say = (word, more = "") => { if (status) status.textContent = `${status.dataset[word] ?? ""} ${more}`.trim(); };
  const saves = Boolean(form.dataset.save);
  const asked = new URLSearchParams(window.location.search).get("draft");
  const token = saves && !failed ? asked ?? read(place)?.name ?? nameOf(form) : nameOf(form);
  const key = saves ? keyOf(form, token) : place;
  const onServer = form.dataset.changed ?? ""; // When the server's copy, if there is one, was saved.
  let kept = read(key);
  let timer = 0;

  async function tell() {
    const body = new FormData(form);
    body.delete("files"); // Files go with the form itself.
    try {
      const answer = await fetch(form.dataset.save, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
      const told = await answer.json();
      if (told.saved) {
        kept = { ...kept, seen: told.changed, later: false };
        write(key, kept);
        say("server", told.at);
      } else say("refused", told.problems.join(" "));
    } catch {
      say("away");
      timer = setTimeout(tell, AGAIN);
    }
  }

  function changed() {
    kept = { name: nameOf(form), fields: typed(form), seen: kept?.seen, later: true };
    write(key, kept);
    if (!saves) { say("device"); return; }
    write(place, { name: kept.name });
    clearTimeout(timer);
    timer = setTimeout(tell, PAUSE);
  }

  function restore() {
    if (form.elements.draft) form.elements.draft.value = kept.name;
    if (fill(form, kept.fields)) say("restored");
  }

  // Both copies were changed: the server's is shown, and one touch brings the device's.
  function offer() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = status?.dataset.other ?? "";
    button.addEventListener("click", () => { restore(); button.remove(); changed(); });
    status?.after(button);
  }

  if (kept && !failed && JSON.stringify(kept.fields) !== before) {
    if (kept.seen && !asked && saves) { // The server has it, perhaps with later words.
      window.location.replace(`?${new URLSearchParams([...new URLSearchParams(window.location.search), ["draft", token]])}`);
      return;
    }
    if (kept.seen && !onServer && !kept.later) forget(kept.name); // It was sent or thrown away elsewhere.
    else if (onServer && kept.seen && !kept.later) { /* The server's copy is as late or later. */ }
    else if (onServer && kept.seen && kept.seen !== onServer) offer();
    else restore();
  } else if (kept && onServer) {
    kept = { ...kept, seen: onServer, later: false };
    write(key, kept);
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  window.addEventListener("online", () => { if (saves && kept?.later) tell(); });
  form.addEventListener("submit", () => clearTimeout(timer));
}

function forget(name) {
  for (const key of Object.keys(shelf ?? {})) {
    if (key.startsWith(PREFIX) && read(key)?.name === name) shelf.removeItem(key);
  }
}

// A page with data-arrived tells that this form is there, or was thrown away; only then what was
// kept goes.
const arrived = document.querySelector("[data-arrived]")?.dataset.arrived;
if (arrived) forget(arrived);
document.querySelectorAll("form[data-draft]").forEach(watch);

// Who finds that others said the same takes what was typed along to the form for joining them.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-joins]");
  const form = document.querySelector("form[data-draft='feedback']");
  const words = form?.elements.details.value.trim();
  if (!link || !words) return;
  const fields = { words, ...(form.elements.in_production.checked ? { in_production: "on" } : {}) };
  write(`${PREFIX}${form.dataset.person}:${new URL(link.href).pathname}?//:${link.dataset.joins}`, { name: link.dataset.joins, fields });
});
