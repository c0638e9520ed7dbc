// Comfort only: every page works without this file.
"use strict";

// What may be kept on a phone has its own script; so has a phone that keeps something.
const { offline, offlinePage, reader } = document.currentScript?.dataset ?? {};
const keeps = () => {
  try {
    return localStorage.getItem("tiwizi-keeps");
  } catch {
    return null;
  }
};
let later;
if (offline && (document.querySelector("[data-keep], form[data-later], #offline") || keeps())) {
  later = import(offline);
  later.then(({ begin }) => begin({ page: offlinePage, reader })).catch(() => {});
}

// A choice in the directory's filters is followed at once.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field instanceof HTMLSelectElement && field.hasAttribute("data-submits")) field.form?.requestSubmit();
});

// Ask before what cannot be taken back; send a form once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = form.getAttribute("data-confirm");
  if ((question && !window.confirm(question)) || form.hasAttribute("data-sent")) {
    event.preventDefault();
    return;
  }
  // A search leaves no empty parameters in the address.
  if (form.method === "get") {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  }
  // A form that answers with a file leaves its page as it is.
  if (!form.hasAttribute("data-again")) form.setAttribute("data-sent", "");
  // Where a worker keeps this page, a form that may wait waits for its script: sent by itself without a link it would be lost.
  if (later && form.hasAttribute("data-later") && navigator.serviceWorker?.controller) {
    event.preventDefault();
    later.then(({ submitted }) => submitted(form, event.submitter)).catch(() => form.submit());
  }
});

// Back from the browser's memory, forms are fresh again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    form.removeAttribute("data-sent");
    for (const field of form.elements) field.disabled = false;
  }
});

// The language list closes when one taps elsewhere or presses Escape.
document.addEventListener("click", (event) => {
  for (const popup of document.querySelectorAll("details[data-popup][open]")) {
    if (!popup.contains(event.target)) popup.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const popup of document.querySelectorAll("details[data-popup][open]")) {
    popup.removeAttribute("open");
    popup.querySelector("summary")?.focus();
  }
});

// A form that was refused begins at its first fault: nobody has to look for it, and whoever hears the page is told of it.
const main = document.getElementById("main");
const wrong = main?.querySelector('[aria-invalid="true"]') ?? main?.querySelector(".error");
if (wrong) {
  for (let around = wrong.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  // A sentence takes the focus only when it is told to.
  if (!wrong.matches("input, select, textarea")) wrong.tabIndex = -1;
  wrong.focus({ focusVisible: true });
}

// What goes on by itself is looked at again until it has ended.
const poll = async () => {
  const part = document.querySelector("[data-poll]");
  if (!part) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-poll]");
    if (!next) return location.reload();
    part.replaceChildren(...next.childNodes);
  } catch {
    // The next look may reach the server again.
  }
  setTimeout(poll, 2000);
};
setTimeout(poll, 2000);

// One recording at a time.
document.addEventListener("play", (event) => {
  for (const player of document.querySelectorAll("audio")) if (player !== event.target) player.pause();
}, true);

// A voice is recorded into the field of its form; where that cannot be, the field takes a file as before.
const BYTES_MAX = 20 * 1024 * 1024;
const recordable = navigator.mediaDevices?.getUserMedia && window.MediaRecorder && window.DataTransfer;
for (const part of recordable ? document.querySelectorAll("[data-recorder]") : []) {
  const input = part.querySelector("input[type=file]");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: part.dataset.start });
  const said = Object.assign(document.createElement("p"), { className: "hint" });
  said.setAttribute("role", "status");
  const player = Object.assign(document.createElement("audio"), { controls: true, hidden: true });
  part.append(button, player, said);
  let recorder;
  const show = (file) => {
    if (player.src) URL.revokeObjectURL(player.src);
    player.hidden = !file;
    if (file) player.src = URL.createObjectURL(file);
    else player.removeAttribute("src");
  };
  const keep = (parts, type) => {
    // The parameters of a type say how it was coded, and are no part of the file's kind.
    const kind = type.split(";")[0] || "audio/webm";
    const file = new File(parts, `voice.${kind.split("/")[1]}`, { type: kind });
    if (file.size > BYTES_MAX) return void (said.textContent = part.dataset.large);
    const held = new DataTransfer();
    held.items.add(file);
    input.files = held.files;
    show(file);
  };
  input.addEventListener("change", () => show(input.files[0]));
  button.addEventListener("click", async () => {
    if (recorder?.state === "recording") return recorder.stop();
    said.textContent = "";
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const parts = [];
      let size = 0;
      recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32000 });
      recorder.addEventListener("dataavailable", ({ data }) => {
        parts.push(data);
        size += data.size;
        // What is too large to be sent is not recorded on.
        if (size > BYTES_MAX - 65536 && recorder.state === "recording") recorder.stop();
      });
      recorder.addEventListener("stop", () => {
        for (const track of stream.getTracks()) track.stop();
        button.textContent = part.dataset.again;
        keep(parts, recorder.mimeType);
      });
      recorder.start(1000);
      button.textContent = part.dataset.stop;
    } catch {
      said.textContent = part.dataset.refused;
    }
  });
}
