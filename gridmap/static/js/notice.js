// The public notice: the frame's manners, and the button that prints.
import "./frame.js";
import { by_id } from "./dom.js";

by_id("print").addEventListener("click", () => window.print());
