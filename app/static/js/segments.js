// A text of a message while it is typed: as it will be read, and for an SMS how many it takes and what they cost.
// The server counts again when it is saved (app/messaging/segments.py has the rules).

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
  "abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";

export function measure(text) {
  const letters = [...text];
  const narrow = letters.every((letter) => BASIC.includes(letter) || EXTENSION.includes(letter));
  const widths = letters.map((letter) => (narrow ? (EXTENSION.includes(letter) ? 2 : 1) : letter.length));
  const units = widths.reduce((sum, width) => sum + width, 0);
  const [alone, part] = narrow ? [160, 153] : [70, 67];
  if (units <= alone) return { units, segments: units ? 1 : 0, left: alone - units };
  let segments = 1;
  let left = part;
  for (const width of widths) {
    // A letter of two units is never cut in half by the end of a part.
    if (width > left) [segments, left] = [segments + 1, part];
    left -= width;
  }
  return { units, segments, left };
}

const form = document.querySelector("[data-segments]");
if (form) {
  const field = form.querySelector("textarea");
  const values = JSON.parse(form.dataset.values);
  const locale = document.documentElement.lang;
  const number = new Intl.NumberFormat(locale);
  const cost = document.querySelector("[data-cost]");
  const preview = document.querySelector("[data-preview] bdi");
  const put = (name, value) => (document.querySelector(`[data-${name}]`).textContent = number.format(value));
  const money = new Intl.NumberFormat(locale, { style: "currency", currency: form.dataset.currency });
  const price = Number(form.dataset.price) / 100;

  const show = () => {
    const text = field.value.trim().replace(/\{([a-z]+)\}/g, (all, name) => values[name] ?? all);
    preview.textContent = text;
    if (!("sms" in form.dataset)) return;
    const size = measure(text);
    put("units", size.units);
    put("left", size.left);
    put("count", size.segments);
    document.querySelector("[data-count]").parentElement.classList.toggle("bad", size.segments > 1);
    if (cost) cost.textContent = money.format(size.segments * price);
  };
  field.addEventListener("input", show);
}
