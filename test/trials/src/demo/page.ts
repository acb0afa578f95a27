import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { CLI, HOSTS, type Layout } from '../group/layout.js'

/** `usual`: 8447, or any port where that is taken. */
export type PagePort = number | 'usual'

export interface DemoPage {
  readonly url: string
  /** What opens the orders of the page. */
  readonly tokenFile: string
  stop(): Promise<void>
}

/** `montana console` over the agents of a group, as an operator starts it. Rejects with its own words. */
export async function openPage(layout: Layout, port: PagePort): Promise<DemoPage> {
  if (port !== 'usual') return await start(layout, ['--port', String(port)])
  return await start(layout, []).catch(() => start(layout, ['--port', '0']))
}

async function start(layout: Layout, args: readonly string[]): Promise<DemoPage> {
  const tokenFile = join(layout.dir, 'console.token')
  const sockets = HOSTS.flatMap((host) => ['--failover-socket', layout.socket(host)])
  const { MONTANA_DATA_DIR: _, ...env } = process.env
  // The channel is a tether: the page ends with the demo, however that ends.
  const child = spawn(process.execPath, [CLI, 'console', '--token-file', tokenFile, ...sockets, ...args], {
    env: { ...env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  child.channel?.unref()
  return { url: await urlOf(child), tokenFile, stop: async () => await stop(child) }
}

/** As it says itself; or why there is none. */
async function urlOf(child: ChildProcess): Promise<string> {
  const said = { out: '', err: '' }
  child.stderr?.on('data', (chunk) => {
    said.err += chunk
  })
  const url = new Promise<string>((resolve) => {
    child.stdout?.on('data', (chunk) => {
      said.out += chunk
      const [, found] = /^console: (http:\S+) /m.exec(said.out) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  const answer = await Promise.race([url, once(child, 'close').then(() => undefined)])
  if (answer === undefined) throw new Error(said.err.trim() || 'the page ended before it said where it is')
  return answer
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
