// What HTML and htmx do not do by themselves. Everything listens on document, so it survives swaps.
(() => {
  "use strict";
  const root = document.documentElement;
  const TOAST_MS = 10000;

  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

  /* Busy buttons: the control that sent a request says so until the answer is in. */
  const setBusy = (control, isBusy) => {
    if (!control) return;
    control.toggleAttribute("data-busy", isBusy);
    if (isBusy) control.setAttribute("aria-busy", "true");
    else control.removeAttribute("aria-busy");
  };
  const busyControl = (element, event) => {
    const submitter = event && event.detail && event.detail.requestConfig && event.detail.requestConfig.triggeringEvent
      ? event.detail.requestConfig.triggeringEvent.submitter : null;
    if (submitter) return submitter;
    if (element.matches("button, .btn, .ib")) return element;
    return element.matches("form") && !element.matches("[data-quiet]") ? $("button[type=submit], button:not([type])", element) : null;
  };
  document.addEventListener("htmx:beforeRequest", (event) => setBusy(busyControl(event.detail.elt, event), true));
  document.addEventListener("htmx:afterRequest", (event) => setBusy(busyControl(event.detail.elt, event), false));
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method === "dialog") return;
    if (event.submitter) setTimeout(() => setBusy(event.submitter, true));
  });
  addEventListener("pageshow", () => $$("[data-busy]").forEach((control) => setBusy(control, false)));

  /* A control that cannot be used stays focusable; the reason is beside it. */
  document.addEventListener("click", (event) => {
    const control = event.target.closest("[aria-disabled=true], [data-busy]");
    if (control) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);

  /* Toasts go after ten seconds, but never while focus or the pointer is on one. */
  const expire = (toast) => {
    if (toast.dataset.timed) return;
    toast.dataset.timed = "1";
    setTimeout(function leave() {
      if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000);
      else toast.remove();
    }, TOAST_MS);
  };
  const showToast = (text) => {
    const template = $("#toast-template");
    if (!template) return;
    const toast = template.content.firstElementChild.cloneNode(true);
    $("p", toast).textContent = text;
    $("#toasts").append(toast);
    expire(toast);
  };
  const UNREACHABLE = "No answer from Smoothx. Load the page again to see what was done.";
  document.addEventListener("htmx:sendError", () => showToast(UNREACHABLE));
  document.addEventListener("htmx:timeout", () => showToast(UNREACHABLE));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 403) showToast("Your role does not allow this, or you were signed out. Load the page again.");
    else if (status === 404) showToast("This is not here any more. Load the page again.");
    else showToast("Something went wrong on our side. Load the page again to see what was done.");
  });

  /* Signed out meanwhile: the answer is the sign-in page, so go there instead of swapping it in. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const login = document.body.dataset.login;
    if (login && new URL(event.detail.xhr.responseURL).pathname === login) { event.detail.shouldSwap = false; location.reload(); }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || !event.detail.elt.matches(".toast form")) return;
    const toast = event.detail.elt.closest(".toast"), hadFocus = toast.contains(document.activeElement);
    toast.remove();
    if (hadFocus && $("[data-focus-fallback]")) $("[data-focus-fallback]").focus();
  });

  /* Dialogs: opened when one is swapped in, closed by button, Escape or backdrop; focus goes back to what opened it. */
  let opener = null;
  const openDialogs = () => $$("#dialog dialog:not([data-open])").forEach((dialog) => {
    dialog.dataset.open = "1";
    dialog.removeAttribute("open");
    dialog.showModal();
    const first = $("[autofocus]", dialog) || $("[aria-invalid=true]", dialog);
    if (first) first.focus();
  });
  const closeDialog = (dialog) => { if (dialog.open) dialog.close(); };
  document.addEventListener("close", (event) => {
    if (!event.target.matches("#dialog dialog")) return;
    const then = event.target.dataset.then;
    event.target.remove();
    if (then) location.assign(then);
    else returnFocus();
  }, true);
  const returnFocus = () => {
    if (!opener) return;
    const back = opener.id ? document.getElementById(opener.id) : opener;
    if (back && back.isConnected) back.focus();
    else focusAfter(opener.id);
    opener = null;
  };
  document.addEventListener("click", (event) => {
    const trigger = event.target.closest("[data-dialog]");
    if (trigger) opener = trigger;
    const cancel = event.target.closest("[data-close]");
    const dialog = event.target.closest("#dialog dialog");
    if (cancel && dialog) { event.preventDefault(); closeDialog(dialog); }
    // What is shown once does not go by a stray click.
    else if (dialog && event.target === dialog && !dialog.dataset.then) closeDialog(dialog);
  });

  /* A row that left takes its button along: focus the same control of the row that took its place. */
  const rowControls = (id) => {
    const role = (id || "").split("--")[0];
    return role ? $$(`[id^="${CSS.escape(role)}--"]`) : [];
  };
  let order = [];
  const focusAfter = (id) => {
    const gone = order.indexOf(id);
    const left = rowControls(id).map((control) => control.id);
    const next = order.slice(gone + 1).find((other) => left.includes(other)) || left[left.length - 1];
    const target = next ? document.getElementById(next) : $("[data-focus-fallback]");
    if (target) target.focus();
  };
  let focused = "";
  document.addEventListener("htmx:beforeSwap", () => {
    const active = document.activeElement;
    focused = active && active.id ? active.id : "";
    const anchor = opener ? opener.id : focused;
    order = rowControls(anchor).map((control) => control.id);
  });
  /* At once: between the swap and its settling a key would go to the page behind. */
  document.addEventListener("htmx:afterSwap", openDialogs);
  document.addEventListener("htmx:afterSettle", (event) => {
    openDialogs();
    if (opener && event.detail.requestConfig && event.detail.requestConfig.verb === "post" && !$("#dialog dialog")) returnFocus();
    $$(".toast").forEach(expire);
    countSelected($("form.bulk"));
    if (focused && !document.getElementById(focused) && order.includes(focused)) focusAfter(focused);
    focused = "";
  });

  /* What ended in the background is said once, in a place that stays: one that is swapped in with its text is not read out. */
  document.addEventListener("htmx:afterSettle", () => {
    const ended = $("[data-announce]");
    if (!ended) return;
    $("#announced").textContent = ended.dataset.announce;
    ended.removeAttribute("data-announce");
  });

  /* Bulk select: the bar counts; "all 232" is a second, explicit step. */
  const boxes = (form) => $$("input[type=checkbox][name=id]").filter((box) => box.form === form && !box.disabled);
  const countSelected = (bar, isAll = false) => {
    if (!bar) return;
    const rows = boxes(bar);
    const count = rows.filter((box) => box.checked).length;
    const isWhole = count > 0 && count === rows.length;
    const every = $("[data-select-all]");
    const more = $("[data-all-matching]", bar);
    if (every) { every.checked = isWhole; every.indeterminate = count > 0 && !isWhole; }
    bar.classList.toggle("is-open", count > 0);
    bar.elements.all.value = isAll ? "1" : "";
    $("[data-count]", bar).textContent = isAll ? more.dataset.allMatching : String(count);
    if (more) more.hidden = isAll || !isWhole;
  };
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("[data-select-all]")) boxes(box.form).forEach((row) => { row.checked = box.checked; });
    if (box.matches("[data-select-all], input[type=checkbox][name=id]") && box.form.matches(".bulk")) countSelected(box.form);
    if (box.matches("[data-tick-all]")) $$("tbody input[type=checkbox]", box.form).forEach((row) => { row.checked = box.checked; });
    if (box.matches("[data-submit]")) box.form.requestSubmit();
    countChanges(box.closest("form[data-changes]"));
  });
  /* A file too large is refused before it is sent */
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.matches("input[type=file][data-most-bytes]")) return;
    const file = field.files[0];
    const isLarge = file && file.size > Number(field.dataset.mostBytes);
    const text = isLarge ? `The file has ${Math.round(file.size / 1048576)} MB, and ${Math.round(field.dataset.mostBytes / 1048576)} MB are the most.` : "";
    field.setCustomValidity(text);
    field.toggleAttribute("aria-invalid", false);
    if (isLarge) field.setAttribute("aria-invalid", "true");
    const error = document.getElementById(`${field.id}-error`);
    if (error) { $("span", error).textContent = text; error.hidden = !text; }
  });
  document.addEventListener("input", (event) => countChanges(event.target.closest("form[data-changes]")));

  /* Settings: how many controls differ from what was loaded */
  const isChanged = (control) => {
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.tagName === "SELECT") return [...control.options].some((option) => option.selected !== option.defaultSelected);
    return control.value !== control.defaultValue;
  };
  const countChanges = (form) => {
    if (!form) return;
    const names = new Set([...form.elements].filter((control) => control.name && isChanged(control)).map((control) => control.name));
    const bar = $(".savebar", form);
    const count = names.size + Number(form.dataset.changes || 0);
    bar.classList.toggle("savebar--idle", count === 0);
    $("[data-count]", bar).textContent = count === 1 ? "1 change not saved." : `${count} changes not saved.`;
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-dismiss], [data-clear-selection], [data-all-matching], [data-theme-choice]");
    if (!target) return;
    if (target.matches("[data-dismiss]")) target.closest(".toast").remove();
    if (target.matches("[data-theme-choice]")) setTheme(target.dataset.themeChoice);
    if (target.matches("[data-clear-selection]")) {
      boxes(target.form).forEach((box) => { box.checked = false; });
      countSelected(target.form);
      $("[data-select-all]").focus();
    }
    if (target.matches("[data-all-matching]")) countSelected(target.form, true);
  });

  /* Copying what stands in a field. Without the clipboard (plain http) it is selected, to be copied by hand. */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      $("span", button).textContent = "Copied";
    } catch {
      $("span", button).textContent = "Selected";
    }
  });

  /* A drop-down of actions closes when the reader turns to something else. */
  const closeDrops = (except) => $$("details.drop[open]").forEach((drop) => { if (drop !== except) drop.open = false; });
  document.addEventListener("click", (event) => closeDrops(event.target.closest("details.drop")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const drop = event.target.closest("details.drop[open]");
    if (drop) { drop.open = false; $("summary", drop).focus(); }
    // A search field would only empty itself at the first Escape.
    const dialog = event.target.matches("[type=search]") && event.target.closest("#dialog dialog");
    if (dialog) { event.preventDefault(); closeDialog(dialog); }
  });

  /* Arrow keys: from the search of a dialog into its options, and between the rows of a review. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const step = event.key === "ArrowDown" ? 1 : -1;
    const dialog = event.target.matches("[type=search]") && event.target.closest("#dialog dialog");
    if (dialog && step === 1) {
      const options = $$("input[type=radio][name=target]:not(:disabled)", dialog);
      const option = options.find((one) => one.checked) || options[0];
      if (option) { event.preventDefault(); option.checked = true; option.focus(); }
      return;
    }
    if (!event.target.id || !event.target.closest("[data-arrows]")) return;
    const controls = rowControls(event.target.id);
    const next = controls[controls.indexOf(event.target) + step];
    if (next) { event.preventDefault(); next.focus(); }
  });

  /* Theme: a cookie, so that the server renders the right one and nothing flashes. */
  const setTheme = (theme) => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    $$("[data-theme-choice]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme)));
  };

  $$(".toast").forEach(expire);
  openDialogs();
  countSelected($("form.bulk"));
  const firstError = $("[aria-invalid=true]");
  if (firstError && $("form .err")) firstError.focus();
})();
