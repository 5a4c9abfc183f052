// Keeps what a reader has unfolded open when a live region is swapped for a newer one.
(function () {
  "use strict";
  var open = new Set();
  document.addEventListener("htmx:beforeSwap", function (event) {
    open.clear();
    event.detail.target.querySelectorAll("details[open][id]").forEach(function (d) { open.add(d.id); });
  });
  document.addEventListener("htmx:afterSettle", function () {
    open.forEach(function (id) {
      var d = document.getElementById(id);
      if (d) { d.open = true; }
    });
  });
  document.addEventListener("htmx:sendError", function () { document.body.classList.add("stale"); });
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status === 401) { window.location.assign("/sign-in"); return; }
    document.body.classList.add("stale");
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.successful) { document.body.classList.remove("stale"); }
  });
})();
