import type { Console } from '@montana/console'
import { errorCode, errorMessage } from '@montana/foundation'
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

/**
 * Serves the page of this devnet, on another port where the usual one is taken. Throws ConfigError where a port was asked
 * for and cannot be had.
 */
export async function startDevnetConsole({ options, files, soakPath, onLine }: ConsoleInit): Promise<DevnetConsole> {
  const { console: wanted } = options
  if (wanted === 'none') return NONE
  const page = await start(options, files, soakPath).catch((error: unknown) => {
    // The mesh runs without its page, unless that page was asked for.
    if (wanted !== 'usual' || errorCode(error) === 'CONFIG_INVALID') throw error
    onLine(`no console: ${errorMessage(error)}`)
  })
  if (!page) return NONE
  onLine(`console: ${page.url}`)
  return page
}

/** Also one that is still starting; why it could not start was told by whoever waited for it. */
export async function stopConsole(page: Promise<DevnetConsole>): Promise<void> {
  const started = await page.catch(() => undefined)
  await started?.stop()
}

/** The server is loaded while the nodes start: their start takes longer, and a run without a page does not pay for it. */
async function start({ console: wanted }: DevnetOptions, files: DevnetFiles, soakPath: string): Promise<Console> {
  const { startConsole } = await import('@montana/console')
  const nodes = files.nodes.map(({ label, dataDir }) => ({ label, dataDir }))
  if (wanted === 'usual') return await startConsole({ nodes, soakPath, orFreePort: true })
  return await startConsole({ nodes, soakPath, port: Number(wanted) })
}
