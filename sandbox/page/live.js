// Makes the page live: forms are sent in the background, and the page follows what happens on the wire.
(() => {
  const parts = ["hubspot", "slack", "inbox", "wire"];
  let busy = false, again = false;

  const keep = () => {
    const active = document.activeElement;
    const stream = document.querySelector(".stream");
    return {
      name: active && active.name, form: active && active.form && active.form.getAttribute("action"),
      typed: [...document.querySelectorAll("input:not([type=hidden]), textarea, select")]
        .filter((one) => one.name && one.value !== one.defaultValue)
        .map((one) => [one.name, one.form && one.form.getAttribute("action"), one.value]),
      atEnd: !stream || stream.scrollHeight - stream.scrollTop - stream.clientHeight < 60,
      top: stream ? stream.scrollTop : 0,
    };
  };

  const bring = (kept, typedToo) => {
    const find = (name, action) => [...document.getElementsByName(name || "")]
      .find((one) => one.type !== "hidden" && (one.form && one.form.getAttribute("action")) === action);
    if (typedToo) for (const [name, action, value] of kept.typed) { const one = find(name, action); if (one) one.value = value; }
    const focused = kept.name && find(kept.name, kept.form);
    if (focused) focused.focus({ preventScroll: true });
    const stream = document.querySelector(".stream");
    if (stream) stream.scrollTop = kept.atEnd ? stream.scrollHeight : kept.top;
  };

  const show = (html, typedToo) => {
    const kept = keep();
    const fresh = new DOMParser().parseFromString(html, "text/html");
    document.body.innerHTML = fresh.body.innerHTML;
    bring(kept, typedToo);
  };

  const look = async () => {
    if (busy || document.querySelector("details.confirm[open], .overflow[open]")) { again = true; return; }
    busy = true;
    try { show(await (await fetch(location.href, { cache: "no-store" })).text(), true); } catch (error) { /* the server went away */ }
    busy = false;
    if (again) { again = false; setTimeout(look, 100); }
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    busy = true;
    const sent = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) });
    history.replaceState(null, "", sent.url);
    show(await sent.text(), false);
    busy = false;
  });

  const listen = () => {
    const source = new EventSource("/live");
    let first = true;
    source.onmessage = () => { if (!first) look(); first = false; };
  };
  const stream = document.querySelector(".stream");
  if (stream) stream.scrollTop = stream.scrollHeight;
  listen();
})();
