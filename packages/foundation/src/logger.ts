type LogFn = (fields: Readonly<Record<string, unknown>>, message: string) => void

/** The part of pino that packages may use; fields first, then a constant sentence. */
export interface Logger {
  debug: LogFn
  info: LogFn
  warn: LogFn
  error: LogFn
}

const nothing: LogFn = () => {}
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
