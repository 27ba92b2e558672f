(function () {
  "use strict";
  var form = document.getElementById("pay");
  if (!form) return;
  // A second press while the first is under way does nothing.
  var sent = false;
  form.addEventListener("submit", function (e) {
    if (sent) { e.preventDefault(); return; }
    sent = true;
    var b = document.getElementById("submit");
    if (e.submitter === b || !e.submitter || !e.submitter.name || e.submitter.value === "enter") {
      b.setAttribute("aria-busy", "true");
      b.textContent = b.dataset.busy;
    }
  });
  window.addEventListener("pageshow", function (e) { if (e.persisted) location.reload(); });
  // Groups of four while a card number is typed, and the stroke of its expiry.
  function shape(id, f) {
    var x = document.getElementById(id);
    if (x) x.addEventListener("input", function () {
      if (x.selectionStart !== x.value.length) return;
      x.value = f(x.value);
    });
  }
  shape("number", function (v) { return v.replace(/\D/g, "").slice(0, 19).replace(/(.{4})(?=.)/g, "$1 "); });
  shape("expiry", function (v) {
    var d = v.replace(/\D/g, "").slice(0, 6);
    if (/^[2-9]/.test(d)) d = "0" + d;
    return d.length > 2 ? d.slice(0, 2) + " / " + d.slice(2) : d;
  });
})();
