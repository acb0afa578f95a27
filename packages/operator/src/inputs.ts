import { MAX_DOCUMENT_BYTES, parseTrustRoot, type TrustRoot } from '@montana/fleet'
import { ConfigError, errorCode, errorMessage, MontanaError, readBoundedFile } from '@montana/foundation'
import { type GenesisDocument, parseGenesisJson } from '@montana/ledger'
import { readUrl } from './host/fetch.js'
import { PATHS, within } from './host/layout.js'
import { readIfThere } from './host/owned.js'
import { type JudgedManifest, judgeManifest } from './manifest.js'
import type { OnboardOptions } from './options.js'

/** What the mesh says about itself, read and proven before anything of the host is changed. */
export interface Inputs extends JudgedManifest {
  readonly trust: TrustRoot
  readonly operators: Uint8Array
  readonly genesis: GenesisDocument
  readonly genesisText: Uint8Array
}

type Named = Pick<OnboardOptions, 'root' | 'operators' | 'genesis' | 'manifest'>

/**
 * From the files that were named, else from those of an earlier run. Throws ConfigError: nothing unsigned,
 * expired or of another network is ever used. Spec operations 9.4, step 4.
 */
export async function readInputs(options: Named, nowMs: number, signal: AbortSignal): Promise<Inputs> {
  return await readAll(options, nowMs, signal).catch((error: unknown) => {
    throw refusal(error)
  })
}

/** A document that is refused is refused before any change: 78. */
function refusal(error: unknown): unknown {
  if (!(error instanceof MontanaError) || error instanceof ConfigError) return error
  const { code, message, field, remedy } = error
  return new ConfigError(message, { code, cause: error, ...(field && { field }), ...(remedy && { remedy }) })
}

async function readAll(options: Named, nowMs: number, signal: AbortSignal): Promise<Inputs> {
  const { root } = options
  const read = (name: 'operators' | 'genesis' | 'manifest', installed: string) =>
    readInput(name, options[name], within(root, installed), signal)
  const operators = await read('operators', PATHS.operators)
  const trust = parseTrustRoot(operators, options.operators ?? PATHS.operators)
  const genesisText = await read('genesis', PATHS.genesis)
  const genesis = parseGenesisJson(new TextDecoder().decode(genesisText))
  checkNetwork(genesis, trust)
  const bytes = await read('manifest', PATHS.manifest)
  return { trust, operators, genesis, genesisText, ...(await judgeManifest(bytes, { root, trust, genesis, nowMs })) }
}

async function readInput(
  name: string,
  given: string | undefined,
  installed: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (given !== undefined && /^https?:\/\//.test(given)) return await readFetched(name, given, signal)
  const bytes = given === undefined ? await readIfThere(installed) : await readNamed(name, given)
  if (bytes) return bytes
  throw new ConfigError(`--${name} is missing`, {
    code: 'INPUT_MISSING',
    field: name,
    remedy: `get it from the operators of the mesh and name it with --${name}`,
  })
}

/** The manifest alone is proven by what it says; whose signatures count must not come from whoever answers. */
async function readFetched(name: string, url: string, signal: AbortSignal): Promise<Uint8Array> {
  if (name === 'manifest') return await readUrl(url, MAX_DOCUMENT_BYTES, signal)
  const remedy = 'get it by a way that you trust, and name the file: nothing that follows would prove it'
  throw new ConfigError(`--${name} ${url} is an address`, { code: 'INPUT_NOT_FILE', field: name, remedy })
}

async function readNamed(name: string, path: string): Promise<Uint8Array> {
  return await readBoundedFile(path, MAX_DOCUMENT_BYTES).catch((cause: unknown) => {
    const reason = errorCode(cause) === 'ENOENT' ? 'does not exist' : `cannot be read: ${errorMessage(cause)}`
    throw new ConfigError(`--${name} ${path} ${reason}`, {
      field: name,
      remedy: 'name a file that you may read',
      cause,
    })
  })
}

function checkNetwork(genesis: GenesisDocument, trust: TrustRoot): void {
  if (genesis.networkName === trust.network) return
  const message = `the genesis is of network '${genesis.networkName}', the operators sign for '${trust.network}'`
  throw new ConfigError(message, { code: 'NETWORK_MISMATCH', field: 'genesis', remedy: 'take all files from one mesh' })
}
