// Offer the camera beside the field for an id. Safari and Firefox can't read QR codes by themselves:
// they fetch a reader, at data-reader of the page's template, when it is first needed. The template
// #scan also holds button, picture and messages in the visitor's language. Without JavaScript, or
// where no page may use a camera, the field alone is there.
const template = document.getElementById("scan");
const EVERY = 250; // Milliseconds between two looks.
const SHOWN = 60; // Characters of a foreign code that are told.
const REASONS = { NotAllowedError: "denied", NotFoundError: "none" };

// A certificate carries its permanent address, an older one perhaps the bare id. Whose host it is
// does not matter: the question is put to this registry, so a forged page is never visited.
function idIn(text) {
  const [, found] = /^https?:\/\/[^/]+\/verify\/([^?#]+?)\/?$/i.exec(text) ?? [];
  if (!found) return /^(?=.*\d)[\p{L}\d][\p{L}\d ._-]{1,39}$/u.test(text) ? text : "";
  try {
    return decodeURIComponent(found);
  } catch {
    return "";
  }
}

async function reader() {
  const own = window.BarcodeDetector;
  const able = own && (await own.getSupportedFormats()).includes("qr_code");
  const Detector = able ? own : (await import(template.dataset.reader)).BarcodeDetector;
  return new Detector({ formats: ["qr_code"] });
}

// Look until the code of a credential is there; of any other, say what it says and go on.
async function look(detector, video, stream, say) {
  while (stream.active) {
    const [found] = await detector.detect(video).catch(() => []);
    const id = found && idIn(found.rawValue.trim());
    if (id) return id;
    if (found) say("other", found.rawValue.trim().slice(0, SHOWN));
    await new Promise((done) => setTimeout(done, EVERY));
  }
  return "";
}

async function scan(form, stop, video, say) {
  const detector = await reader();
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const end = () => stream.getTracks().forEach((track) => track.stop());
  window.addEventListener("pagehide", end, { once: true });
  stop.addEventListener("click", end, { once: true });
  video.srcObject = stream;
  video.hidden = stop.hidden = false;
  say("looking");
  try {
    await video.play();
    const id = await look(detector, video, stream, say);
    if (!id) return say("stopped");
    form.elements.id.value = id;
    form.requestSubmit();
  } finally {
    end();
    video.hidden = stop.hidden = true;
  }
}

function offer() {
  const form = document.querySelector("form[data-scan]");
  if (!form || !template || !navigator.mediaDevices) return;
  const panel = template.content.firstElementChild.cloneNode(true);
  const status = panel.querySelector("[role=status]");
  const video = panel.querySelector("video");
  const [start, stop] = panel.querySelectorAll("button");
  const say = (word, text = "") => {
    const sentence = status.dataset[word].replace("{text}", () => text);
    if (status.textContent !== sentence) status.textContent = sentence; // Read aloud once.
  };
  start.addEventListener("click", async () => {
    start.hidden = true;
    await scan(form, stop, video, say).catch((fault) => say(REASONS[fault.name] ?? "broken"));
    start.hidden = false;
  });
  video.hidden = stop.hidden = true;
  form.after(panel);
}

offer();
