// Offer the camera beside the field for an id, where the browser can read QR codes by itself. The
// page's template #scan holds button, picture and messages in the reader's language; without
// JavaScript, or with a browser that can't, the field alone is there.
const template = document.getElementById("scan");
const EVERY = 250; // Milliseconds between two looks.

// What stands in a QR code of ours is the address of a credential; its last part is the id.
function idIn(text) {
  try {
    const parts = new URL(text).pathname.split("/").filter(Boolean);
    return decodeURIComponent(parts.at(-1) ?? "");
  } catch {
    return text;
  }
}

async function scan(form, panel, say) {
  const video = panel.querySelector("video");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    say("refused");
    return;
  }
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  window.addEventListener("pagehide", stop, { once: true });
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  say("looking");
  while (stream.active) {
    const [found] = await detector.detect(video).catch(() => []);
    if (found) {
      stop();
      form.elements.id.value = idIn(found.rawValue);
      form.requestSubmit();
      return;
    }
    await new Promise((done) => setTimeout(done, EVERY));
  }
}

async function offer() {
  const form = document.querySelector("form[data-scan]");
  if (!form || !template || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return;
  const panel = template.content.firstElementChild.cloneNode(true);
  const status = panel.querySelector("[role=status]");
  const say = (word) => { status.textContent = status.dataset[word]; };
  form.after(panel);
  panel.querySelector("button").addEventListener("click", () => scan(form, panel, say));
}

offer();
