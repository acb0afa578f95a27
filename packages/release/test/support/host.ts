import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Content } from '../../src/archive/tar-writer.js'
import {
  activate,
  createServices,
  layoutOf,
  type ReleaseDescription,
  stageRelease,
  verifyBundle,
} from '../../src/index.js'
import { bundleOf, file, KEY, writeKey } from './bundles.js'

export const UNIT = 'montana-node.service'
export const { signal } = new AbortController()

const CLI = join(import.meta.dirname, '../../../cli/dist/main.js')

/** The least that answers as a node does: `behaviour` is what it does before that. */
const program = (behaviour: string) => `
import { readFileSync, writeFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
const [folder] = process.argv.slice(2)
const release = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'RELEASE.json'), 'utf8'))
let ready = 200
${behaviour}
const database = new DatabaseSync(join(folder, 'store.db'))
const { user_version: schema } = database.prepare('PRAGMA user_version').get()
if (schema > release.store_schema) process.exit(78)
if (schema < release.store_schema) database.exec('PRAGMA user_version = ' + release.store_schema + '; INSERT INTO t VALUES (' + release.store_schema + ')')
const build = { version: release.version, bundle_sha256: release.app_sha256 }
const server = createServer((request, response) => {
  response.statusCode = request.url === '/readyz' ? ready : 200
  response.end(JSON.stringify({ build }))
}).listen(0, '127.0.0.1', () => {
  const run = { pid: process.pid, instance: 'x', statusUrl: 'http://127.0.0.1:' + server.address().port }
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run))
})
process.on('SIGTERM', () => { rmSync(join(folder, 'run.json'), { force: true }); database.close(); process.exit(0) })
`

export interface Build {
  readonly behaviour?: string
  readonly description?: Partial<ReleaseDescription>
  readonly more?: readonly Content[]
}

/** A signed release: its launcher and its program are real, what it serves is the least. */
export function releaseOf(version: string, { behaviour = '', description = {}, more = [] }: Build = {}): Buffer {
  // Of the commands of a release, those that a deployment calls are the product's own.
  const commands = `case "$1" in upgrade | rollback) exec '${process.execPath}' '${CLI}' "$@" ;; esac\n`
  const launcher = `#!/bin/sh\n${commands}r=$(dirname "$(dirname "$(readlink -f "$0")")")\nexec "$r/runtime/bin/node" "$r/app/main.mjs" "$@"\n`
  const app = [
    file('bin/montana', launcher, 0o755),
    file('app/main.mjs', `// ${version}\n${program(behaviour)}`),
    ...more,
  ]
  const runtime = [file('runtime/bin/node', `#!/bin/sh\nexec '${process.execPath}' --no-warnings "$@"\n`, 0o755)]
  return bundleOf({ app, runtime, description: { version, ...description } })
}

/** A root of its own with an installed release, a store of schema 3 and a running service. */
export class Host {
  readonly root = mkdtempSync(join(tmpdir(), 'montana host-'))
  readonly services = createServices(this.root, 'process')
  readonly layout = layoutOf(this.root)
  readonly data = join(this.root, 'var/lib/montana')

  static async with(bundle: Buffer, unit = ''): Promise<Host> {
    const host = new Host()
    mkdirSync(host.data, { recursive: true })
    host.write('etc/montana/node.yaml', 'dataDir: /var/lib/montana\n')
    writeKey(host.layout.key, KEY)
    const command = `ExecStart=/opt/montana/current/bin/montana "${host.data}"`
    host.write(`etc/systemd/system/${UNIT}`, unit || `[Service]\n${command}\nTimeoutStopSec=5\n`)
    const store = new DatabaseSync(join(host.data, 'store.db'))
    store.exec(
      'PRAGMA journal_mode = WAL; PRAGMA user_version = 3; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (3)',
    )
    store.close()
    const verified = await verifyBundle(host.bundle(bundle), KEY.publicKey)
    await activate(host.layout, await stageRelease(host.layout, verified, signal))
    await host.services.start(UNIT, signal)
    return host
  }

  write(path: string, text: string | Uint8Array, mode = 0o644): string {
    const name = join(this.root, path)
    mkdirSync(dirname(name), { recursive: true })
    writeFileSync(name, text)
    chmodSync(name, mode)
    return name
  }

  /** The bundle as a file. */
  bundle(bytes: Buffer): string {
    return this.write('tmp/bundle.tar', bytes)
  }

  get current(): string {
    return basename(readlinkSync(this.layout.current))
  }

  get hasJournal(): boolean {
    return existsSync(this.layout.journal)
  }

  /** What the service that runs says of itself. */
  async answers(): Promise<string> {
    while (!existsSync(join(this.data, 'run.json'))) await sleep(10)
    const { statusUrl } = JSON.parse(readFileSync(join(this.data, 'run.json'), 'utf8'))
    const answer = (await (await fetch(`${statusUrl}/status.json`)).json()) as { build: { version: string } }
    return answer.build.version
  }

  /** Schema and rows of the store, as who opens it next finds them. */
  store(): { schema: unknown; rows: unknown[] } {
    const database = new DatabaseSync(join(this.data, 'store.db'))
    const schema = database.prepare('PRAGMA user_version').get()?.user_version
    const rows = database
      .prepare('SELECT n FROM t ORDER BY n')
      .all()
      .map(({ n }) => n)
    database.close()
    return { schema, rows }
  }

  async end(): Promise<void> {
    await this.services.stop(UNIT, signal)
    rmSync(this.root, { recursive: true, force: true })
  }
}
