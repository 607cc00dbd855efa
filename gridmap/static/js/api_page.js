// The API's own page: Swagger UI over this machine's document, and nothing from elsewhere.
import { theme } from "./theme.js";
import { who } from "./who.js";

theme();
who();
window.SwaggerUIBundle({
  url: "/api/openapi.json",
  domNode: document.getElementById("api"),
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  validatorUrl: null,
});
