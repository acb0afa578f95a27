import type { Logger } from '@montana/foundation'
import type { CliContext } from './context.js'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof LEVELS)[number]

/** JSON lines on stdout for journald: level, time, then what the caller says. Levels as everywhere: `--log-level`. */
export function createJsonLogger(
  context: CliContext,
  level = 'info',
  base: Readonly<Record<string, unknown>> = {},
): Logger {
  const lowest = level === 'silent' ? LEVELS.length : Math.max(0, LEVELS.indexOf(level as Level))
  const write = (name: Level) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    if (LEVELS.indexOf(name) < lowest) return
    context.json({ level: name, time: new Date().toISOString(), ...base, ...fields, msg: message })
  }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
