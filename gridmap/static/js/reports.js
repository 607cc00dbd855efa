// The report's page: printing. Everything else is plain HTML.
import { by_id } from "./dom.js";

by_id("print").addEventListener("click", () => print());
