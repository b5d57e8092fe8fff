// Put a switch beside each password field that shows what was typed. The page's template
// #show-password holds the button in the reader's language; without JavaScript there is none.
const template = document.getElementById("show-password");

function show(input, button, shown) {
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

// "Show" alone would not say which of two fields it belongs to.
function name(input, button) {
  const label = input.labels[0];
  if (!label) return;
  label.id ||= `${input.id}_label`;
  button.id = `${input.id}_show`;
  button.setAttribute("aria-labelledby", `${button.id} ${label.id}`);
}

function enhance(input) {
  const focused = document.activeElement === input;
  const button = template.content.firstElementChild.cloneNode(true);
  const group = document.createElement("div");
  group.className = "field__secret";
  input.spellcheck = false; // A shown password must not be sent to a spelling service.
  input.autocapitalize = "off";
  name(input, button);
  input.replaceWith(group);
  group.append(input, button);
  if (focused) input.focus();
  button.addEventListener("click", () => show(input, button, input.type === "password"));
  // Hidden again when it leaves, so that the browser does not keep it as an ordinary text.
  input.form?.addEventListener("submit", () => show(input, button, false));
}

if (template) document.querySelectorAll('input[type="password"]').forEach(enhance);
