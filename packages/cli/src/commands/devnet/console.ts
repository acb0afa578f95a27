import { join } from 'node:path'
import type { Console } from '@montana/console'
import { errorCode, errorMessage } from '@montana/foundation'
import { STATUS_CODES } from '../console/status-codes.js'
import { readConsoleToken } from '../console/token.js'
import type { DevnetFiles } from './layout.js'
import type { DevnetOptions } from './options.js'

export interface DevnetConsole {
  /** Null where there is none. */
  readonly url: string | null
  stop(): Promise<void>
}

interface ConsoleInit {
  readonly options: DevnetOptions
  readonly files: DevnetFiles
  readonly soakPath: string
  onLine(line: string): void
}

const NONE: DevnetConsole = { url: null, stop: async () => {} }

/** In the data directory; whoever can read it may change something from the page. */
const TOKEN_FILE = 'console.token'

/**
 * Serves the page of this devnet, on another port where the usual one is taken. Throws ConfigError where a port was asked
 * for and cannot be had.
 */
export async function startDevnetConsole(init: ConsoleInit): Promise<DevnetConsole> {
  const { options, onLine } = init
  if (options.console === 'none') return NONE
  const tokenFile = join(options.dataDir, TOKEN_FILE)
  const page = await start(init, tokenFile).catch((error: unknown) => {
    // The mesh runs without its page, unless that page was asked for.
    if (options.console !== 'usual' || errorCode(error) === 'CONFIG_INVALID') throw error
    onLine(`no console: ${errorMessage(error)}`)
  })
  if (!page) return NONE
  onLine(`console: ${page.url}`)
  onLine(`console token: ${tokenFile}`)
  return page
}

/** Also one that is still starting; why it could not start was told by whoever waited for it. */
export async function stopConsole(page: Promise<DevnetConsole>): Promise<void> {
  const started = await page.catch(() => undefined)
  await started?.stop()
}

/** The server is loaded while the nodes start: their start takes longer, and a run without a page does not pay for it. */
async function start(init: ConsoleInit, tokenFile: string): Promise<Console> {
  const { options, files, soakPath } = init
  const { startConsole } = await import('@montana/console')
  const nodes = files.nodes.map(({ label, dataDir }) => ({ label, dataDir }))
  const common = { nodes, codes: STATUS_CODES, soakPath, token: await readConsoleToken(tokenFile) }
  if (options.console === 'usual') return await startConsole({ ...common, orFreePort: true })
  return await startConsole({ ...common, port: Number(options.console) })
}
