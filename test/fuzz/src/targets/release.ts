import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '@montana/foundation'
import { BundleError, layoutOf, readRelease, verifyBundle } from '@montana/release'
import { extractTar } from '../../../../packages/release/dist/archive/tar-reader.js'
import { tarOf } from '../../../../packages/release/dist/archive/tar-writer.js'
import { pack, sha256 } from '../../../../packages/release/dist/build/bundle.js'
import { parseCargoLock } from '../../../../packages/release/dist/build/cargo-lock.js'
import { releaseKeyOf } from '../../../../packages/release/dist/build/key.js'
import { readInventory } from '../../../../packages/release/dist/deploy/inventory.js'
import { ReleaseError } from '../../../../packages/release/dist/errors.js'
import { readHistory } from '../../../../packages/release/dist/install/history.js'
import { readJournal } from '../../../../packages/release/dist/install/journal.js'
import { durationMs, parseUnit, wordsOf } from '../../../../packages/release/dist/services/unit-file.js'
import { inFile, scratchFolder } from '../samples/files.js'
import { bytesOf } from '../samples/ledger.js'
import { REFUSED, refusingAsync, targetOf } from './codec-target.js'
import { asyncTarget, fileTarget, textTarget } from './readers.js'
import { Breach, type Target } from './target.js'

const errors = [BundleError, ConfigError, ReleaseError]
const layout = () => layoutOf(scratchFolder())
const UNIT =
  '[Unit]\nDescription=x\n[Service]\nExecStart="/a b" \\\n  --flag\nTimeoutStopSec=1min 30s\n[Install]\nWantedBy=a b\n'
const INVENTORY =
  'defaults: {user: root, key_file: ./k, known_hosts: ./h}\nhosts:\n- {name: a, address: 192.0.2.1, port: 22}\n'
const CARGO_LOCK = '[[package]]\nname = "a"\nversion = "1.0.0"\nchecksum = "00"\ndependencies = [\n "b 2.0.0",\n]\n'

const [APP, RUNTIME] = [Buffer.from('app'), Buffer.from('runtime')]

/** Bundles, archives, and the files of an installed release. */
export function releaseTargets(): readonly Target[] {
  return [
    bundle(),
    archive(),
    inLayout('documents/release-json', 'opt/montana/releases/r/RELEASE.json', RELEASE, () =>
      readRelease(layout(), 'r'),
    ),
    inLayout('documents/release-history', 'opt/montana/history.json', HISTORY, () => readHistory(layout())),
    inLayout('documents/upgrade-journal', 'opt/montana/upgrade.json', JOURNAL, () => readJournal(layout())),
    fileTarget({ name: 'documents/inventory', errors, samples: [INVENTORY] }, readInventory, 'text'),
    textTarget({ name: 'documents/cargo-lock', samples: [CARGO_LOCK] }, parseCargoLock, 'lines'),
    textTarget(
      { name: 'documents/unit-file', samples: [UNIT] },
      (text) => {
        const unit = parseUnit(text)
        return [wordsOf(unit, 'Service', 'ExecStart'), durationMs(text)]
      },
      'lines',
    ),
  ]
}

function inLayout(name: string, file: string, sample: object, read: () => Promise<unknown>): Target {
  return asyncTarget({ name, errors, samples: [sample] }, (bytes) => {
    inFile(file, bytes)
    return read()
  })
}

const RELEASE = {
  ...{ schema: 'montana.release/1' as const, version: '1.0.0', revision: '0'.repeat(40), arch: process.arch },
  ...{ built_from_epoch: 1_795_651_200, store_schema: 3, protocol: { min: 1, max: 1 }, node: '24.6.0' },
  ...{ app_sha256: sha256(APP), runtime_sha256: sha256(RUNTIME) },
} as const

const HISTORY = { schema: 'montana.history/1', releases: ['1.0.0-000000000000'] }
const JOURNAL = {
  ...{ schema: 'montana.upgrade/1', from: 'a', to: 'b', services: ['montana.service'], backup: null },
  ...{ isReverting: false, isConfirmed: false },
}

/** A signature stands over all that counts: what is accepted is what was signed. */
function bundle(): Target {
  const key = releaseKeyOf(bytesOf(32, 7))
  const whole = pack(RELEASE, { app: APP, runtime: RUNTIME }, '{}\n', key)
  const common = { name: 'documents/bundle', seeds: () => [whole], maxBytes: 32 * 1024 }
  return targetOf({ ...common, allocates: { base: 8 * 1_048_576, perByte: 64 } }, async (input) => {
    const path = inFile('bundle.tar', input)
    const read = await refusingAsync(errors, () => verifyBundle(path, key.publicKey))
    if (read === REFUSED) return 'refused'
    if (!whole.equals(input)) throw new Breach('property', 'a bundle was accepted that nobody signed')
    return 'accepted'
  })
}

/** Nothing lands outside of the folder. */
function archive(): Target {
  const file = (name: string, text: string) => ({ name, mode: 0o644, data: Buffer.from(text) })
  const folder = { name: 'd', mode: 0o755, type: '5' } as const
  const link = { name: 'd/l', mode: 0o777, type: '2', link: '../f' } as const
  const seeds = () => [tarOf([file('f', 'x'), folder, link, file('d/g', 'yy')], 1)]
  const common = { name: 'documents/tar', seeds, repair: checksummed, maxBytes: 8192 }
  return targetOf({ ...common, allocates: { base: 1_048_576, perByte: 64 } }, async (input) => {
    const [base, outside] = [join(scratchFolder(), 'tar'), join(scratchFolder(), 'f')]
    rmSync(base, { recursive: true, force: true })
    mkdirSync(join(base, 'in'), { recursive: true })
    const end = await refusingAsync([BundleError, FileSystemError], () => extracted(input, join(base, 'in')))
    const strayed = [outside, join(base, 'f'), join(base, 'g'), '/f'].find((path) => existsSync(path))
    if (strayed !== undefined) throw new Breach('property', `${strayed} was written`)
    return end === REFUSED ? 'refused' : 'accepted'
  })
}

/** What the system says of a name that it cannot make; it has a code of its own. */
class FileSystemError extends Error {
  override readonly name = 'FileSystemError'
  constructor(readonly code: string) {
    super(code)
  }
}

async function extracted(input: Uint8Array, folder: string): Promise<void> {
  try {
    await extractTar(chunks(input), folder)
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    throw code !== undefined && syscall !== undefined ? new FileSystemError(code) : error
  }
}

async function* chunks(input: Uint8Array): AsyncGenerator<Buffer> {
  yield Buffer.from(input)
}

/** The sum of the first header, made again. */
function checksummed(input: Uint8Array): Uint8Array | undefined {
  if (input.length < 512) return undefined
  const again = Buffer.from(input)
  again.fill(' ', 148, 156)
  const sum = again.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  again.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return again
}
