// How much a special zone has room for in words. Pure.
const NAME_PX = 60;
const WHOLE_PX = 120;

// Of this width on the screen it carries nothing, its name, or who gets its cases, too: far off, names would lie over those of grids.
export const room_of = (wide_px) => (wide_px >= WHOLE_PX ? "whole" : wide_px >= NAME_PX ? "name" : "none");
