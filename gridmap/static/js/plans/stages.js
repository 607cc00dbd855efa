// Where plans stand that are drawn, looked at and published no more.
export const OVER = ["published", "abandoned"];
