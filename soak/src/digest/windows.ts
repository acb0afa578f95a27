/**
 * Numbers that name a window: `W=82123`, `window 82123`, `"window":82123`, `current_window: 82123`. A number with a unit
 * (`window 60s`, `window 2.5`) and fields such as `window_s` tell something else.
 */
const NAMED = /(?:(?<![\p{L}\p{N}_])W|window)["']?\s{0,4}[=:#]{0,2}\s{0,4}(\d{1,15})(?!\.?[\p{L}\p{N}_])/giu

export function windowNumbers(text: string): number[] {
  return Array.from(text.matchAll(NAMED), ([, digits]) => Number(digits))
}
