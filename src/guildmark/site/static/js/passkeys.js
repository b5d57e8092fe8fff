// Say it on the page when a passkey or security key could not be used. Without this the page
// would stay silent: the library only writes to the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const name = event.detail?.exception?.name;
  let notice = document.getElementById("passkey-notice");
  if (!notice) {
    notice = document.createElement("p");
    notice.id = "passkey-notice";
    notice.className = "notice notice--warning notice--plain";
    notice.setAttribute("role", "alert");
    document.querySelector("main h1").after(notice);
  }
  notice.textContent =
    name === "InvalidStateError"
      ? "This device is already registered with your account."
      : "The passkey was not used: it was cancelled, took too long, or is not known here. Nothing was changed; try again or choose another way.";
});
