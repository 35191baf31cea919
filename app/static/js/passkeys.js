// Passkeys: forms marked data-passkey ask the device to sign our challenge ("get") or to make a passkey ("create").
// Where there are none, or at another address than the one they belong to, the buttons stay hidden or say so.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const described = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function make(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  const { clientDataJSON, attestationObject } = made.response;
  return answerOf(made, { clientDataJSON, attestationObject });
}

async function sign(options) {
  const signed = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = signed.response;
  return answerOf(signed, { clientDataJSON, authenticatorData, signature, userHandle });
}

function answerOf(credential, parts) {
  const response = {};
  for (const [name, buffer] of Object.entries(parts)) if (buffer) response[name] = toText(buffer);
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
}

async function ask(address, fields) {
  const response = await fetch(address, { method: "POST", body: new URLSearchParams(fields) });
  const told = await response.json();
  if (!response.ok) throw new Error(told.error, { cause: "told" });
  return told;
}

async function run(form) {
  const fields = Object.fromEntries(new FormData(form));
  const options = await ask(form.dataset.begin, fields);
  if (options.to) return location.assign(options.to);
  const answer = await (form.dataset.passkey === "create" ? make : sign)(options);
  const done = await ask(form.dataset.answer, { ...fields, answer });
  if (form.dataset.sends) return document.getElementById(form.dataset.sends).submit();
  return location.assign(done.to);
}

function wordsFor(error, form) {
  if (error.cause === "told") return error.message;
  if (error.name === "NotAllowedError" || error.name === "AbortError") return form.dataset.cancelled;
  if (error.name === "InvalidStateError") return form.dataset.known;
  return form.dataset.broken;
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  const told = form.querySelector("[data-told]"), button = form.querySelector("button");
  const say = (words) => { told.textContent = words; told.hidden = words === ""; };
  const able = "credentials" in navigator && "PublicKeyCredential" in window;
  const here = location.origin === form.dataset.origin;
  if (!able || !here) {
    if (!form.hidden) say(able ? form.dataset.elsewhere : form.dataset.unable);
    continue; // a button that signs in stays hidden
  }
  say("");
  form.hidden = false;
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say("");
    try {
      await run(form);
    } catch (error) {
      say(wordsFor(error, form));
      button.disabled = false;
    }
  });
}
