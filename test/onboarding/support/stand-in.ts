import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filledOnboard, verifierText } from '../../../packages/release/dist/build/onboard.js'
import { bundleOf, file, KEY, type Release } from '../../../packages/release/test/support/bundles.js'
import { treeOf } from './tree.js'

const TEMPLATE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'onboard.sh')
/** A runtime of a few bytes: the one of this test. */
const RUNTIME = [file('runtime/bin/node', `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, 0o755)]
/** A product whose whole onboarding is one file that says so. */
const APP = [file('bin/montana', '#!/bin/sh\necho "onboarded $*"\n: >"$MARK"\n', 0o755)]

/** The real script around a bundle of a few kilobytes, and an empty root to change. */
export class StandIn {
  readonly folder: string
  /** As it stands in the repository. */
  readonly template: Buffer
  /** As a release fills it in. */
  readonly script: Buffer
  readonly contents: Release
  readonly bundle: Buffer
  readonly root: string
  readonly #mark: string

  constructor(folder: string) {
    this.folder = folder
    this.root = join(folder, 'root')
    this.#mark = join(this.root, 'onboarded')
    mkdirSync(join(this.root, 'etc'), { recursive: true })
    mkdirSync(join(this.root, 'tmp'))
    writeFileSync(join(this.root, 'etc/hostname'), 'newcomer\n')
    const app = APP.map((entry) => ({ ...entry, data: Buffer.from(String(entry.data).replace('$MARK', this.#mark)) }))
    this.contents = { app, runtime: RUNTIME }
    this.bundle = bundleOf(this.contents)
    this.template = readFileSync(TEMPLATE)
    this.script = Buffer.from(filledOnboard(String(this.template), verifierText(), factsOf(this.bundle)))
  }

  /** What lies below the root, in its folder for temporary files too. */
  tree(): Map<string, string> {
    return treeOf(this.root)
  }

  /** Runs `script` as a file, or piped into a shell, on `bundle`. */
  run(script: Uint8Array, bundle: Uint8Array, isPiped = false, more: readonly string[] = []) {
    const [path, tar] = [join(this.folder, 'onboard.sh'), join(this.folder, 'bundle.tar')]
    writeFileSync(path, script)
    writeFileSync(tar, bundle)
    chmodSync(path, 0o755)
    const args = ['--bundle', tar, '--root', this.root, '--services', 'none', '--yes', ...more]
    return spawnSync('bash', isPiped ? ['-s', '--', ...args] : [path, ...args], {
      env: { PATH: process.env.PATH, TMPDIR: join(this.root, 'tmp') },
      input: isPiped ? script : '',
      encoding: 'utf8',
    })
  }
}

function factsOf(bundle: Buffer) {
  const found = spawnSync('tar', ['-xOf', '-', 'RELEASE.json'], { input: bundle, encoding: 'utf8' })
  const { runtime_sha256: runtimeSha256 } = JSON.parse(found.stdout) as { runtime_sha256: string }
  return { publicKey: KEY.publicKey, arch: process.arch, runtimeSha256 }
}
