// Makes the page live: forms are sent in the background, and the page follows what happens on the wire.
(() => {
  const PARTS = ["switches", "tour", "notice", "hubspot", "slack", "inbox", "wire"];
  let busy = false, again = false, source = null;
  let opener = null; // what had the focus when a modal opened, and gets it back
  const told = new Map(); // what the server said of each part, to leave alone what it says again
  let following = true; // the messages are scrolled to their end: what comes is followed, a picture that loads late too
  let newest = JSON.parse(sessionStorage.getItem("newest") || "null");

  const part = (id) => document.getElementById(id);
  const scrolling = () => [...document.querySelectorAll(".pane, .stream, .wire, .modal > .blocks")];
  const log = () => document.querySelector(".stream[role=log]");
  const toTheEnd = () => { const one = log(); if (one && following) one.scrollTop = one.scrollHeight; };
  const modal = () => document.querySelector("dialog.modal");

  // A control is found again by what it does: its form with all that is hidden in it, its name, its text or its address.
  const mark = (one) => one && one !== document.body && [
    one.tagName, one.name, one.getAttribute("href"), one.form && one.form.getAttribute("action"), one.id,
    ["BUTTON", "SUMMARY"].includes(one.tagName) ? one.textContent : "",
    one.form ? [...one.form.querySelectorAll("[type=hidden]")].filter((field) => ["ts", "value", "record", "switch"].includes(field.name)).map((field) => field.value).join() : "",
  ].join("|");
  const marked = (wanted) => wanted && [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary, [tabindex]")]
    .find((one) => mark(one) === wanted);

  const keep = () => {
    const active = document.activeElement;
    return {
      focus: mark(active), from: active && active.selectionStart, to: active && active.selectionEnd,
      typed: [...document.querySelectorAll("input:not([type=hidden]), textarea, select")]
        .filter((one) => one.name && (one.value !== one.defaultValue || one.tagName === "SELECT"))
        .filter((one) => one.type !== "file")
        .map((one) => [mark(one), one.value]),
      files: [...document.querySelectorAll("input[type=file]")].filter((one) => one.files.length).map((one) => [mark(one), one.files]),
      scrolled: new Map(scrolling().map((one) => [one.id || one.className, one.scrollTop])),
      open: [...document.querySelectorAll("details[open][id]")].map((one) => one.id),
      messages: new Set([...document.querySelectorAll(".message")].map((one) => one.id)),
      channel: (document.querySelector(".stream") || {}).id,
    };
  };

  const bring = (kept, typedToo) => {
    if (typedToo) for (const [name, value] of kept.typed) { const one = marked(name); if (one) one.value = value; }
    if (typedToo) for (const [name, files] of kept.files) { const one = marked(name); if (one) one.files = files; }
    for (const id of kept.open) if (part(id)) part(id).open = true;
    for (const one of scrolling()) {
      const before = kept.scrolled.get(one.id || one.className);
      if (before === undefined && one === log()) following = true; // another channel begins at its end
      if (before !== undefined) one.scrollTop = before;
    }
    toTheEnd();
    if (kept.channel === (document.querySelector(".stream") || {}).id)
      for (const one of document.querySelectorAll(".message")) if (!kept.messages.has(one.id)) one.classList.add("fresh");
    focusOn(kept);
  };

  // Focus moves into a modal that opens, stays where it was, and goes back to whatever opened a modal that closes.
  const focusOn = (kept) => {
    const shown = modal();
    if (shown && !shown.matches(":modal")) { shown.close(); shown.showModal(); }
    if (shown && !opener) opener = kept.focus || "none";
    if (shown && kept.modal) { const there = marked(kept.focus); if (there && shown.contains(there)) there.focus(); return; }
    if (shown) { (shown.querySelector("input:not([type=hidden]), textarea, select, .primary, button") || shown).focus(); return; }
    const wanted = kept.modal ? opener : kept.focus;
    if (!shown) opener = null;
    const there = marked(wanted) || (kept.modal && document.querySelector(".box input[name=text]"));
    if (!there || there === document.activeElement) return;
    there.focus({ preventScroll: true });
    if (there.setSelectionRange && kept.from != null && there.type === "text" && !kept.modal) there.setSelectionRange(kept.from, kept.to);
  };

  const unread = () => {
    const tabs = [...document.querySelectorAll("[data-channel]")];
    newest = newest || Object.fromEntries(tabs.map((one) => [one.dataset.channel, one.dataset.newest]));
    for (const one of tabs) {
      if (one.hasAttribute("aria-current")) newest[one.dataset.channel] = one.dataset.newest;
      one.classList.toggle("unread", one.dataset.newest > (newest[one.dataset.channel] || ""));
    }
    sessionStorage.setItem("newest", JSON.stringify(newest));
  };

  const show = (html, typedToo) => {
    const kept = { ...keep(), modal: modal() && modal().matches(":modal") };
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const id of PARTS) {
      const now = part(id), then = fresh.getElementById(id);
      const html = then && then.outerHTML;
      if (now && then && told.get(id) !== html) { told.set(id, html); now.replaceWith(then); }
    }
    bring(kept, typedToo);
    unread();
  };

  // What the app says to a modal that was sent stands at its top, or at the field to which it objects.
  const lookAtAnswer = () => {
    const [ill, blocks] = [document.querySelector("dialog.modal .error"), document.querySelector("dialog.modal > .blocks")];
    if (ill) ill.scrollIntoView({ block: "center" }); else if (blocks) blocks.scrollTop = 0;
  };

  const look = async () => {
    if (busy || document.querySelector("details.confirm[open], .overflow[open], .people[open]")) { again = true; return; }
    busy = true;
    try { show(await (await fetch(location.href, { cache: "no-store" })).text(), true); } catch (error) { /* the server went away */ }
    busy = false;
    if (again) { again = false; setTimeout(look, 100); }
  };

  const send = async (form, submitter) => {
    busy = true;
    const data = new FormData(form, submitter);
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    const menu = form.closest("details.confirm, .overflow");
    if (menu) menu.open = false; // an open one would hold up what follows
    const box = form.matches(".box") && form.elements.text;
    if (box) { box.value = ""; following = true; }
    try {
      const sent = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "X-Live": "1" } });
      const there = new URL(sent.url), notice = there.searchParams.has("notice");
      const html = await sent.text();
      there.searchParams.delete("notice");
      history.replaceState(null, "", there);
      show(html, false);
      if (form.id === "modal-form") lookAtAnswer();
      if (notice) setTimeout(look, 8000);
    } catch (error) { /* the server went away */ }
    busy = false;
    if (again) { again = false; look(); }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    send(form, event.submitter);
  });

  // Escape closes a modal as its close button does, and a question or a menu as if it had not been opened.
  document.addEventListener("cancel", (event) => {
    if (!event.target.matches("dialog.modal")) return;
    event.preventDefault();
    const close = event.target.querySelector("footer form");
    if (close) send(close);
  }, true);
  document.addEventListener("keydown", (event) => {
    const asked = document.querySelector("details.confirm[open], .overflow[open], .people[open]");
    if (event.key !== "Escape" || !asked) return;
    asked.open = false;
    asked.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const deny = event.target.closest(".question a.button");
    if (!deny) return;
    event.preventDefault();
    const asked = deny.closest("details");
    asked.open = false;
    asked.querySelector("summary").focus();
  });

  // Neither event bubbles.
  document.addEventListener("scroll", ({ target: one }) => {
    if (one === log()) following = one.scrollHeight - one.scrollTop - one.clientHeight < 60;
  }, true);
  document.addEventListener("load", toTheEnd, true);

  // Nothing trickles in while nobody looks: the server sees that nobody listens.
  const listen = () => {
    if (document.hidden) { if (source) source.close(); source = null; return; }
    if (source) return;
    source = new EventSource("/live");
    let first = true;
    source.onmessage = () => { if (!first || again) look(); first = false; };
  };
  document.addEventListener("visibilitychange", () => { listen(); if (!document.hidden) look(); });

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isKnown = document.cookie.split("; ").includes(`zone=${zone}`);
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
  toTheEnd(); // messages from the last on, a Home from its top
  focusOn({});
  unread();
  if (!isKnown) look();
  listen();
})();
