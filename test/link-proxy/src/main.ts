#!/usr/bin/env node
import { createInterface } from 'node:readline'
import { errorMessage, MontanaError } from '@montana/foundation'
import { formatAddress } from './address.js'
import { asksForHelp, parseFlags, USAGE } from './flags.js'
import { LinkProxy, type LinkProxyOptions } from './link-proxy.js'
import { parseOrder } from './orders.js'

const say = (value: object) => void process.stdout.write(`${JSON.stringify(value)}\n`)

const args = process.argv.slice(2)
if (asksForHelp(args)) process.stdout.write(`${USAGE}\n`)
else await run(args)

async function run(args: readonly string[]): Promise<void> {
  try {
    await serve(parseFlags(args))
  } catch (error) {
    process.stderr.write(`error: ${errorMessage(error)}\n${USAGE}\n`)
    process.exitCode = error instanceof MontanaError ? error.exitCode : 1
  }
}

async function serve(options: LinkProxyOptions): Promise<void> {
  const proxy = await LinkProxy.open(options)
  say({ listen: formatAddress(proxy.address), to: formatAddress(options.to), seed: options.seed ?? null })
  createInterface({ input: process.stdin }).on('line', (line) => obey(proxy, line))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end(proxy))
}

/** A line that makes no sense is answered and changes nothing. */
function obey(proxy: LinkProxy, line: string): void {
  try {
    const { forward, backward, cut, heal, counts } = parseOrder(line)
    proxy.change({ ...(forward && { forward }), ...(backward && { backward }) })
    if (cut) proxy.cut()
    if (heal) proxy.heal()
    if (counts) say(proxy.counts)
  } catch (error) {
    say(error instanceof MontanaError ? error : { error: { code: 'UNKNOWN', message: errorMessage(error) } })
  }
}

async function end(proxy: LinkProxy): Promise<void> {
  say(proxy.counts)
  await proxy.close()
  process.stdin.destroy()
}
