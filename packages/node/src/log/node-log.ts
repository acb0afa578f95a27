import { formatTime, type Logger, type TimeSource } from '@montana/foundation'
import { pino } from 'pino'
import type { StartOptions } from '../config/start-options.js'
import { LogFile } from './log-file.js'

/** What a node tells about its own log. */
export interface LogHealth {
  /** Codes for `degraded[]`. */
  degraded(): readonly string[]
  lostLines(): number
}

/** The log of one process: JSON lines, on stdout or in a file. */
export interface NodeLog {
  readonly logger: Logger
  readonly health: LogHealth
  /** Opens the log file anew, for rotation; nothing to do without one. */
  reopen(): void
  /** Resolves when what was logged is written or lost. */
  close(): Promise<void>
}

/** Throws {@link ConfigError} when the log file cannot be opened. */
export function openLog({ logFile, logLevel }: Pick<StartOptions, 'logFile' | 'logLevel'>, time: TimeSource): NodeLog {
  const options = { level: logLevel, base: null, timestamp: () => `,"time":"${formatTime(time.wallMs())}"` }
  if (logFile === undefined) return { logger: pino(options), health: soundLog, reopen: () => {}, close: async () => {} }
  const file = new LogFile(logFile, {
    onRecovered: (lines) => logger.warn({ code: 'LOG_LINES_LOST', lines }, 'log lines could not be written'),
  })
  const logger = pino(options, { write: (line) => file.write(line) })
  return {
    logger,
    health: {
      degraded: () => (file.fault === undefined ? [] : [file.fault]),
      lostLines: () => file.lostLines,
    },
    reopen: () => {
      file.reopen()
      logger.info({}, 'log file opened anew')
    },
    close: () => file.close(),
  }
}

const soundLog: LogHealth = { degraded: () => [], lostLines: () => 0 }
