// Every word the scripts say, in both languages, each part of the program in its own file. Values stand in {braces}.
import { cards } from "./messages/cards.js";
import { common } from "./messages/common.js";
import { desk } from "./messages/desk.js";
import { handling } from "./messages/handling.js";
import { map } from "./messages/map.js";
import { phone } from "./messages/phone.js";
import { plans } from "./messages/plans.js";
import { publishing } from "./messages/publishing.js";
import { wall } from "./messages/wall.js";

export const messages = { ...common, ...desk, ...map, ...cards, ...handling, ...phone, ...plans, ...publishing, ...wall };
