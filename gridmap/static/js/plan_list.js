// The list of plans: beginning one from a file. Everything else is plain HTML.
import { importing } from "./plans/importing.js";

importing();
