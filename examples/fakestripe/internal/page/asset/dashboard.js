(function () {
  "use strict";
  var main = document.getElementById("main");
  if (!main || !window.EventSource) return;
  // On a narrow screen the picture is scrolled to where the object is.
  function turn() {
    var scroll = main.querySelector(".map .scroll"), now = scroll && scroll.querySelector(".node.now");
    if (!now) return;
    var a = now.getBoundingClientRect(), b = scroll.getBoundingClientRect();
    scroll.scrollLeft += a.left + a.width / 2 - b.left - b.width / 2;
  }
  turn();
  window.addEventListener("resize", turn);
  var busy = false, again = false;
  // What has changed is asked for as a whole page. What a reader has opened, and what
  // is being typed, stays as it is.
  function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    fetch(location.href, { headers: { Accept: "text/html" } }).then(function (r) { return r.ok ? r.text() : ""; }).then(function (text) {
      if (!text) return;
      // Only the part that is shown is parsed: the rest has a nonce of its own.
      text = text.slice(text.indexOf("<main"), text.lastIndexOf("</main>") + 7);
      var next = new DOMParser().parseFromString(text, "text/html").getElementById("main");
      var typing = document.activeElement && main.contains(document.activeElement) && /^(INPUT|SELECT)$/.test(document.activeElement.tagName);
      if (!next || typing) return;
      main.querySelectorAll("details[open][id]").forEach(function (d) {
        var twin = next.querySelector("#" + CSS.escape(d.id));
        if (twin) { twin.open = true; twin.replaceWith(document.importNode(d, true)); }
      });
      main.replaceChildren.apply(main, Array.from(next.childNodes));
      turn();
    }).catch(function () {}).finally(function () {
      setTimeout(function () { // many changes at once are shown at once
        busy = false;
        if (again) { again = false; refresh(); }
      }, 200);
    });
  }
  var live = new EventSource("/live?since=" + encodeURIComponent(main.dataset.count));
  live.onmessage = refresh;
  // Real time goes by itself.
  if (main.dataset.real) setInterval(function () { if (!document.hidden) refresh(); }, 5000);
  window.addEventListener("pagehide", function () { live.close(); });
})();
