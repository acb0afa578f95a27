// `npm run release:bundle`: builds, signs and writes a release.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorMessage, MontanaError } from '@montana/foundation'
import { ReleaseError } from '../errors.js'
import { type BuildArguments, parseArguments } from './arguments.js'
import { type Bundle, buildBundle, sha256 } from './bundle.js'
import { type ReleaseKey, readReleaseKey, writeReleaseKey } from './key.js'
import { filledOnboard, verifierText } from './onboard.js'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const MIB = 1_048_576

process.exitCode = await run(process.argv.slice(2))

async function run(args: readonly string[]): Promise<number> {
  try {
    await work(parseArguments(args, process.env.INIT_CWD ?? process.cwd(), ROOT))
    return 0
  } catch (error) {
    const remedy = error instanceof MontanaError && error.remedy ? `; ${error.remedy}` : ''
    process.stderr.write(`error: ${errorMessage(error)}${remedy}\n`)
    return error instanceof MontanaError ? error.exitCode : 1
  }
}

async function work(args: BuildArguments): Promise<void> {
  if (args.newKey !== undefined) return madeKey(args.newKey, writeReleaseKey(args.newKey))
  const key = keyFor(args.key)
  const bundle = await buildBundle(ROOT, args.arch, key)
  if (args.isCheck) await requireSame(bundle, await buildBundle(ROOT, args.arch, key))
  tell(args, bundle, key, write(args.out, bundle, key))
}

function madeKey(file: string, { publicKey }: ReleaseKey): void {
  process.stdout.write(`${file}: release key ${sha256(publicKey).slice(0, 16)}; keep it secret and off the hosts\n`)
}

/** A bundle that only its maker trusts needs no ceremony, but nobody may take it for a release. */
function keyFor(file: string | undefined): ReleaseKey {
  if (file !== undefined) return readReleaseKey(file)
  const development = join(ROOT, '.montana', 'release', 'development.key')
  process.stderr.write(
    `montana: DEVELOPMENT KEY ${development}: this bundle is not a release; give --key FILE for one\n`,
  )
  return existsSync(development) ? readReleaseKey(development) : writeReleaseKey(development)
}

function requireSame(first: Bundle, second: Bundle): void {
  if (first.bytes.equals(second.bytes)) return
  const hashes = `${sha256(first.bytes)} and ${sha256(second.bytes)}`
  throw new ReleaseError('BUILD_DIFFERS', `two builds differ: ${hashes}`, { remedy: 'docs/release.md, reproduce' })
}

interface Written {
  readonly file: string
  readonly onboard: string
}

function write(out: string, bundle: Bundle, { publicKey }: ReleaseKey): Written {
  const { arch, runtime_sha256: runtimeSha256 } = bundle.release
  const template = readFileSync(join(ROOT, 'deploy', 'onboard.sh'), 'utf8')
  mkdirSync(out, { recursive: true })
  const written = { file: join(out, bundle.name), onboard: join(out, 'onboard.sh') }
  const before = existsSync(written.onboard) ? readFileSync(written.onboard, 'utf8') : ''
  const script = filledOnboard(template, verifierText(), { publicKey, arch, runtimeSha256, before })
  writeFileSync(written.file, bundle.bytes)
  writeFileSync(written.onboard, script, { mode: 0o755 })
  writeFileSync(join(out, 'release.pub'), `${Buffer.from(publicKey).toString('hex')}\n`)
  return written
}

function tell(args: BuildArguments, bundle: Bundle, { publicKey }: ReleaseKey, { file, onboard }: Written): void {
  const { release, bytes, unpackedBytes } = bundle
  const facts = {
    file,
    onboard,
    sha256: sha256(bytes),
    bytes: bytes.length,
    unpackedBytes,
    keyId: sha256(publicKey).slice(0, 16),
  }
  if (args.asJson)
    return void process.stdout.write(`${JSON.stringify({ ...facts, builtTwice: args.isCheck, release })}\n`)
  const size = (value: number) => `${(value / MIB).toFixed(1)} MiB`
  const lines = [
    `${file}: montana ${release.version} (${shortened(release.revision)}), ${size(bytes.length)}, unpacked ${size(unpackedBytes)}`,
    `sha256 ${facts.sha256}${args.isCheck ? ', twice the same' : ''}`,
    `${onboard}: trusts release key ${facts.keyId}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Twelve digits of the commit, and whether it is all. */
function shortened(revision: string): string {
  return revision.replace(/^([0-9a-f]{12})[0-9a-f]*/, '$1')
}
