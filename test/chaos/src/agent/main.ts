import { createInterface } from 'node:readline'
import { sleep } from '@montana/foundation'
import { LinkProxy } from '@montana/link-proxy'
import type { AgentInit, AgentLine, AgentOrder } from './messages.js'
import { StatusReader } from './status-reader.js'

/** Stands beside a node on its machine: reads its status again and again, and is the links that lead to it. */
async function main(init: AgentInit): Promise<void> {
  const links = new Map<string, LinkProxy>()
  for (const [index, { from, host, port }] of init.links.entries()) {
    links.set(from, await LinkProxy.open({ listen: { host, port }, to: init.node, seed: init.seed + index }))
  }
  const controller = new AbortController()
  const orders = createInterface({ input: process.stdin })
  orders.on('line', (line) => obey(links, JSON.parse(line) as AgentOrder))
  // Whoever gave the orders is gone.
  orders.once('close', () => controller.abort())
  say({ type: 'listening' })
  await poll(init, controller.signal)
  process.exit(0)
}

async function poll({ dataDir, pollEveryMs }: AgentInit, signal: AbortSignal): Promise<void> {
  const reader = new StatusReader(dataDir)
  while (!signal.aborted) {
    say(await reader.read(signal))
    await sleep(pollEveryMs, signal).catch(() => {})
  }
}

function obey(links: ReadonlyMap<string, LinkProxy>, { from, change, isCut }: AgentOrder): void {
  const link = links.get(from)
  if (change) link?.change(change)
  if (isCut === true) link?.cut()
  if (isCut === false) link?.heal()
}

function say(line: AgentLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

await main(JSON.parse(process.argv[2] ?? '{}') as AgentInit)
