// The page of the query API: Swagger UI over our own description, nothing from elsewhere.
(function () {
  "use strict";
  window.SwaggerUIBundle({
    url: "/v1/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis], layout: "BaseLayout",
    requestSnippetsEnabled: false, tryItOutEnabled: true
  });
})();
