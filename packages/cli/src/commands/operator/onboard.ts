import { readFile } from 'node:fs/promises'
import { type OnboardOptions, onboard, resolveOnboarding } from '@montana/operator'
import { Command } from 'commander'
import { wantsColor } from '../../color.js'
import type { CliContext, GlobalOptions } from '../../context.js'
import { createPaint } from '../../paint.js'
import { isAgreed } from './agree.js'
import { examineHost } from './checks.js'
import { checkLines, planLines, stepLine } from './lines.js'
import { addHostFlags, type HostFlags, servicesOf } from './services.js'

interface Flags extends GlobalOptions, HostFlags {
  staged: string
  releaseKey: string
  manifest?: string
  operators?: string
  genesis?: string
  label?: string
  listen?: string
  address?: string
  source: string[]
  mnemonicOut?: string
  restoreFrom?: string
  openMesh?: boolean
  requestOnly?: boolean
  requireSynced?: boolean
  adopt?: boolean
  dryRun?: boolean
  yes?: boolean
}

/** Steps 2 to 8 of spec operations 9.4; `deploy/onboard.sh` runs it from a bundle that it has verified. */
export function onboardCommand(context: CliContext): Command {
  const command = new Command('onboard-steps')
    .description('the steps of onboard.sh after the bundle has been verified')
    .requiredOption('--staged <DIR>', 'the opened release')
    .requiredOption('--release-key <FILE>', 'the key that it is signed with')
    .option('--manifest <FILE|URL>', 'signed manifest of the mesh')
    .option('--operators <FILE>', 'trust root of the mesh')
    .option('--genesis <FILE>', 'genesis document of the mesh')
    .option('--label <NAME>', 'name of this node')
    .option('--listen <ADDR>', 'multiaddr to listen on')
    .option('--address <ADDR>', 'multiaddr at which the others dial this node')
    .option('--source <FILE|URL>', 'where the manifest is looked for later', collect, [])
    .option('--mnemonic-out <FILE>', 'new file for the recovery words')
    .option('--restore-from <FILE>', 'file with the recovery words, or - for standard input')
    .option('--open-mesh', 'also accept nodes that the manifest does not name')
    .option('--request-only', 'stop once the identity and its join request are made')
    .option('--require-synced', 'fail unless the node is synced when time is over')
    .option('--adopt', 'take over what another installation left')
    .option('--dry-run', 'change nothing')
    .option('--yes', 'do not ask')
  return addHostFlags(command).action(async (_: unknown, self: Command) => {
    await run(context, self.optsWithGlobals<Flags>())
  })
}

const collect = (value: string, before: string[]) => [...before, value]

async function run(context: CliContext, flags: Flags): Promise<void> {
  const options = await resolveOnboarding(givenOf(flags, await readFile(flags.releaseKey, 'utf8')))
  const services = servicesOf(flags)
  const { signal } = context
  const paint = createPaint(wantsColor(context, flags))
  const outcome = await onboard({
    ...{ options, services, signal },
    isDryRun: flags.dryRun === true,
    doctor: async (inputs) => await examineHost({ ...options, services, inputs, signal }),
    events: {
      checks: (checks, tookMs) => context.out(checkLines(checks, tookMs, paint)),
      plan: (plan) => context.out(planLines(plan, options.listen)),
      isAgreed: () => isAgreed(flags.yes),
      step: (name, done, tookMs) => context.out(stepLine(name, done, tookMs)),
    },
  })
  for (const line of outcome.lines) context.out(line)
  if (outcome.kind === 'declined') context.exit(1)
}

function givenOf(flags: Flags, releaseKey: string): Parameters<typeof resolveOnboarding>[0] {
  const { root = '/', staged, manifest, operators, genesis, label, listen, address, openMesh } = flags
  const { source, mnemonicOut, restoreFrom } = flags
  const inputs: Pick<OnboardOptions, 'manifest' | 'operators' | 'genesis'> = { manifest, operators, genesis }
  return {
    ...{ root, staged, releaseKey, ...inputs, label, listen, address, openMesh, mnemonicOut, restoreFrom },
    sources: source,
    requestOnly: flags.requestOnly === true,
    requireSynced: flags.requireSynced === true,
    isAdopting: flags.adopt === true,
  }
}
