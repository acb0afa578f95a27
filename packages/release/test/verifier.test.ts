import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tarOf } from '../src/archive/tar-writer.js'
import { pack, sha256 } from '../src/build/bundle.js'
import { filledOnboard, verifierText } from '../src/build/onboard.js'
import { verifyBundle } from '../src/index.js'
import { MEMBERS, SUMS, tarHeader } from '../src/verifier/verifier.js'
import { bundleOf, file, KEY, OTHER_KEY, writeKey } from './support/bundles.js'

const MUTATIONS = 100

describe('the verifier', () => {
  let root: string
  let bundle: Buffer
  let members: Map<string, Buffer>

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'montana verifier-'))
    bundle = bundleOf({
      app: [file('app/main.js', 'x'.repeat(5_000))],
      runtime: [file('runtime/bin/node', 'n', 0o755)],
    })
    members = unpacked(bundle)
  })

  afterAll(() => rmSync(root, { recursive: true, force: true }))

  const verify = (path: string, key = KEY) => verifyBundle(path, key.publicKey)
  const refusal = async (bytes: Buffer) => await verify(write(bytes)).then(() => 'accepted', String)

  function write(bytes: Buffer): string {
    const path = join(root, 'bundle.tar')
    writeFileSync(path, bytes)
    return path
  }

  /** The members of an archive, by GNU tar. */
  function unpacked(bytes: Buffer): Map<string, Buffer> {
    const folder = mkdtempSync(join(root, 'members-'))
    const { status } = spawnSync('tar', ['-xf', write(bytes), '-C', folder])
    expect(status).toBe(0)
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
  }

  /** An archive of members as they are given, signed anew where `isSigned`. */
  function repacked(changes: Readonly<Record<string, Buffer | undefined>>, isSigned = false): Buffer {
    const all = new Map([...members, ...Object.entries(changes)])
    if (isSigned) all.set('SHA256SUMS.sig', Buffer.from(KEY.sign(all.get(SUMS) ?? Buffer.alloc(0))))
    const contents = [...all].flatMap(([name, data]) => (data ? [{ name, data, mode: 0o644 }] : []))
    return tarOf(
      contents.sort((a, b) => (a.name < b.name ? -1 : 1)),
      1_795_651_200,
    )
  }

  it('accepts what the release key signed, as an archive and as a folder of members', async () => {
    const { release, members: proven } = await verify(write(bundle))
    expect(release).toMatchObject({ version: '1.0.0', arch: process.arch })
    expect([...proven.keys()].sort()).toEqual(Object.keys(MEMBERS).sort())
    const folder = mkdtempSync(join(root, 'folder-'))
    for (const [name, data] of members) writeFileSync(join(folder, name), data)
    expect((await verify(folder)).release).toEqual(release)
  })

  it(`refuses ${MUTATIONS} of ${MUTATIONS} seeded mutations, each with one line, and writes nothing`, async () => {
    const random = seededRandom(9)
    const number = (below: number) => Math.floor(random.next() * below)
    const before = readdirSync(root).sort()
    for (let count = 0; count < MUTATIONS; count++) {
      const mutated = Buffer.from(bundle)
      const at = number(mutated.length)
      mutated[at] = (mutated[at] ?? 0) ^ (1 + number(255))
      const shape = [mutated, mutated.subarray(0, at), Buffer.concat([bundle, mutated.subarray(0, at)])][count % 3]
      expect(await refusal(shape ?? mutated), `mutation ${count} at ${at}`).toMatch(/^(?!accepted)[^\n]+$/)
    }
    expect(readdirSync(root).sort()).toEqual(before)
  })

  it.each(Object.keys(MEMBERS))('refuses without %s, and with another one', async (name) => {
    expect(await refusal(repacked({ [name]: undefined }))).toContain(`${name} is missing`)
    const changed = Buffer.concat([members.get(name) ?? Buffer.alloc(0), Buffer.from(' ')])
    expect(await refusal(repacked({ [name]: changed }))).toMatch(/BundleError: (?!accepted)/)
  })

  it('refuses the signature of another key, of another text, and none', async () => {
    await expect(verify(write(bundle), OTHER_KEY)).rejects.toThrow('not the signature of the release key')
    const bare = Buffer.from(OTHER_KEY.sign(members.get(SUMS) ?? Buffer.alloc(0)))
    expect(await refusal(repacked({ 'SHA256SUMS.sig': bare }))).toContain('not the signature of the release key')
    await expect(verifyBundle(write(bundle), new Uint8Array(12))).rejects.toThrow('the release key has 12 bytes')
  })

  it('refuses signed sums that are short, long, twice or outside', async () => {
    const sums = members.get(SUMS)?.toString() ?? ''
    const [first = ''] = sums.split('\n')
    const zero = '0'.repeat(64)
    const cases = [
      [sums.replace(`${first}\n`, ''), 'does not name RELEASE.json'],
      [`${sums}${first}\n`, 'names RELEASE.json twice'],
      [`${sums}${zero}  ../../etc/passwd\n`, 'none of a bundle'],
      [`${sums}${zero}  /etc/passwd\n`, 'none of a bundle'],
      [`${sums}${zero}  SHA256SUMS\n`, 'none of a bundle'],
      [sums.replace('  app', ' *app'), 'none of a bundle'],
      [`${sums}\n`, 'none of a bundle'],
      [sums.replace(/^[0-9a-f]{64}/, zero), 'is not the file that was signed'],
    ] as const
    for (const [text, fault] of cases)
      expect(await refusal(repacked({ [SUMS]: Buffer.from(text) }, true)), text).toContain(fault)
  })

  it('refuses members twice, links, folders, foreign names and names outside in the archive', async () => {
    const entry = (header: Buffer) => Buffer.concat([header, bundle])
    const header = (over: object) => tarHeader({ name: 'app.tar.gz', mode: 0o644, size: 0, mtime: 0, ...over })
    expect(await refusal(entry(header({})))).toContain('stands twice')
    expect(await refusal(entry(header({ type: '2', link: '/etc/passwd' })))).toContain('not a regular file')
    expect(await refusal(entry(header({ type: '5' })))).toContain('not a regular file')
    expect(await refusal(entry(header({ name: 'more' })))).toContain('"more" is no member')
    expect(await refusal(entry(header({ name: '../app.tar.gz' })))).toContain('"../app.tar.gz" is no member')
    expect(await refusal(entry(header({ name: 'sbom.spdx.json', size: 2 ** 31 })))).toContain('more than')
    expect(await refusal(Buffer.concat([bundle, Buffer.alloc(512)]))).toContain('does not end after its last member')
    expect(await refusal(Buffer.alloc(0))).toContain('cut off')
  })

  it('refuses a folder with links, more files or a folder in place of a file', async () => {
    const folder = () => {
      const made = mkdtempSync(join(root, 'folder-'))
      for (const [name, data] of members) writeFileSync(join(made, name), data)
      return made
    }
    const linked = folder()
    rmSync(join(linked, 'app.tar.gz'))
    writeFileSync(join(root, 'app'), members.get('app.tar.gz') ?? '')
    symlinkSync(join(root, 'app'), join(linked, 'app.tar.gz'))
    await expect(verify(linked)).rejects.toThrow('is a link')
    const more = folder()
    writeFileSync(join(more, 'more\u001b[2J'), '')
    await expect(verify(more)).rejects.toThrow(String.raw`"more\u001b[2J" is no member`)
    const nested = folder()
    rmSync(join(nested, 'app.tar.gz'))
    mkdirSync(join(nested, 'app.tar.gz'))
    await expect(verify(nested)).rejects.toThrow('app.tar.gz is not a regular file')
    symlinkSync(nested, join(root, 'link'))
    await expect(verify(join(root, 'link'))).rejects.toThrow('is a link')
    await expect(verify(join(root, 'none'))).rejects.toThrow('does not exist')
  })

  it('refuses a release of another platform, of another form and of other archives', async () => {
    expect(await refusal(bundleOf({ app: [], description: { arch: 'mips' } }))).toContain('the bundle is for "mips"')
    expect(await refusal(bundleOf({ app: [], description: { version: '../../x' } }))).toContain('has no version')
    const release = JSON.parse(members.get('RELEASE.json')?.toString() ?? '')
    const archives = { app: members.get('app.tar.gz') ?? bundle, runtime: members.get('runtime.tar.gz') ?? bundle }
    const packed = (over: object) => pack({ ...release, ...over }, archives, '{}\n', KEY)
    expect(await refusal(packed({ app_sha256: '0'.repeat(64) }))).toContain('describes other archives')
    expect(await refusal(packed({ schema: 'montana.release/2' }))).toContain('is of "montana.release/2"')
  })

  it('is one text that runs alone: 0 and what it proved, or 78 and one line; what it extracts is the same', () => {
    const script = join(root, 'verifier.mjs')
    writeFileSync(script, verifierText())
    expect(verifierText()).not.toMatch(/from '(?!node:)/)
    const run = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
      return [status, stdout, stderr]
    }
    const out = mkdtempSync(join(root, 'out-'))
    const key = writeKey(join(root, 'release.pub'))
    expect(run(write(bundle), key, out)).toEqual([0, expect.stringMatching(/^montana 1\.0\.0 .*\n$/), ''])
    expect(
      readdirSync(out)
        .map((name) => sha256(readFileSync(join(out, name))))
        .sort(),
    ).toEqual([...members.values()].map((data) => sha256(data)).sort())
    const refused = [78, '', expect.stringMatching(/^error: bundle refused: [^\n]+\n$/)]
    expect(run(write(bundle), key, out)).toEqual(refused)
    expect(run(write(bundle), writeKey(join(root, 'other.pub'), OTHER_KEY))).toEqual(refused)
    expect(run(write(bundle))).toEqual(refused)
    cpSync(key, join(root, 'short.pub'))
    writeFileSync(join(root, 'short.pub'), 'abcd')
    expect(run(write(bundle), join(root, 'short.pub'))).toEqual(refused)
  })

  it('stands in the onboarding script with the key and the runtime that it trusts', () => {
    const template =
      '#!/bin/bash\n#@RELEASE_KEY@\n#@RUNTIMES@\n#@VERIFIER@\nverifier_text; echo "$RELEASE_KEY $RUNTIMES"\n'
    const facts = { publicKey: KEY.publicKey, arch: 'x64', runtimeSha256: 'ab'.repeat(32) }
    const { stdout } = spawnSync('bash', ['-c', filledOnboard(template, verifierText(), facts)], { encoding: 'utf8' })
    const key = Buffer.from(KEY.publicKey).toString('hex')
    expect(stdout).toBe(`${verifierText().trimEnd()}\n${key} linux-x64=${'ab'.repeat(32)}\n`)
    const text = (over: Partial<typeof facts>, before: string) =>
      filledOnboard(template, '', { ...facts, ...over, before })
    const arm = { arch: 'arm64', runtimeSha256: 'cd'.repeat(32) }
    const both = `RUNTIMES='linux-arm64=${arm.runtimeSha256} linux-x64=${facts.runtimeSha256}'`
    expect(text(arm, text({}, ''))).toContain(both)
    expect(text({}, text(arm, text({ runtimeSha256: 'ef'.repeat(32) }, '')))).toContain(both)
    expect(text(arm, text({ publicKey: OTHER_KEY.publicKey }, ''))).not.toContain('linux-x64')
    expect(() => filledOnboard('#!/bin/bash\n', '', facts)).toThrow('has no line #@RELEASE_KEY@')
  })
})
