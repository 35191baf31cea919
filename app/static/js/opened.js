// Tells that somebody has seen this page, once: when they touch it, or when it goes out of sight again.
// The respondent's page carries it inline, allowed by its hash, so that the first view stays two requests. A page that
// was loaded ahead and never looked at tells nothing, so what is counted is a lower bound.
{
  let seen = false, told = false;
  const tell = () => {
    if (seen && !told) told = navigator.sendBeacon?.(location.pathname + "/opened");
  };
  const look = () => {
    if (document.visibilityState === "visible") seen = true;
    else tell();
  };
  look();
  document.addEventListener("visibilitychange", look);
  for (const event of ["pagehide", "pointerdown", "keydown"]) addEventListener(event, tell);
}
