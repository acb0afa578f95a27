import type { CliContext, GlobalOptions } from './context.js'

/** Colour only on a terminal, and neither with `--no-color` nor with the variable NO_COLOR (no-color.org). */
export function wantsColor({ isTerminal, environment }: CliContext, { color }: Pick<GlobalOptions, 'color'>): boolean {
  return isTerminal && color !== false && (environment.NO_COLOR ?? '') === ''
}
