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

const kept = storage();

// One draft for each person and address, so that two requirements or editions don't mix.
function keyOf(form) {
  const asked = new URLSearchParams(window.location.search);
  const about = ["framework", "edition", "about"].map((name) => asked.get(name) ?? "").join("/");
  const place = asked.get("draft") ?? `${window.location.pathname}?${about}`;
  return `${PREFIX}${form.dataset.person ?? ""}:${place}`;
}

function read(key) {
  try {
    return JSON.parse(kept?.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    kept?.setItem(key, JSON.stringify(value));
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
  const key = keyOf(form);
  const status = form.querySelector("[data-draft-status]");
  const say = (word, more = "") => { if (status) status.textContent = `${status.dataset[word] ?? ""} ${more}`.trim(); };
  const before = JSON.stringify(typed(form));
  let timer = 0;

  async function tell() {
    const body = new FormData(form);
    body.delete("files"); // Files go with the form itself.
    try {
      const answer = await fetch(form.dataset.save, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
      const told = await answer.json();
      if (told.saved) say("server", told.at);
      else say("refused", told.problems.join(" "));
    } catch {
      say("away");
      timer = setTimeout(tell, AGAIN);
    }
  }

  function changed() {
    const fields = typed(form);
    write(key, { name: nameOf(form), fields });
    if (!form.dataset.save) { say("device"); return; }
    clearTimeout(timer);
    timer = setTimeout(tell, PAUSE);
  }

  const old = read(key);
  const failed = form.querySelector(".field--error") !== null;
  if (old && !failed && JSON.stringify(old.fields) !== before) {
    if (form.elements.draft) form.elements.draft.value = old.name;
    if (fill(form, old.fields)) say("restored");
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  window.addEventListener("online", () => { if (form.dataset.save && kept?.getItem(key)) tell(); });
  form.addEventListener("submit", () => clearTimeout(timer));
}

// A page with data-arrived tells that this form is there; only then what was kept goes.
const arrived = document.querySelector("[data-arrived]")?.dataset.arrived;
if (arrived && kept) {
  for (const key of Object.keys(kept)) {
    if (key.startsWith(PREFIX) && read(key)?.name === arrived) kept.removeItem(key);
  }
}
document.querySelectorAll("form[data-draft]").forEach(watch);
