// A page in the background asks for nothing; it is brought up to date when it is shown again.
document.addEventListener("htmx:beforeRequest", (event) => {
  const live = event.target.id === "live";
  // A refresh would close what the user has opened or is reading.
  if (live && (document.hidden || event.target.querySelector("details[open]"))) {
    event.preventDefault();
  }
});
