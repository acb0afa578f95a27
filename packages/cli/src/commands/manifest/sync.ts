import { createSignatureVerifier } from '@montana/crypto'
import {
  type DocumentSource,
  type FleetConfig,
  type ManifestDocument,
  parseSource,
  readTrustRoot,
  type SyncResult,
  syncDocument,
} from '@montana/fleet'
import { ConfigError, MontanaError, UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { withBackend } from '../document/draft-file.js'
import { type FleetFlags, fleetSettings } from './fleet-settings.js'
import { kindWithGenesis } from './genesis.js'

interface Flags extends FleetFlags {
  acceptVersion?: string
}

/** As soak's F-SYNC knows the job, and the files are called. */
const JOB = 'manifest'
const NAME = 'manifest'
const MIN_SOURCES = 2

/** Spec operations 11.2: exit 0 for a new or the same manifest, 1 when no valid one was found. */
export function syncCommand(context: CliContext): Command {
  return new Command('sync')
    .description('fetch the manifest from several sources and put the highest valid version in force; run every 10 min')
    .option('--operators <FILE>', 'the trust root (default: of the configuration)')
    .option('--state <DIR>', 'where manifest.json and what belongs to it lie (default: of the configuration)')
    .option('--source <SOURCE...>', 'at least two of /path, https://…, http://127.0.0.1…, status:URL of a node')
    .option('--genesis <FILE>', 'its operators must stand under their own ids')
    .option('--accept-version <N>', 'take version N although a higher one was seen; written to audit.jsonl')
    .action(async (_: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      const settings = await fleetSettings(context, flags)
      const result = await sync(context, settings, flags.acceptVersion)
      if (result.outcome === 'none') fail(result)
      report(context, result, flags.json === true)
    })
}

async function sync(
  context: CliContext,
  settings: FleetConfig,
  acceptVersion: string | undefined,
): Promise<SyncResult<ManifestDocument>> {
  const sources = sourcesOf(settings)
  const trust = await readTrustRoot(settings.operators)
  if (settings.network !== undefined && settings.network !== trust.network) {
    const message = `network '${settings.network}' is not that of ${settings.operators}, '${trust.network}'`
    throw new ConfigError(message, { field: 'network', remedy: 'install the operators.json of this network' })
  }
  const kind = await kindWithGenesis(settings.genesis)
  const allowVersion = acceptVersion === undefined ? undefined : versionOf(acceptVersion)
  return await withBackend(async (backend) => {
    const modules = { trust, verify: createSignatureVerifier(backend) }
    const init = { job: JOB, name: NAME, kind, stateDir: settings.state, sources, modules }
    return await syncDocument({ ...init, ...(allowVersion !== undefined && { allowVersion }) }, context.signal)
  })
}

function sourcesOf({ sources }: FleetConfig): DocumentSource[] {
  const distinct = [...new Set(sources)]
  if (distinct.length >= MIN_SOURCES) return distinct.map((source) => parseSource(source, NAME))
  const remedy = 'one source alone could withhold every new version without anybody noticing'
  throw new ConfigError(`${distinct.length} sources are configured, at least ${MIN_SOURCES} are needed`, {
    code: 'SOURCES_TOO_FEW',
    field: 'sources',
    remedy,
  })
}

function versionOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new UsageError(`--accept-version '${text}' is not a version`, { field: 'accept-version' })
}

function fail({ code, sources }: SyncResult<ManifestDocument>): never {
  const details = sources.map(({ source, code, message }) => `${source}: ${message ?? code}`).join('; ')
  throw new MontanaError(code, `no source has a valid manifest (${details})`, {
    remedy: 'nothing was changed; look at the sources, or ask the operators for a new version',
    metadata: { sources },
  })
}

function report(
  context: CliContext,
  { outcome, answers, sources, current, record }: SyncResult<ManifestDocument>,
  json: boolean,
): void {
  const version = current?.document.version ?? null
  const state = record.document?.state ?? null
  const facts = {
    outcome,
    version,
    sha256: current?.sha256 ?? null,
    state,
    answers,
    degraded: record.degraded,
    sources,
  }
  if (json) return context.json(facts)
  context.out(`manifest version ${version} is in force (${outcome}, ${answers} of ${sources.length} sources answered)`)
  for (const { source, code, message } of sources) {
    if (code !== 'OK') context.err(`${source}: ${code}${message === null ? '' : `, ${message}`}`)
  }
  if (state !== 'valid') context.err(`the manifest in force is in the state ${state}`)
}
