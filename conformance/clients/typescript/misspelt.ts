// A program with a slip that its types must show: `valeu`.
import type { components } from "./schema.js";

export function shown(target: components["schemas"]["TargetDetail"]): string {
  return `${target.data.valeu}`;
}
