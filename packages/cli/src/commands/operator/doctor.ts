import { ConfigError, errorCode } from '@montana/foundation'
import { type Inputs, isRed, readInputs } from '@montana/operator'
import { Command } from 'commander'
import { wantsColor } from '../../color.js'
import type { CliContext, GlobalOptions } from '../../context.js'
import { createPaint } from '../../paint.js'
import { examineHost } from './checks.js'
import { checkLines } from './lines.js'
import { addHostFlags, type HostFlags, servicesOf } from './services.js'

interface Flags extends GlobalOptions, HostFlags {
  listen?: string
  adopt?: boolean
}

const BAD_CONFIG = 78

/** Spec operations 9.5. */
export function doctorCommand(context: CliContext): Command {
  const command = new Command('doctor')
    .description('check that this host has what a node needs; 78 when something is missing')
    .option('--listen <ADDR>', 'the p2p address that is to be free (default: that of node.yaml)')
    .option('--adopt', 'take what another installation left for ours')
  return addHostFlags(command).action(async (_: unknown, self: Command) => {
    const flags = self.optsWithGlobals<Flags>()
    const startedMs = performance.now()
    const { checks } = await examineHost({
      root: flags.root ?? '/',
      services: servicesOf(flags),
      isAdopting: flags.adopt === true,
      inputs: await inputsOf(flags, context.signal),
      signal: context.signal,
      ...(flags.listen !== undefined && { listen: flags.listen }),
    })
    const tookMs = performance.now() - startedMs
    if (checks.some(isRed)) context.exit(BAD_CONFIG)
    if (flags.json) return context.json({ checks, isHealthy: !checks.some(isRed), durationMs: Math.round(tookMs) })
    context.out(checkLines(checks, tookMs, createPaint(wantsColor(context, flags))))
  })
}

/** Null where this host is in no mesh yet; a document that is there and wrong is an error. */
async function inputsOf({ root = '/' }: Flags, signal: AbortSignal): Promise<Inputs | null> {
  const nothing = { operators: undefined, genesis: undefined, manifest: undefined }
  return await readInputs({ root, ...nothing }, Date.now(), signal).catch((error: unknown) => {
    if (error instanceof ConfigError && errorCode(error) === 'INPUT_MISSING') return null
    throw error
  })
}
